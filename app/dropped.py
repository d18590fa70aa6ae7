"""Files that were dropped into a fonds on the page: looked at, then kept in the data folder.

`depots/FONDS/`: a folder of the fonds like any other. Greffe writes into no other folder.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from app.errors import SET_ASIDE, set_aside_detail
from app.words import N_, _
from ingest.discover import passed_over, sha256
from ingest.readers import Limits, suffix_of, suffix_told
from ingest.rows import Source
from ingest.trouble import DiskFull, Trouble, Unreadable

DROPPED = "depots"  # in the data folder
NOT_READ = 0  # id of a file that the catalogue does not know
Outcome = Literal["kept", "replaced", "same"]
_FONDS = re.compile(r"[^\W_][\w .'’-]{0,59}")
_LONGEST = 180  # bytes of a name: what is added while it is written has room
_ROOM = 500_000_000  # bytes that are to be left on the disk
_BLOCK = 2**20
_TEXT = frozenset(
    {".txt", ".md", ".html", ".htm", ".csv", ".jsonl", ".xml", ".dat", ".eml", ".rtf"}
)
_MARKS = (b"\xff\xfe", b"\xfe\xff")  # of UTF-16, whose text holds zeros
_ZEROS = N_("des octets nuls : ce n'est pas un texte")


class DropRefused(Trouble):
    """A file is not kept. Facts: reason (name, fonds, content, taken), name, detail."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file that stands in the folder of its fonds."""

    name: str
    outcome: Outcome  # same: the same content stood there under this name


def dropped_for(data: Path) -> list[str]:
    """The fonds that something was dropped into, and not taken out of again."""
    folder = data / DROPPED
    folders = [one for one in folder.iterdir() if one.is_dir()] if folder.is_dir() else []
    return sorted(
        one.name for one in folders if any(not passed_over(file.name) for file in one.iterdir())
    )


def unread(data: Path, known: Iterable[Source], fonds: str = "") -> list[Source]:
    """The files that were dropped, and not read as they are now: sources without an id.

    Args:
        data: the data folder.
        known: the sources of the catalogue.
        fonds: dropped into this one alone; empty: into any.
    """
    read = {(source.file, source.size, source.mtime_ns) for source in known if source.sha256}
    folder = data / DROPPED
    found = []
    for file in sorted(file for file in folder.glob("*/**/*") if file.is_file()):
        root, stat = folder / file.relative_to(folder).parts[0], file.stat()
        if fonds in ("", root.name) and (file, stat.st_size, stat.st_mtime_ns) not in read:
            found.append(
                Source(
                    NOT_READ, root.name, str(root), file.relative_to(root).as_posix(),
                    stat.st_size, stat.st_mtime_ns, sha256(file), "staged", 0, 0, "", "", (),
                )
            )  # fmt: skip
    return found


def fonds_named(text: str) -> str:
    """The name of a fonds as somebody typed it. Raises DropRefused."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not _FONDS.fullmatch(name) or name.endswith("."):
        raise DropRefused(reason="fonds", name=text[:80], detail="")
    return name


def drop(
    data: Path, fonds: str, name: str, stream: IO[bytes], limits: Limits, *, replace: bool = False
) -> Dropped:
    """Look at a file, and keep it in the folder of a fonds.

    Args:
        data: the data folder.
        fonds: as `fonds_named` gave it.
        name: as the browser sent it.
        stream: its bytes.
        limits: of the readers: what they would refuse is refused here.
        replace: another file of this name may go.

    Raises:
        DropRefused, DiskFull.
    """
    name = _plain(name)
    folder = data / DROPPED / fonds
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # beside the fonds: one of which every file is refused does not come to be
    partial = folder.parent / f".{secrets.token_hex(6)}-{name}"
    try:
        _write(partial, stream, data)
        _look(partial, name, limits)
        folder.mkdir(mode=0o700, exist_ok=True)
        return Dropped(name, _put(partial, folder / name, replace=replace))
    finally:
        partial.unlink(missing_ok=True)


def _plain(name: str) -> str:
    """The name without what no name has. Raises DropRefused."""
    plain = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1]).strip()
    bad = not plain or passed_over(plain) or len(plain.encode("utf-8", "replace")) > _LONGEST
    if bad or any(unicodedata.category(letter)[0] == "C" for letter in plain):
        raise DropRefused(reason="name", name=name[:80], detail="")
    return plain


def _write(path: Path, stream: IO[bytes], data: Path) -> None:
    with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as written:
        while block := stream.read(_BLOCK):
            free = shutil.disk_usage(data).free
            if free < _ROOM:
                raise DiskFull(path=str(data), free_mb=free // 1_000_000)
            written.write(block)


def _look(file: Path, name: str, limits: Limits) -> None:
    """Raises DropRefused: the content is not what the name says, or nothing would read it."""
    try:
        suffix_told(file, limits)
    except Unreadable as trouble:
        happened = _(SET_ASIDE[trouble.reason][0])
        detail = set_aside_detail(trouble.detail)
        detail = detail if trouble.reason != "unknown_format" else f" ({suffix_of(Path(name))})"
        raise DropRefused(reason="content", name=name, detail=happened + detail) from trouble
    with file.open("rb") as stream:
        head = stream.read(_BLOCK)
    if suffix_of(file) in _TEXT and b"\0" in head and not head.startswith(_MARKS):
        raise DropRefused(reason="content", name=name, detail=_ZEROS)


def _put(partial: Path, place: Path, *, replace: bool) -> Outcome:
    """Give the file its name; another one's only if it may go. Raises DropRefused."""
    try:
        os.link(partial, place)
        return "kept"
    except FileExistsError:
        if not place.is_symlink() and place.is_file() and sha256(place) == sha256(partial):
            return "same"
    if not replace:
        raise DropRefused(reason="taken", name=place.name, detail="")
    os.replace(partial, place)
    return "replaced"
