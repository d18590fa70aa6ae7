"""SQLite in autocommit mode: files for us alone, and transactions."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def private(path: Path, timeout: float = 10) -> sqlite3.Connection:
    """Open a file that no other account may read, made if it is not there.

    Args:
        path: in a folder that is there.
        timeout: how long to wait for another process, in seconds.
    """
    if not path.exists():
        _make(path)
    return sqlite3.connect(path, timeout=timeout, isolation_level=None)


def _make(path: Path) -> None:
    """Make an empty file, unless another thread or process just has.

    It gets its name once it is closed: closing a file that is open elsewhere in this process would
    drop the locks that SQLite holds on it (POSIX fcntl locks; sqlite.org/howtocorrupt.html, 2.2).
    """
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    except OSError:  # no hard links on this disk: made in its place, before anybody opens it
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    finally:
        fresh.unlink()


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All of it, or nothing. Inside another one, the outer decides."""
    if connection.in_transaction:
        yield connection
        return
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        roll_back(connection)
        raise


def roll_back(connection: sqlite3.Connection) -> None:
    """End what is under way, if anything is: on a full disk, SQLite has ended it by itself."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")
