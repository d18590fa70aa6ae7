"""Walk a folder and say which files are there. Content decides, so each new file is hashed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.trouble import InputMissing

_SKIPPED_NAMES = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})


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


def walk(target: Path) -> Iterator[Found]:
    """Yield the files below a folder (or the one file named), in order of path.

    Hidden files, editor leftovers and links that leave the folder are passed over.

    Raises:
        InputMissing: `target` is not there or may not be read.
    """
    if target.is_file():
        yield _found(target.parent.resolve(), target.name)
        return
    if not target.is_dir() or not os.access(target, os.R_OK | os.X_OK):
        raise InputMissing(path=str(target))
    root = target.resolve()
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in sorted(files):
            if name.startswith((".", "~$")) or name.lower() in _SKIPPED_NAMES:
                continue
            path = Path(folder, name)
            if path.is_symlink() and not path.resolve().is_relative_to(root):
                continue
            if path.is_file():
                yield _found(root, str(path.relative_to(root)))


def _found(root: Path, path: str) -> Found:
    status = (root / path).stat()
    return Found(root, path.replace(os.sep, "/"), status.st_size, status.st_mtime_ns)


def sha256(file: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
