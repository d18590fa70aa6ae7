"""Staged sources become live: into the indexes first, then in one step for all readers."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ingest import erasure
from ingest.catalogue import Catalogue
from ingest.embedding import with_vectors
from ingest.rows import PassageRow, RecordRow

_TOGETHER = 1000  # passages


class Index(erasure.Stores, Protocol):
    """What a publication needs of the indexes."""

    def add(
        self,
        fonds: str,
        rows: Sequence[tuple[PassageRow, RecordRow]],
        vectors: NDArray[np.float16],
    ) -> None:
        """Add or replace passages."""


def publish(
    catalogue: Catalogue, index: Index, model: str, fonds: str, source_ids: Sequence[int]
) -> None:
    """Make sources live whose passages all have a vector; what they replace goes."""
    add(catalogue, index, model, fonds, source_ids)
    index.commit()
    retired = catalogue.publish(source_ids)
    erasure.remove(catalogue, index, fonds, retired)


def add(
    catalogue: Catalogue, index: Index, model: str, fonds: str, source_ids: Sequence[int],
    only: Set[str] | None = None,
) -> None:  # fmt: skip
    """Put the passages of sources, or those of these ids alone, into the indexes.

    Those of many small files go together: a request to Chroma costs as much as 20 rows.
    """
    waiting: list[PassageRow] = []
    for source_id in source_ids:
        rows = catalogue.passages_of_source(source_id)
        waiting += [row for row in rows if only is None or row.id in only]
        if len(waiting) >= _TOGETHER:
            _add(catalogue, index, model, fonds, waiting)
            waiting = []
    _add(catalogue, index, model, fonds, waiting)


def _add(
    catalogue: Catalogue, index: Index, model: str, fonds: str, rows: Sequence[PassageRow]
) -> None:
    for part, vectors in with_vectors(catalogue, model, rows):
        records = catalogue.records_of(list({row.record_id for row in part}))
        index.add(fonds, [(row, records[row.record_id]) for row in part], vectors)
