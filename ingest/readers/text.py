"""Plain text and Markdown, in UTF-8 or Windows-1252."""

from __future__ import annotations

from pathlib import Path

from ingest.clean import clean
from ingest.pages import Document, Page
from ingest.readers import Limits
from ingest.trouble import Unreadable


def decode(raw: bytes) -> str:
    """UTF-8 (with or without BOM), UTF-16 with BOM, else Windows-1252.

    Raises:
        Unreadable: binary content under a text name.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    if raw.count(b"\0") > len(raw) // 100:
        raise Unreadable("misnamed", "contenu binaire")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def read(file: Path, limits: Limits) -> Document:
    """The whole file as one page."""
    return Document((Page(1, clean(decode(file.read_bytes()))),))
