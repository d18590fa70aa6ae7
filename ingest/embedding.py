"""Give passages their vectors: shortest first, kept block by block, so a stop loses little."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ingest.catalogue import Catalogue
from ingest.progress import Progress, Tell
from ingest.rows import PassageRow

BLOCK = 128  # passages between two commits: about 3 s on two cores
# Characters at which a text costs twice its share: 66 µs a character for texts of 430, 92 for 1600.
_TWICE = 3000
_PART = 5000  # passages whose vectors are in memory at once


class Embedder(Protocol):
    """What indexing needs of a model."""

    model_id: str  # names the model in the catalogue

    def passages(self, texts: Sequence[str]) -> NDArray[np.float16]:
        """Vectors (n, d) as the model gives them."""


class DenseIndex(Protocol):
    """What a change of model needs of an index."""

    def add(self, fonds: str, ids: Sequence[str], vectors: NDArray[np.float16]) -> None:
        """Add or replace passages."""


def work(characters: int) -> float:
    """What a text costs to embed: its characters, each dearer the longer it is."""
    return characters * (1 + characters / _TWICE)


def work_left(catalogue: Catalogue, model: str, source_ids: list[int]) -> tuple[int, float]:
    """Of these sources, the texts that have no vector yet, and the work that they are."""
    todo = catalogue.without_vector(model, source_ids)
    return len(todo), sum(map(_work, todo))


def work_in_all(catalogue: Catalogue, source_ids: list[int]) -> float:
    """The work that these sources are, vectors that are kept from a stopped run included."""
    return sum(map(work, catalogue.input_lengths(source_ids).values()))


def _work(row: tuple[str, str, str]) -> float:
    return work(len(row[1]) + len(row[2]))


def embed(
    catalogue: Catalogue,
    embedder: Embedder,
    source_ids: list[int],
    tell: Callable[[float], None],
) -> int:
    """Embed the passages of these sources that have no vector yet. How many.

    `tell` hears which share (0 to 1) of the work is done.
    """
    todo = catalogue.without_vector(embedder.model_id, source_ids)
    todo.sort(key=_work)
    total = sum(map(_work, todo))
    done = 0.0
    for at in range(0, len(todo), BLOCK):
        block = todo[at : at + BLOCK]
        vectors = embedder.passages([f"{heading}\n{text}" for _, heading, text in block])
        catalogue.add_vectors(
            embedder.model_id,
            [(row[0], vector.tobytes()) for row, vector in zip(block, vectors, strict=True)],
        )
        done += sum(map(_work, block))
        tell(done / total)
    return len(todo)


def with_vectors(
    catalogue: Catalogue, model: str, rows: Sequence[PassageRow]
) -> Iterator[tuple[Sequence[PassageRow], NDArray[np.float16]]]:
    """Passages with their vectors (n, d), a part at a time."""
    for at in range(0, len(rows), _PART):
        part = rows[at : at + _PART]
        blobs = catalogue.vectors(model, list({row.input_sha for row in part}))
        yield part, np.stack([np.frombuffer(blobs[row.input_sha], np.float16) for row in part])


def embed_all(catalogue: Catalogue, embedder: Embedder, index: DenseIndex, tell: Tell) -> int:
    """Embed every live passage and add it to a new dense index. How many."""
    count = 0
    total = sum(figures["passages"] for figures in catalogue.counts().values())
    started = time.monotonic()
    for source in catalogue.sources("live"):
        spent = time.monotonic() - started
        left = spent / count * max(0, total - count) if count else None
        tell(Progress("embedding", count, total, source.path, left))
        embed(catalogue, embedder, [source.id], lambda share: None)
        rows = catalogue.standing_passages(source.id)
        for part, vectors in with_vectors(catalogue, embedder.model_id, rows):
            index.add(source.fonds, [row.id for row in part], vectors)
            count += len(part)
    return count
