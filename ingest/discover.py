"""Walk a folder and say which files are there. Content decides, so each new file is hashed."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.trouble import InputMissing

# Taken away since the folder was listed, or a link that leads nowhere.
_NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})
_SKIPPED_NAMES = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})


@dataclass(frozen=True, slots=True)
class Shut:
    """What the folder holds and the walk could not enter, look at or name."""

    path: str  # relative to root; a folder's ends in "/"
    reason: str  # a key of app.errors.SET_ASIDE
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A file as the disk shows it now."""

    root: Path  # the folder that was named, absolute
    path: str  # relative to root, "/" between parts
    size: int  # bytes
    mtime_ns: int

    @property
    def file(self) -> Path:
        """The absolute path."""
        return self.root / self.path

    @property
    def place(self) -> str:
        """The same as a string, which half a million files are compared by."""
        return place(str(self.root), self.path)


def place(root: str, path: str) -> str:
    """The absolute path of what lies below a root; os.path.join takes six times as long."""
    return f"{root}/{path}" if root != "/" else f"/{path}"


def walk(target: Path, shut: Callable[[Shut], None] = lambda what: None) -> Iterator[Found]:
    """Yield the files below a folder (or the one file named), in order of path.

    Hidden files and editor leftovers are passed over; `shut` hears of subfolders that may not be
    entered, of files that may not be looked at, of links that lead nowhere or out of the folder,
    of what is no file (pipes, devices), and of names that are not UTF-8.

    Raises:
        InputMissing: `target` is not there or may not be read.
    """
    try:
        if target.is_file():
            yield _found(target.parent.resolve(), target.name)
            return
        root = target.resolve()
        readable = root.is_dir() and os.access(root, os.R_OK | os.X_OK)
    except (OSError, RuntimeError) as error:  # RuntimeError: a link that leads to itself
        raise InputMissing(path=str(target)) from error
    if not readable:
        raise InputMissing(path=str(target))
    yield from _below(root, shut)


def passed_over(name: str) -> bool:
    """Whether a name is that of a hidden file, or of what systems and editors leave behind."""
    return name.startswith((".", "~$")) or name.lower() in _SKIPPED_NAMES


def _below(root: Path, shut: Callable[[Shut], None]) -> Iterator[Found]:
    def refused(error: OSError) -> None:
        folder = Path(error.filename).relative_to(root).as_posix()
        shut(Shut(f"{folder}/", "forbidden", error.strerror or ""))

    start = len(place(str(root), ""))
    for folder, names, files in os.walk(root, onerror=refused):
        above = place(folder, "")[start:]
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in names:  # which are not entered: a folder may hold itself
            if _is_utf8(name) and _leads_out(Path(folder, name), root):
                shut(Shut(f"{above}{name}/", "outer_link"))
        for name in sorted(files):
            if not passed_over(name):
                found = _looked_at(root, above + name, shut)
                if found is not None:
                    yield found


def _looked_at(root: Path, path: str, shut: Callable[[Shut], None]) -> Found | None:
    """The file; None where it is none of ours, of which `shut` hears."""
    if not _is_utf8(path):  # bytes of an older system: no database could keep the name
        shut(Shut(os.fsencode(path).decode("utf-8", "replace"), "bad_name"))
        return None
    whole = place(str(root), path)
    try:
        status = os.lstat(whole)  # as strings, and once: a folder may hold half a million
        if stat.S_ISLNK(status.st_mode):
            status = os.stat(whole)
            if _leads_out(Path(whole), root):
                shut(Shut(path, "outer_link"))
                return None
    except OSError as error:
        if error.errno not in _NOT_THERE:  # a folder with r and no x, a share that broke
            shut(Shut(path, "forbidden", error.strerror or ""))
        elif os.path.islink(whole):
            shut(Shut(path, "dead_link"))
        return None
    if not stat.S_ISREG(status.st_mode):
        shut(Shut(path, "not_a_file"))
        return None
    return Found(root, path, status.st_size, status.st_mtime_ns)


def _leads_out(path: Path, root: Path) -> bool:
    return path.is_symlink() and not path.resolve().is_relative_to(root)


def _is_utf8(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _found(root: Path, path: str) -> Found:
    status = (root / path).stat()
    return Found(root, path, status.st_size, status.st_mtime_ns)


def sha256(file: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
