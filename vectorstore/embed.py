"""Text → vectors, by a sentence-transformers folder on this machine's disk."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vectorstore.model_folder import (
    ModelFolderInvalid,
    check_folder,
    check_manifest,
    digests,
    folder_hash,
)

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


_BATCH = 8  # passages in one forward pass on a CPU: little padding, and it stays in the cache
_TASK = 32  # passages that a core takes at a time
_ON_GPU = 128  # passages in one forward pass on a GPU, as long as they find room there


class Embedder:
    """One model, loaded once. Safe to call from several threads: torch releases the GIL."""

    def __init__(self, folder: Path, device: str = "") -> None:
        """Look at a folder; the model itself is loaded when it is first needed.

        Args:
            folder: a sentence-transformers folder with safetensors weights.
            device: "cuda", "cpu", or empty to choose.

        Raises:
            ModelFolderInvalid: no such folder, pickled weights, code, or it does not load.
            ModelAltered: a file is not the one that the folder's manifest names.
        """
        check_folder(folder)
        files = digests(folder)
        self.vouched = check_manifest(folder, files)  # whether there is one
        self.folder = folder
        self.name = folder.name
        self.model_id = folder_hash(files)[:16]
        self._device = device
        self._loading = threading.Lock()
        self._loaded: SentenceTransformer | None = None
        self._before: dict[str, int] = {}  # tokens before a text's own, by the prompt's name
        self._cores = len(os.sched_getaffinity(0))
        self._batch = _ON_GPU

    @property
    def _model(self) -> SentenceTransformer:
        """Loading takes 4 to 8 s: a run that finds nothing new does without."""
        with self._loading:
            if self._loaded is None:
                self._loaded = _load(self.folder, self._device)
                self._before = _tokens_before(self._loaded)
            return self._loaded

    @property
    def dimension(self) -> int:
        """Components of a vector."""
        return int(self._model.get_embedding_dimension() or 0)

    def load(self) -> None:
        """Load the model now, so that the first question does not wait for it."""
        self._model  # noqa: B018 - the property loads

    def passages(self, texts: Sequence[str]) -> NDArray[np.float16]:
        """Unit vectors (n, dimension) of passages, float16, in the order given.

        On a CPU each core takes its own batches with one thread: two threads inside each
        operation wait for each other, and under load that cost three quarters of the speed.
        """
        if self.on_gpu:
            return self._within_memory(list(texts)).astype(np.float16)
        made = np.empty((len(texts), self.dimension), np.float16)

        def embed(part: list[int]) -> None:
            made[part] = self._encode([texts[i] for i in part], "document", _BATCH)

        self._on_cores(texts, embed)
        return made

    def _on_cores(self, texts: Sequence[str], work: Callable[[list[int]], None]) -> None:
        """Call `work` with the places of some texts, until each had its turn, on all cores."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]), reverse=True)
        parts = [order[at : at + _TASK] for at in range(0, len(order), _TASK)]
        if len(parts) == 1:  # few: each core takes its share at once, long ones and short ones
            parts = [share for at in range(self._cores) if (share := order[at :: self._cores])]
        with ThreadPoolExecutor(self._cores) as pool:
            list(pool.map(work, parts))

    def questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors (n, dimension) of questions, float32."""
        return self._encode(list(texts), "query", _BATCH)

    def question_tokens(self, text: str) -> NDArray[np.float32]:
        """Vectors (m, dimension) of a question's tokens, each read with all the others."""
        return self._tokens([text], "query")[0]

    def passage_tokens(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        """Vectors (m, dimension) of each text's tokens."""
        made: dict[int, NDArray[np.float32]] = {}

        def embed(part: list[int]) -> None:
            found = self._tokens([texts[i] for i in part], "document")
            made.update(zip(part, found, strict=True))

        self._on_cores(texts, embed)
        return [made[i] for i in range(len(texts))]

    def _tokens(self, texts: list[str], prompt: str) -> list[NDArray[np.float32]]:
        """Neither those of the prompt are given, nor the mark at the end."""
        model = self._model
        named = prompt if prompt in model.prompts else None
        before = self._before[prompt] if named else 1  # the mark at the beginning
        found = model.encode(
            texts, prompt_name=named, batch_size=_BATCH, output_value="token_embeddings",
            show_progress_bar=False,
        )  # fmt: skip
        return [one[before:-1].float().cpu().numpy() for one in found]

    @property
    def on_gpu(self) -> bool:
        """Whether a GPU does the work."""
        return bool(self._model.device.type == "cuda")

    def _within_memory(self, texts: list[str]) -> NDArray[np.float32]:
        """Encode on a GPU. Where its memory is too small, half the batch, from then on."""
        import torch

        while True:
            try:
                return self._encode(texts, "document", self._batch)
            except torch.OutOfMemoryError:
                if self._batch == 1:
                    raise
            self._batch //= 2
            torch.cuda.empty_cache()  # outside of `except`, whose traceback holds what it made

    def _encode(self, texts: list[str], prompt: str, batch: int) -> NDArray[np.float32]:
        named = prompt if prompt in self._model.prompts else None
        vectors = self._model.encode(
            texts,
            prompt_name=named,
            batch_size=batch,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return unit(np.asarray(vectors, np.float32))  # bfloat16 would round lengths of 1


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each row (n, d) made of length 1."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)


def _load(folder: Path, device: str) -> SentenceTransformer:
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.set_num_threads(1)  # see Embedder.passages
    chosen = device or ("cuda" if torch.cuda.is_available() else "cpu")
    options: dict[str, Any] = {"use_safetensors": True}
    try:
        model = SentenceTransformer(
            str(folder), device=chosen, model_kwargs=options, local_files_only=True,
            trust_remote_code=False,
        )  # fmt: skip
    except Exception as error:  # whatever a broken folder makes the library raise
        detail = f"{type(error).__name__}: {error}"[:200]
        raise ModelFolderInvalid(path=str(folder), detail=detail) from error
    model.max_seq_length = min(model.max_seq_length or 512, 512)
    return model.to(_precision(chosen))


def _tokens_before(model: SentenceTransformer) -> dict[str, int]:
    """How many tokens each prompt takes, with the mark at the beginning.

    Counted once, when nobody else encodes: asked for tokens without padding, a tokenizer leaves
    out the padding of all threads.
    """
    prompts = model.prompts.items()
    return {name: len(model.tokenizer(text.strip())["input_ids"]) - 1 for name, text in prompts}


def _precision(device: str) -> Any:
    """bfloat16 where the hardware multiplies it (2.5 times faster here), else the next best."""
    import torch

    if device == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return torch.bfloat16 if fast_bfloat16() else torch.float32


def fast_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 (Linux tells); emulated, it is far slower."""
    flags = Path("/proc/cpuinfo")
    known = flags.read_text() if flags.exists() else ""
    return "avx512_bf16" in known or "amx_bf16" in known
