"""The two caches of the catalogue as one: dense vectors in Chroma, French terms in tantivy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.catalogue import Catalogue
from ingest.embedding import with_vectors
from ingest.rows import PassageRow, RecordRow
from vectorstore.centring import Centre
from vectorstore.chroma_server import StoreUnavailable
from vectorstore.index import Index, Vectors
from vectorstore.known_items import KnownItems
from vectorstore.lexical import Lexical


@dataclass(frozen=True, slots=True)
class Dense:
    """The dense index alone: what a change of model rebuilds."""

    dense: Index
    centre: Centre

    def add(self, fonds: str, ids: Sequence[str], vectors: NDArray[np.float16]) -> None:
        """Add or replace passages; `vectors` (n, d) as the model gave them."""
        self.dense.add(fonds, ids, self.centre.passages(vectors))


@dataclass(frozen=True, slots=True)
class Indexes:
    """What `ingest.pipeline` asks of the indexes."""

    dense: Index
    lexical: Lexical
    centre: Centre

    def add(
        self,
        fonds: str,
        rows: Sequence[tuple[PassageRow, RecordRow]],
        vectors: NDArray[np.float16],
    ) -> None:
        """Add or replace passages; `vectors` (n, d) as the model gave them."""
        self.lexical.add(fonds, rows)
        self.dense.add(fonds, [row.id for row, _ in rows], self.centre.passages(vectors))

    def remove(self, fonds: str, ids: Sequence[str]) -> None:
        """Remove passages."""
        self.lexical.remove(fonds, ids)
        self.dense.remove(fonds, ids)

    def commit(self) -> None:
        """Make what was added or removed visible to other processes."""
        self.lexical.commit()

    def renew(self, catalogue: Catalogue, model: str, fonds: Sequence[str]) -> None:
        """Write these fonds anew from the catalogue, and wipe what was removed.

        The lexical index is one for all fonds, and is written anew as a whole.
        """
        self.lexical.clear()
        refill(self.lexical, catalogue)
        for name in fonds:
            self.dense.replace(name, self._vectors(catalogue, model, name))
        self.dense.scrub(catalogue.fonds())

    def _vectors(
        self, catalogue: Catalogue, model: str, fonds: str
    ) -> Iterator[tuple[list[str], Vectors]]:
        for source in catalogue.sources("live", fonds):
            rows = catalogue.standing_passages(source.id)
            for part, vectors in with_vectors(catalogue, model, rows):
                yield [row.id for row in part], self.centre.passages(vectors)

    def known_items(self, catalogue: Catalogue, fonds: str) -> KnownItems:
        """Ready to look for records of a fonds by their own words."""
        return KnownItems(catalogue, self.lexical, fonds, tuple(catalogue.bodies([fonds])))

    def holds(self, fonds: str, passages: int) -> bool:
        """Whether both hold so many passages of a fonds; no id is fetched.

        It tells a loss, not one passage in the place of another, which only a stopped run leaves.
        """
        try:
            self._probe(fonds)
            return self.dense.count(fonds) == self.lexical.count(fonds) == passages
        except StoreUnavailable as trouble:
            if trouble.reason != "damaged":
                raise
            return False

    def missing_and_extra(self, fonds: str, live: set[str]) -> tuple[set[str], set[str]]:
        """Ids that should be there and are not; ids that are there and should not be."""
        lexical = self.lexical.ids(fonds)
        dense = self._dense_ids(fonds)
        return live - (dense & lexical), (dense | lexical) - live

    def _dense_ids(self, fonds: str) -> set[str]:
        """What the dense index holds; a damaged collection is dropped, to be filled anew."""
        try:
            self._probe(fonds)
            return self.dense.ids(fonds)
        except StoreUnavailable as trouble:
            if trouble.reason != "damaged":
                raise
            self.dense.drop(fonds)
            return set()

    def _probe(self, fonds: str) -> None:
        """Ask the graph itself: a damaged one still counts its ids."""
        probe = np.zeros(self.centre.passage_mean.shape, np.float32)
        probe[0] = 1.0
        self.dense.search(fonds, probe, 1)


def refill(lexical: Lexical, catalogue: Catalogue) -> None:
    """Put all live passages of the catalogue, whatever their fonds, into an index begun anew.

    One commit at the end: a run that is stopped before leaves it empty, and the next begins again.
    """
    for source in catalogue.sources("live"):
        rows = catalogue.standing_passages(source.id)
        records = catalogue.records_of(list({row.record_id for row in rows}))
        lexical.add(source.fonds, [(row, records[row.record_id]) for row in rows])
    lexical.commit()
