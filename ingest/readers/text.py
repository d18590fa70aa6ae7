"""Plain text and Markdown, in UTF-8 or Windows-1252."""

from __future__ import annotations

from pathlib import Path

from ingest.clean import clean
from ingest.pages import Document, Page
from ingest.readers import Limits
from ingest.trouble import Unreadable

# Under these names Windows-1252 is meant, € and ’ included: browsers read them so.
_WINDOWS = frozenset({"iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "us-ascii",
                      "ascii"})  # fmt: skip

# Control characters that no text holds: tabs, ends of lines and pages, ESC and the old DOS mark
# of the end are left out. Random bytes have one in ten.
_CONTROLS = bytes(code for code in (*range(32), 127) if code not in b"\t\n\v\f\r\x1a\x1b")


def decode(raw: bytes, announced: str = "") -> str:
    """What is valid UTF-8 is UTF-8, whatever is announced; then what is announced.

    Else UTF-16 with BOM, else Windows-1252.

    Raises:
        Unreadable: binary content under a text name.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    controls = len(raw) - len(raw.translate(None, _CONTROLS))
    if raw.count(b"\0") > len(raw) // 100 or controls > 2 + len(raw) // 50:
        raise Unreadable("misnamed", "contenu binaire")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    charset = announced.lower()
    known = charset and charset not in _WINDOWS and charset not in ("utf-8", "utf8")
    try:
        return raw.decode(charset if known else "cp1252", errors="replace")
    except (LookupError, ValueError):  # an encoding that nobody knows, or cannot be one's name
        return raw.decode("cp1252", errors="replace")


def read(file: Path, limits: Limits) -> Document:
    """The whole file as one page."""
    return Document((Page(1, clean(decode(file.read_bytes()))),))
