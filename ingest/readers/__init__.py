"""Readers by file suffix: a new format is one module and one line here.

A reader is a function `read(file: Path, limits: Limits) -> Document` that raises
`Unreadable` for what cannot be read. It runs in a worker process.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from ingest.pages import Document
from ingest.trouble import Unreadable


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for one file."""

    megabytes: int = 300  # a larger file is set aside
    pages: int = 5000
    ocr_dpi: int = 200
    ocr_seconds: int = 90  # for one page
    containers: int = 2  # one inside the other: an archive in a message, and no further


_listener: Callable[[], None] | None = None


def listen(listener: Callable[[], None]) -> None:
    """Have `listener` called after each page, so that a slow file shows that it is alive."""
    global _listener
    _listener = listener


def page_done() -> None:
    """To be called by readers after each page."""
    if _listener is not None:
        _listener()


Reader = Callable[[Path, Limits], Document]

# suffix -> module; imported when first used, in the worker.
READERS = {
    ".pdf": "pdf",
    ".docx": "docx",
    ".doc": "doc",
    ".odt": "odt",
    ".rtf": "rtf",
    ".html": "html",
    ".htm": "html",
    ".md": "text",
    ".txt": "text",
    ".png": "image",
    ".jpg": "image",
    ".jpeg": "image",
    ".tif": "image",
    ".tiff": "image",
    ".eml": "eml",
    ".zip": "zip",
    ".csv": "scdl",
    ".jsonl": "law",
    ".jsonl.gz": "law",
}

_IMAGES = frozenset(suffix for suffix, reader in READERS.items() if reader == "image")
PAPER = _IMAGES | {".pdf"}  # their pages are on paper: they can be drawn, and have numbers
NUMBERED = PAPER | {".eml", ".zip"}  # a citation gives the page: these may have many

READING = 2  # raise it when a reader would give other pages


def suffix_of(file: Path) -> str:
    """The suffix that chooses the reader: ".jsonl.gz" counts as one."""
    name = file.name.lower()
    return ".jsonl.gz" if name.endswith(".jsonl.gz") else file.suffix.lower()


def read(file: Path, limits: Limits) -> Document:
    """Read one file with the reader for its suffix, after a look at its first bytes.

    Raises:
        Unreadable: with the reason why it is set aside.
    """
    _check(file, limits)
    suffix = _true_suffix(file)
    if suffix not in READERS:
        raise Unreadable("unknown_format", suffix or file.name)
    reader: Reader = import_module(f"ingest.readers.{READERS[suffix]}").read
    document = reader(file, limits)
    if not any(page.text.strip() for page in document.pages):
        raise Unreadable("no_text", "; ".join(document.warnings))
    return document


def attempt(file: Path, limits: Limits) -> Document | Unreadable:
    """Read one file; whatever goes wrong is a value with its reason."""
    try:
        return read(file, limits)
    except Unreadable as trouble:
        return trouble
    except MemoryError:
        return Unreadable("memory")
    except RecursionError as error:
        return Unreadable("damaged", str(error))
    except Exception as error:  # a reader's bug must not stop the run; it is listed with its kind
        return Unreadable("crashed", f"{type(error).__name__}: {error}"[:300])


def _check(file: Path, limits: Limits) -> None:
    try:
        size = file.stat().st_size
        with file.open("rb"):
            pass
    except OSError as error:
        raise Unreadable("forbidden", error.strerror or str(error)) from error
    if size == 0:
        raise Unreadable("empty")
    if size > limits.megabytes * 1_000_000:
        raise Unreadable("too_large", f"{size / 1e6:.0f} Mo")


_SIGNATURES = (
    (b"%PDF", ".pdf"),
    (b"{\\rtf", ".rtf"),
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"II*\0", ".tif"),
    (b"MM\0*", ".tif"),
)
# These begin with bytes of their own: without them, the name is wrong.
_TOLD_BY_CONTENT = PAPER | {".docx", ".odt", ".doc", ".rtf", ".zip"}
_OLE = b"\xd0\xcf\x11\xe0"  # the container of DOC, XLS, and of DOCX under a password


def _true_suffix(file: Path) -> str:
    """What the content is, where it tells plainly; else what the name says."""
    named = suffix_of(file)
    with file.open("rb") as stream:
        head = stream.read(1024)
    for signature, suffix in _SIGNATURES:
        if head.lstrip()[: len(signature)] == signature:
            return suffix
    if b"%PDF-" in head or (named == ".pdf" and b" obj" in head):  # or its first line is damaged
        return ".pdf"
    if head.startswith(_OLE):
        return _contained(file, named)
    if head.startswith(b"PK\x03\x04"):
        return _zipped(file, named)
    if named in _TOLD_BY_CONTENT:
        raise Unreadable("misnamed", named)
    return named


def _contained(file: Path, named: str) -> str:
    if "EncryptedPackage".encode("utf-16-le") in file.read_bytes():
        raise Unreadable("encrypted")
    if named in READERS and named not in (".doc", ".docx"):
        raise Unreadable("misnamed", named)
    return ".doc" if named == ".docx" else named


def _zipped(file: Path, named: str) -> str:
    import zipfile

    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            manifest = archive.read("META-INF/manifest.xml") if "content.xml" in names else b""
    except (zipfile.BadZipFile, KeyError, OSError, EOFError, zlib.error) as error:
        raise Unreadable("damaged", str(error)) from error
    if "word/document.xml" in names:
        return ".docx"
    if manifest:
        if b"encryption-data" in manifest:
            raise Unreadable("encrypted")
        if b"opendocument.text" in manifest:
            return ".odt"
    if named in _TOLD_BY_CONTENT - {".doc", ".zip"}:
        raise Unreadable("misnamed", named)
    return named
