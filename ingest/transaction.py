"""SQLite in autocommit mode: files for us alone, and transactions."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def private(path: Path, timeout: float = 10) -> sqlite3.Connection:
    """Open a file that no other account may read, made if it is not there.

    Args:
        path: in a folder that is there.
        timeout: how long to wait for another process, in seconds.
    """
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    return sqlite3.connect(path, timeout=timeout, isolation_level=None)


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
