"""Readers by file suffix: a new format is one module and one line here.

A reader is a function `read(file: Path, limits: Limits) -> Document` that raises
`Unreadable` for what cannot be read. It runs in a worker process.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
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


LONGEST_TEXT = 30_000_000  # characters of a file: 5,000 pages of 6,000
_LARGEST_ARCHIVE = 10_000  # megabytes; the full LEGI archive has about 1,100

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
    ".xml": "legi",
    ".dat": "legi",
    ".tar.gz": "legi",
    ".tgz": "legi",
}

_IMAGES = frozenset(suffix for suffix, reader in READERS.items() if reader == "image")
PAPER = _IMAGES | {".pdf"}  # their pages are on paper: they can be drawn, and have numbers
NUMBERED = PAPER | {".eml", ".zip"}  # a citation gives the page: these may have many
# Readers that have `read_parts` too.
IN_PARTS = frozenset({"law", "legi"})

READING = 2  # raise it when a reader would give other pages


def suffix_of(file: Path) -> str:
    """The suffix that chooses the reader: ".jsonl.gz" and ".tar.gz" count as one."""
    name = file.name.lower()
    packed = next((two for two in (".jsonl.gz", ".tar.gz") if name.endswith(two)), None)
    return packed or file.suffix.lower()


def read(file: Path, limits: Limits) -> Document:
    """Read one file with the reader for its suffix, after a look at its first bytes.

    Raises:
        Unreadable: with the reason why it is set aside.
    """
    suffix = suffix_told(file, limits)
    reader: Reader = import_module(f"ingest.readers.{READERS[suffix]}").read
    document = reader(file, limits)
    if not _says_something(document):
        raise Unreadable("no_text", "; ".join(document.warnings))
    length = sum(len(page.text) for page in document.pages)
    if length > LONGEST_TEXT:
        raise Unreadable("too_long", f"{length} caractères, {LONGEST_TEXT} au plus")
    return document


def suffix_told(file: Path, limits: Limits) -> str:
    """The suffix of the reader that would read a file, by its name, its size and its first bytes.

    Raises:
        Unreadable: none would, with the reason.
    """
    _check(file, limits)
    suffix = _true_suffix(file)
    if suffix not in READERS:
        raise Unreadable("unknown_format", suffix or file.name)
    return suffix


def attempt(file: Path, limits: Limits) -> Document | Unreadable:
    """Read one file; whatever goes wrong is a value with its reason."""
    try:
        return read(file, limits)
    except Exception as error:
        return trouble_of(error)


def trouble_of(error: Exception) -> Unreadable:
    """Why a file could not be read; a reader's bug must not stop the run, so it is listed too."""
    if isinstance(error, Unreadable):
        return error
    if isinstance(error, MemoryError):
        return Unreadable("memory")
    if isinstance(error, RecursionError):
        return Unreadable("damaged", str(error))
    return Unreadable("crashed", f"{type(error).__name__}: {error}"[:300])


def read_parts(file: Path, limits: Limits) -> Iterator[Document]:
    """The same, a part at a time where the reader knows parts (law): memory stays bounded.

    Raises:
        Unreadable: after some parts, perhaps: they count for nothing then.
    """
    _check(file, limits)
    module = READERS.get(_true_suffix(file), "")
    if module not in IN_PARTS:
        yield read(file, limits)
        return
    said = False
    for part in import_module(f"ingest.readers.{module}").read_parts(file, limits):
        said = said or _says_something(part)
        yield part
    if not said:
        raise Unreadable("no_text")


def _says_something(document: Document) -> bool:
    text = any(page.text.strip() for page in document.pages)
    return text or bool(document.versions) or document.may_be_empty


def _check(file: Path, limits: Limits) -> None:
    try:
        size = file.stat().st_size
        with file.open("rb"):
            pass
    except OSError as error:
        raise Unreadable("forbidden", error.strerror or str(error)) from error
    if size == 0:
        raise Unreadable("empty")
    archive = suffix_of(file) in (".tar.gz", ".tgz")  # of LEGI: read as it streams by, in parts
    if size > (_LARGEST_ARCHIVE if archive else limits.megabytes) * 1_000_000:
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
    except (
        zipfile.BadZipFile, KeyError, OSError, EOFError, zlib.error,
        # a name that is not UTF-8, a compression that Python lacks, a member under a password
        ValueError, NotImplementedError, RuntimeError,
    ) as error:  # fmt: skip
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
