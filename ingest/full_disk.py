"""A catalogue on a disk without room: SQLite needs some even to read, or to know that all is still.

In WAL mode each reader wants a 32 KiB file beside the database. Where there is no room for it, a
database that was closed in order can be read as immutable; one that was not still has something in
its journal, which immutable would pass over, so it is not read.
"""

from __future__ import annotations

import errno
import shutil
import sqlite3
import tempfile
from pathlib import Path

from ingest.trouble import DiskFull

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
_NEEDED = 64 * 1024  # bytes: the file beside the database, and a little more

Files = tuple[int, int, int]  # database: mtime in ns, bytes; journal: bytes


def without_room(folder: Path) -> bool:
    """Whether nothing can be written there, which free space alone does not tell (quotas)."""
    try:
        with tempfile.TemporaryFile(dir=folder, buffering=0) as stream:
            return stream.write(bytes(_NEEDED)) < _NEEDED
    except OSError as error:
        return error.errno in _NO_ROOM


def disk_full(path: Path) -> DiskFull:
    """The trouble, for a file on that disk."""
    there = next(folder for folder in path.absolute().parents if folder.exists())
    free = shutil.disk_usage(there).free
    return DiskFull(path=str(path.parent), free_mb=free // 1_000_000)


def files(path: Path) -> Files:
    """What tells that somebody has written to a database since."""
    journal = path.with_name(f"{path.name}-wal")
    status = path.stat()
    return status.st_mtime_ns, status.st_size, journal.stat().st_size if journal.exists() else 0


def still(path: Path) -> sqlite3.Connection:
    """A connection that reads a database nobody writes to, and needs no room.

    Raises:
        DiskFull: its journal holds what immutable would not show.
    """
    if not path.exists() or files(path)[2]:
        raise disk_full(path)
    address = f"{path.absolute().as_uri()}?immutable=1"
    return sqlite3.connect(address, uri=True, isolation_level=None)
