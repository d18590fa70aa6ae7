"""Mean-centring: small embedders point all their vectors one way; take that way out.

Subtract a mean from passages and another from questions, and normalise again. On 69 colloquial
paraphrases of service-public.fr this took e5-small's R@10 from 58.0 to 69.6. The means are
those of fixed texts, embedded once per model, so a vector never changes as the index grows.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vectorstore.embed import unit

Floats = NDArray[np.float32]


class Embedding(Protocol):
    """What centring asks of a model."""

    model_id: str

    def passages(self, texts: Sequence[str]) -> NDArray[np.float16]:
        """Vectors (n, d) of passages."""

    def questions(self, texts: Sequence[str]) -> Floats:
        """Vectors (n, d) of questions."""


@dataclass(frozen=True, slots=True)
class Centre:
    """The two means (d,) of one model."""

    passage_mean: Floats
    question_mean: Floats
    id: str  # of the texts and the model behind the means

    def passages(self, vectors: NDArray[np.float16]) -> Floats:
        """Centred unit vectors (n, d)."""
        return unit(vectors.astype(np.float32) - self.passage_mean)

    def question(self, vector: Floats) -> Floats:
        """A centred unit vector (d,)."""
        centred: Floats = unit((vector - self.question_mean)[None, :])[0]
        return centred


def centre_of(model: Embedding, models: Path) -> Centre:
    """The means of a model, embedded on first use and kept under `models`."""
    passages, questions = _texts("passages.txt"), _texts("questions.txt")
    name = hashlib.sha256("\n".join([model.model_id, *passages, *questions]).encode())
    id = name.hexdigest()[:12]
    path = models / f"centre-{id}.npz"
    if not path.is_file():
        models.mkdir(parents=True, exist_ok=True)
        making = path.with_suffix(f".{os.getpid()}.part.npz")  # two processes may start at once
        np.savez(
            making,
            passage=model.passages(passages).astype(np.float32).mean(axis=0),
            question=model.questions(questions).mean(axis=0),
        )
        making.replace(path)
    kept = np.load(path, allow_pickle=False)
    return Centre(kept["passage"], kept["question"], id)


def _texts(name: str) -> list[str]:
    text = resources.files("vectorstore").joinpath("reference", name).read_text("utf-8")
    return [line.strip() for line in text.splitlines() if line.strip()]
