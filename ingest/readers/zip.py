"""Archives (ZIP): each file of a known format is read, as pages of one document."""

from __future__ import annotations

import re
import shutil
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from ingest.discover import passed_over
from ingest.pages import Document, Page
from ingest.readers import Limits
from ingest.readers.inside import Inside, Member, read_inside
from ingest.trouble import Unreadable

MEMBERS = 1000
# Deflate reaches 1,032; the blank pages of a TIFF about 100. A bomb is as dense all through.
_RATIO = 200
_SMALL = 10_000_000  # bytes unpacked, below which nobody minds the ratio
_ENCRYPTED = 0x1  # of the flags, in APPNOTE.TXT 4.4.4
_OEM = "cp850"  # names that are not marked as UTF-8: what Windows writes in France


def read(file: Path, limits: Limits) -> Document:
    """Page 1 lists what is in the archive, and on which pages; it gives no record.

    Files are unpacked one at a time, under names of ours.

    Raises:
        Unreadable: damaged, encrypted, too many files or bytes, or nothing in it can be read.
    """
    try:
        with zipfile.ZipFile(file, metadata_encoding=_OEM) as archive:
            entries = _entries(archive)
            _check(entries, file.stat().st_size, limits)
            inside = read_inside([_member(archive, e) for e in entries], limits, first=2)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError) as error:
        raise Unreadable("damaged", str(error)[:200]) from error
    if not inside.parts:
        raise _nothing_read(inside)
    listed = "\n".join([f"Archive de {len(entries)} fichiers :", *inside.listed()])
    return Document((Page(1, listed), *inside.pages), None, tuple(inside.warnings),
                    tuple(inside.parts))  # fmt: skip


def _entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files, without those that a folder's walk passes over too."""
    return [e for e in archive.infolist() if not e.is_dir() and not _is_debris(e.filename)]


def _is_debris(name: str) -> bool:
    places = [place for place in name.split("/") if place not in (".", "..")]
    return places[0] == "__MACOSX" or any(map(passed_over, places))


def _check(entries: Sequence[zipfile.ZipInfo], packed: int, limits: Limits) -> None:
    """What is declared binds: zipfile unpacks no byte more of a file."""
    if not entries:
        raise Unreadable("empty")
    if len(entries) > MEMBERS:
        raise Unreadable("too_large", f"{len(entries)} fichiers")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > _SMALL and unpacked > _RATIO * packed:
        raise Unreadable("bomb", f"{packed / 1e6:.1f} Mo en donneraient {unpacked / 1e6:.0f}")
    if unpacked > limits.megabytes * 1_000_000:
        raise Unreadable("too_large", f"{unpacked / 1e6:.0f} Mo une fois décompressé")
    if all(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise Unreadable("encrypted")


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Member:
    def unpack(file: Path) -> None:
        if entry.flag_bits & _ENCRYPTED:
            raise Unreadable("encrypted")
        try:
            with archive.open(entry) as packed, file.open("wb") as plain:
                shutil.copyfileobj(packed, plain)
        except NotImplementedError as error:  # a compression that Python does not know
            raise Unreadable("unknown_format", str(error)) from error
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
            raise Unreadable("damaged", str(error)[:200]) from error

    return Member(re.sub(r"[\x00-\x1f\ud800-\udfff]+", " ", entry.filename), unpack)


def _nothing_read(inside: Inside) -> Unreadable:
    """The reason that all have in common, else that there is no text."""
    [first, *others] = [trouble.reason for _, trouble in inside.unread]
    same = all(reason == first for reason in others)
    return Unreadable(first if same else "no_text", " ; ".join(inside.warnings[:20]))
