"""Is each new record found by its own number and object? What is not found is not ready.

A record that was read, cut and embedded and that no question leads to is as good as lost, and
nobody would know.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ingest.catalogue import Catalogue
from ingest.rows import RecordRow

AMONG = 20  # first passages: as many as are looked at for an answer


class Search(Protocol):
    """What it takes to look for a record."""

    def known_items(self, catalogue: Catalogue, fonds: str) -> KnownItems:
        """Ready to look for records of a fonds."""


class KnownItems(Protocol):
    """Looks for records by their own words."""

    def by_number(self, record: RecordRow) -> bool:
        """Whether its label, asked as a question, leads to it."""

    def by_words(self, words: str, limit: int) -> set[int]:
        """Ids of the records whose passages come first."""


def look_for_new(catalogue: Catalogue, search: Search, fonds: str) -> int:
    """Look for the records of each live source that was not looked for before.

    What is not found is remembered, source by source, so a run that is killed goes on from there.
    How many are not found.
    """
    new = catalogue.connection.execute(
        "SELECT id FROM sources WHERE state = 'live' AND fonds = ?"
        " AND id NOT IN (SELECT source_id FROM looked_for) ORDER BY id",
        (fonds,),
    ).fetchall()
    if not new:
        return 0
    items = search.known_items(catalogue, fonds)
    return sum(_look_for(catalogue, items, row["id"]) for row in new)


def _look_for(catalogue: Catalogue, items: KnownItems, source_id: int) -> int:
    empty = _without_passage(catalogue, source_id)
    reasons = [
        (record.id, "no_passage" if record.id in empty else _reason(catalogue, items, record))
        for record in _records(catalogue, source_id)
    ]
    missing = [(record_id, reason) for record_id, reason in reasons if reason]
    with catalogue.writing() as connection:
        connection.executemany("INSERT OR REPLACE INTO unfound VALUES (?, ?)", missing)
        connection.execute("INSERT OR REPLACE INTO looked_for VALUES (?)", (source_id,))
    return len(missing)


def _reason(catalogue: Catalogue, items: KnownItems, record: RecordRow) -> str:
    """Why a record is not found, as a key of app.errors.UNFOUND; empty when it is found."""
    if record.number and items.by_number(record):
        return ""
    words = " ".join(filter(None, (record.number, record.title)))
    if not words:
        return "nameless"
    first = items.by_words(words, AMONG)
    if record.id in first:
        return ""
    others = catalogue.records_of(list(first)).values()
    same = any((other.number, other.title) == (record.number, record.title) for other in others)
    return "homonyms" if same else "not_found"


def _records(catalogue: Catalogue, source_id: int) -> Sequence[RecordRow]:
    rows = catalogue.connection.execute("SELECT id FROM records WHERE source_id = ?", (source_id,))
    return list(catalogue.records_of([row["id"] for row in rows.fetchall()]).values())


def _without_passage(catalogue: Catalogue, source_id: int) -> set[int]:
    rows = catalogue.connection.execute(
        "SELECT id FROM records WHERE source_id = ?1 EXCEPT"
        " SELECT record_id FROM passages WHERE source_id = ?1",
        (source_id,),
    )
    return {row["id"] for row in rows.fetchall()}


def not_ready(catalogue: Catalogue) -> list[dict[str, str]]:
    """What is live and not found: fonds, source, label, reason; sources without a passage too."""
    rows = catalogue.connection.execute(
        "SELECT fonds, path AS source, label, unfound.reason FROM unfound"
        " JOIN records ON records.id = record_id JOIN sources ON sources.id = source_id"
        " WHERE state = 'live' UNION ALL"
        " SELECT fonds, path, '', 'no_passage' FROM sources WHERE state = 'live'"
        " AND NOT EXISTS (SELECT 1 FROM passages WHERE source_id = sources.id)"
        " ORDER BY 1, 2, 3"
    )
    return [dict(row) for row in rows.fetchall()]
