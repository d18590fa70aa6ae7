"""A few acts put into a catalogue by hand, for tests of the catalogue alone."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ingest.catalogue import Catalogue
from ingest.discover import Found
from ingest.pages import Document, Page
from ingest.passages import CUTTING, passages
from ingest.readers import READING
from ingest.records.record import Record, Span, Vote

ROOT = Path("/srv/actes")
FONDS = "actes"


def found(path: str, mtime_ns: int = 1, size: int = 10) -> Found:
    return Found(ROOT, path, size, mtime_ns)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def staged(catalogue: Catalogue, path: str, *texts: str) -> int:
    """A source of one act for each text, read and not yet published. Its id."""
    records = tuple(
        Record(
            n, "deliberation", (Span(n + 1, 0, len(text)),), number=f"2024-{n + 1:03d}",
            date="2024-05-22", title=f"Objet {n + 1}", body="Valbourg",
            vote=Vote("adopte", 12, 3, 1),
        )
        for n, text in enumerate(texts)
    )  # fmt: skip
    document = Document(tuple(Page(n, text) for n, text in enumerate(texts, 1)), records)
    with catalogue.writing():
        source = catalogue.stage(
            FONDS, found(path), digest("".join(texts)), "staged", (READING, CUTTING), 1
        )
        pieces = list(passages(document.pages, records, path, paper=False))
        catalogue.add_content(source, document, records, pieces)
    return source


def published(catalogue: Catalogue, path: str, *texts: str) -> int:
    """The same, published."""
    source = staged(catalogue, path, *texts)
    catalogue.publish([source])
    return source
