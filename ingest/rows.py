"""Rows of the catalogue as frozen data."""

from __future__ import annotations

import json
import sqlite3
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from ingest.discover import place
from ingest.pages import Page, Word
from ingest.records.record import Fact, Span, Vote
from ingest.records.version import VersionRow, unpack

SHUT = -1  # in place of the time of what could not be looked at
_WORD = struct.Struct("<IIffff")


@dataclass(frozen=True, slots=True)
class Source:
    """A file which the catalogue knows."""

    id: int
    fonds: str
    root: str
    path: str
    size: int
    mtime_ns: int
    sha256: str
    state: str  # staged | live | retired | set_aside
    reading: int
    cutting: int
    reason: str
    detail: str
    warnings: tuple[str, ...]

    @property
    def file(self) -> Path:
        """The file's absolute path on disk."""
        return Path(self.root, self.path)

    @property
    def place(self) -> str:
        """The same as a string, as `ingest.discover.Found.place`."""
        return place(self.root, self.path)

    @property
    def shut(self) -> bool:
        """Whether nobody could look at it: a link that leads nowhere, a folder that is shut."""
        return self.mtime_ns == SHUT


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A record as stored; `id` is the catalogue's."""

    id: int
    source_id: int
    kind: str
    number: str | None
    number_key: str | None
    date: str | None
    date_end: str | None
    title: str | None
    body: str | None
    article_id: str | None
    label: str
    section_path: tuple[str, ...]
    vote: Vote | None
    page_first: int
    page_last: int


@dataclass(frozen=True, slots=True)
class PassageRow:
    """A passage as stored. `text` is the spans' texts joined with a newline."""

    id: str
    source_id: int
    record_id: int
    ordinal: int
    heading: str
    text: str
    spans: tuple[Span, ...]
    page_first: int
    page_last: int
    input_sha: str


def source_of(row: sqlite3.Row) -> Source:
    """A row of `sources`, its columns in the order of the table: by name takes thrice as long."""
    columns = list(row[: len(Source.__slots__)])
    columns[-1] = () if columns[-1] == "[]" else tuple(json.loads(columns[-1]))
    return Source(*columns)


def record_of(row: sqlite3.Row) -> RecordRow:
    """A row of `records`, its columns in the order of the table, as above."""
    columns = [*row[:2], *row[3:14], *row[15:17]]  # without ordinal and spans
    path, vote = columns[11:13]
    columns[11] = () if path == "[]" else tuple(json.loads(path))
    columns[12] = Vote(**json.loads(vote)) if vote else None
    return RecordRow(*columns)


def fact_of(row: sqlite3.Row) -> Fact:
    """A row of `facts`."""
    return Fact(row["name"], row["value"], Span(row["page"], row["start"], row["end"]))


def passage_of(row: sqlite3.Row) -> PassageRow:
    """A row of `passages`, its columns in the order of the table, as above."""
    columns = list(row[: len(PassageRow.__slots__)])
    columns[6] = unpack_spans(columns[6])
    return PassageRow(*columns)


def page_of(row: sqlite3.Row) -> Page:
    """A row of `pages`."""
    return Page(
        row["number"], row["text"], bool(row["ocr"]), row["confidence"], unpack_words(row["words"])
    )


def version_of(row: sqlite3.Row) -> VersionRow:
    """A row of `versions`, with the text of its page where it is a record."""
    values = {key: row[key] for key in VersionRow.__slots__ if key not in ("current", "text")}
    text = unpack(row["text"]) if row["text"] else row["page_text"] or ""
    return VersionRow(current=bool(row["current"]), text=text, **values)


def pack_spans(spans: tuple[Span, ...]) -> str:
    """Spans as JSON: [[page, start, end], …]."""
    return json.dumps([[span.page, span.start, span.end] for span in spans])


def unpack_spans(text: str) -> tuple[Span, ...]:
    """The inverse of `pack_spans`."""
    return tuple(Span(*values) for values in json.loads(text))


def pack_words(words: tuple[Word, ...]) -> bytes | None:
    """OCR words in 24 bytes each, compressed; None when there are none."""
    if not words:
        return None
    return zlib.compress(
        b"".join(_WORD.pack(w.start, w.end, w.left, w.top, w.right, w.bottom) for w in words)
    )


def unpack_words(blob: bytes | None) -> tuple[Word, ...]:
    """The inverse of `pack_words`."""
    if not blob:
        return ()
    return tuple(Word(*values) for values in _WORD.iter_unpack(zlib.decompress(blob)))
