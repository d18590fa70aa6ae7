"""The right version of the right article: law as it stood on the day that a question names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ingest.catalogue import Catalogue
from ingest.pages import Page
from ingest.passages import Passage, passages
from ingest.records.label import french_date, label
from ingest.records.record import Record, Span
from ingest.records.version import VersionRow
from ingest.rows import PassageRow, RecordRow
from vectorstore.question import Reading
from vectorstore.references import of_the_code

_ARTICLES = 4  # with one number, in several codes
_PASSAGES = 12  # of one version: they are embedded while the question waits


@dataclass(frozen=True, slots=True)
class Named:
    """An article that a question names, and its version on the day asked."""

    versions: tuple[VersionRow, ...]  # oldest first; at least one
    day: str | None  # ISO; None: the question names no day
    used: VersionRow | None  # None: none stood on that day

    @property
    def quotable(self) -> bool:
        """Whether there is a version of that day, with its text."""
        return self.used is not None and bool(self.used.text)


def named_articles(
    catalogue: Catalogue, reading: Reading, fonds: Sequence[str], exact: Sequence[int], today: str
) -> list[Named]:
    """The articles that the question names which want another version than the one indexed.

    With a day, all of them; without, those which are no longer in force.
    """
    known = catalogue.records_of(list(exact))
    in_force = {row.article_id for row in known.values()}
    found = []
    for article in reading.articles:
        candidates = of_the_code(catalogue.versions_named(article, fonds), reading.text)
        if not reading.law_day and any(id in in_force for id in candidates):
            continue
        for id in candidates:
            rows = tuple(catalogue.versions(id, fonds))
            if rows:
                found.append(Named(rows, reading.law_day, _on(rows, reading.law_day or today)))
    stood = [item for item in found if item.used is not None]
    return (stood or found)[:_ARTICLES]  # of several codes, those that had the number then


def _on(rows: Sequence[VersionRow], day: str) -> VersionRow | None:
    stood = [row for row in rows if row.stood_on(day)]
    return stood[-1] if stood else None


def as_rows(
    version: VersionRow, like: RecordRow | None
) -> tuple[RecordRow, tuple[PassageRow, ...]]:
    """A version as a record and its passages, as the catalogue would give them.

    `like`: the record of the version in force, whose id it bears.
    """
    page = Page(version.page, version.text)
    record = Record(
        0, "article", (Span(version.page, 0, len(version.text)),), number=version.number,
        date=version.date, date_end=version.date_end, body=version.body or None,
        article_id=version.article_id, section_path=like.section_path if like else (),
    )  # fmt: skip
    row = RecordRow(
        id=like.id if like else -version.id, source_id=version.source_id, kind="article",
        number=version.number, number_key=None, date=version.date, date_end=version.date_end,
        title=None, body=version.body or None, article_id=version.article_id,
        label=dated_label(label(record), version), section_path=record.section_path, vote=None,
        page_first=version.page, page_last=version.page,
    )  # fmt: skip
    pieces = list(passages([page], [record], "", paper=False))[:_PASSAGES]
    return row, tuple(_passage(version, row, piece) for piece in pieces)


def _passage(version: VersionRow, record: RecordRow, piece: Passage) -> PassageRow:
    return PassageRow(
        id=f"{version.source_id}.v{version.page}.{piece.ordinal}", source_id=version.source_id,
        record_id=record.id, ordinal=piece.ordinal, heading=piece.heading, text=piece.text,
        spans=piece.spans, page_first=version.page, page_last=version.page,
        input_sha=piece.input_sha,
    )  # fmt: skip


def dated_label(label: str, version: VersionRow) -> str:
    """« Article L. 2122-22 du code …, version du 29 janvier 2014 au 19 juin 2014 »."""
    return f"{label}, {period(version)}"


def period(version: VersionRow) -> str:
    """« version du 29 janvier 2014 au 19 juin 2014 » (the last day in force)."""
    begun = french_date(version.date)
    if version.date_end is None:
        return f"version en vigueur depuis le {begun}"
    last = date.fromisoformat(version.date_end) - timedelta(days=1)
    return f"version du {begun} au {french_date(last.isoformat())}"


def same_words(one: str, other: str) -> bool:
    """Whether two versions say the same, but for spaces and punctuation."""
    return re.findall(r"\w+", one) == re.findall(r"\w+", other)
