"""Look for a record by its own words, as somebody would who knows that it exists."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.catalogue import Catalogue
from ingest.rows import RecordRow
from vectorstore.lexical import Lexical
from vectorstore.question import read_question
from vectorstore.references import look_up


@dataclass(frozen=True, slots=True)
class KnownItems:
    """Two of the ways that a question goes: exact references, and words. Not the dense index:
    a question embedded takes 9 ms, and words that stand in the record itself need no neighbours.
    """

    catalogue: Catalogue
    lexical: Lexical
    fonds: str
    bodies: tuple[str, ...]  # collectivities that this fonds knows

    def by_number(self, record: RecordRow) -> bool:
        """Whether its label, asked as a question, leads to it."""
        reading = read_question(record.label, self.bodies)
        return record.id in look_up(self.catalogue, reading, [self.fonds])

    def by_words(self, words: str, limit: int) -> set[int]:
        """Ids of the records of the `limit` passages that come first."""
        ids = [id_ for id_, _ in self.lexical.search([self.fonds], words, limit)]
        return {row.record_id for row in self.catalogue.live_passages(ids).values()}
