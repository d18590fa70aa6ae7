"""Pages: what a reader yields from a file, and where each word stands on the paper."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.records.record import Record
    from ingest.records.version import Version


@dataclass(frozen=True, slots=True)
class Word:
    """One word seen by OCR: its characters in the page's text and its box on the page."""

    start: int  # first character in Page.text, 0-based
    end: int  # one past the last character
    left: float  # fractions of the page's width and height, origin at the top left
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Page:
    """The text of one page. Files without paper (DOCX, HTML, CSV rows) have pages too."""

    number: int  # 1-based, as a PDF reader shows it; for CSV and law files: the line
    text: str  # cleaned by ingest.clean (OCR: word by word); "\n" between lines
    ocr: bool = False
    confidence: float | None = None  # mean of the OCR's word confidences, 0 to 1
    words: tuple[Word, ...] = ()  # OCR pages only; a born-digital page is asked again when shown


@dataclass(frozen=True, slots=True)
class Part:
    """A file inside a message or an archive: some of the document's pages."""

    name: str  # its path in there; "" for the message itself
    first: int  # page numbers in the document
    last: int
    records: tuple[Record, ...] | None = None  # as in Document


@dataclass(frozen=True, slots=True)
class Document:
    """What a reader yields: pages, and the records too where the format itself names them."""

    pages: tuple[Page, ...]
    records: tuple[Record, ...] | None = None  # None: ingest.records cuts the pages
    # French sentences: what could not be read. « {damaged} » stands for app.errors.SET_ASIDE.
    warnings: tuple[str, ...] = field(default=())
    parts: tuple[Part, ...] = ()  # a page of no part is shown, and gives no record
    versions: tuple[Version, ...] = ()  # law: articles as they stood between two days
    may_be_empty: bool = False  # it tells the structure of a code, or what was withdrawn
