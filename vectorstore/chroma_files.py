"""What Chroma keeps in its folder: whose it is, and what stays after it has deleted something.

Measured with Chroma 1.5.9: after `delete` the id and the vector stay in the graph's files and in
the free pages of chroma.sqlite3; after `delete_collection` too, and the graph's folder stays.
"""

from __future__ import annotations

import secrets
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

_DEFAULT = "00000000-0000-0000-0000-000000000000"  # the database that Chroma makes by itself

# Rows that belong to no collection any more. A topic ends in its collection's id.
_ORPHANS = (
    "DELETE FROM collection_metadata WHERE collection_id NOT IN (SELECT id FROM collections)",
    "DELETE FROM segments WHERE collection NOT IN (SELECT id FROM collections)",
    "DELETE FROM segment_metadata WHERE segment_id NOT IN (SELECT id FROM segments)",
    "DELETE FROM max_seq_id WHERE segment_id NOT IN (SELECT id FROM segments)",
    "DELETE FROM embeddings WHERE segment_id NOT IN (SELECT id FROM segments)",
    "DELETE FROM embedding_metadata WHERE id NOT IN (SELECT id FROM embeddings)",
    "DELETE FROM embeddings_queue WHERE substr(topic, -36) NOT IN (SELECT id FROM collections)",
)


def ruined(store: Path) -> bool:
    """Whether Chroma's own database is there and cannot be read."""
    file = store / "chroma.sqlite3"
    if not file.exists():
        return False
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", timeout=10, uri=True)) as opened:
            opened.execute("SELECT COUNT(*) FROM collections").fetchone()
    except sqlite3.OperationalError:  # held by another, or just being made
        return False
    except sqlite3.DatabaseError:
        return True
    return False


def take_tenant(store: Path) -> str:
    """Move Chroma's own database to a tenant that nobody can guess; the tenant's name.

    Chroma 1.5 asks for no password, and every account of a machine reaches its loopback: to one
    that does not know the tenant no collection is listed, and each is addressed by a random id.
    A server may be running. Where nothing can be written, the tenant stays as it was.
    """
    tenant = secrets.token_hex(16)
    with closing(sqlite3.connect(store / "chroma.sqlite3", timeout=10)) as connection:
        with suppress(sqlite3.OperationalError), connection:
            before = _tenant(connection)
            connection.execute("INSERT INTO tenants (id) VALUES (?)", (tenant,))
            connection.execute(
                "UPDATE databases SET tenant_id = ? WHERE id = ?", (tenant, _DEFAULT)
            )
            connection.execute("DELETE FROM tenants WHERE id = ?", (before,))
        return _tenant(connection)


def _tenant(connection: sqlite3.Connection) -> str:
    rows = connection.execute("SELECT tenant_id FROM databases WHERE id = ?", (_DEFAULT,))
    return str(rows.fetchone()[0])


def scrub(store: Path) -> None:
    """Leave in Chroma's folder what its collections hold, and no byte more.

    No server may be running on it.
    """
    file = store / "chroma.sqlite3"
    if not file.exists():
        return
    with closing(sqlite3.connect(file, timeout=10, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        for statement in _ORPHANS:
            connection.execute(statement)
        connection.execute("COMMIT")
        connection.execute("VACUUM")
        rows = connection.execute("SELECT id FROM segments").fetchall()
    held = {str(row[0]) for row in rows}
    for folder in store.iterdir():
        if folder.is_dir() and folder.name not in held:
            shutil.rmtree(folder)
