"""Document → records and passages, each file of a message or an archive on its own."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ingest.pages import Document, Part
from ingest.passages import Passage, passages
from ingest.records.cut import cut
from ingest.records.record import Record


@dataclass(frozen=True, slots=True)
class Cut:
    """A document, or a part of one, with what it was cut into."""

    document: Document
    records: list[Record]
    passages: list[Passage]


def contents(
    document: Document, source: str, first: int = 0
) -> tuple[list[Record], list[Passage]]:  # fmt: skip
    """The records and passages of a file; `source` is its path, relative to the fonds.

    `first`: passages that the source has already, where it comes in parts.
    """
    last = max((page.number for page in document.pages), default=0)
    records: list[Record] = []
    pieces: list[Passage] = []
    for part in document.parts or (Part("", 1, last, document.records),):
        found, cut_up = _of_part(document, part, source)
        pieces += [
            replace(p, ordinal=first + len(pieces) + n, record=len(records) + p.record)
            for n, p in enumerate(cut_up)
        ]
        records += [replace(r, ordinal=len(records) + n) for n, r in enumerate(found)]
    return records, pieces


def _of_part(
    document: Document, part: Part, source: str
) -> tuple[tuple[Record, ...], list[Passage]]:
    pages = [page for page in document.pages if part.first <= page.number <= part.last]
    place = f"{source}/{part.name}" if part.name else source
    paper = part.records is None
    records = cut(pages, place) if part.records is None else part.records
    if part.name:  # what has no name of its own is known by its file's
        records = tuple(r if r.number or r.title else replace(r, title=part.name) for r in records)
    return records, list(passages(pages, records, place, paper=paper))
