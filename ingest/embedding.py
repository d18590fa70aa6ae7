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


def embed(
    catalogue: Catalogue,
    embedder: Embedder,
    source_ids: list[int],
    tell: Callable[[float], None],
) -> int:
    """Embed the passages of these sources that have no vector yet. How many.

    `tell` hears which share (0 to 1) of the text is done.
    """
    todo = catalogue.without_vector(embedder.model_id, source_ids)
    todo.sort(key=lambda row: len(row[1]) + len(row[2]))
    total = sum(len(row[1]) + len(row[2]) for row in todo)
    done = 0
    for at in range(0, len(todo), BLOCK):
        block = todo[at : at + BLOCK]
        vectors = embedder.passages([f"{heading}\n{text}" for _, heading, text in block])
        catalogue.add_vectors(
            embedder.model_id,
            [(row[0], vector.tobytes()) for row, vector in zip(block, vectors, strict=True)],
        )
        done += sum(len(row[1]) + len(row[2]) for row in block)
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
