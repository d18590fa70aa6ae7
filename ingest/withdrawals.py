"""What was taken out of the fonds: receipts, what must stay out, and what is still to be erased.

A receipt says what was removed from where, never what it said. Until `erased` is set, files of the
data folder may hold bytes of it: the next run pays what is owed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ingest.catalogue import Catalogue
from ingest.objects import Object, objects_of
from ingest.rows import Source

Cause = Literal["asked", "vanished"]


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A file that was taken out of a fonds."""

    id: int
    fonds: str
    root: str
    path: str  # relative to root
    sha256: str  # of the file's content
    cause: str  # asked: `greffe withdraw`; vanished: the file was gone
    scope: str  # asked: the fonds that it is kept out of; empty for all
    who: str  # account that ran the command
    at: str  # local time, ISO 8601
    removed: dict[str, int]  # store → how many
    erased: str | None  # local time; None: still owed
    restored: str | None  # local time at which it was let in again


def note(
    catalogue: Catalogue, sources: Iterable[Source], cause: Cause, who: str, scope: str = ""
) -> list[int]:
    """Keep a receipt for each source, with what hangs on it now. Ids of the receipts.

    To be called in the transaction that makes the sources invisible.
    """
    ids = []
    with catalogue.writing() as connection:
        for source in sources:
            cursor = connection.execute(
                "INSERT INTO withdrawals (fonds, root, path, sha256, cause, scope, who, at,"
                " removed) VALUES (?,?,?,?,?,?,?,?,?)",
                (source.fonds, source.root, source.path, source.sha256, cause, scope, who, _now(),
                 json.dumps(_held(connection, source.id))),
            )  # fmt: skip
            assert cursor.lastrowid is not None
            ids.append(cursor.lastrowid)
            connection.executemany(
                "INSERT INTO objects VALUES (?, ?, ?, ?)",
                [(cursor.lastrowid, *one) for one in objects_of(catalogue.titles(source.id))],
            )
            _forget_details(connection, source.path)
    return ids


def _forget_details(connection: sqlite3.Connection, path: str) -> None:
    """What a reader once said of a file may quote it: reports of runs keep the reason alone."""
    for row in connection.execute("SELECT id, report FROM runs").fetchall():
        report = json.loads(row["report"])
        said = [item for item in report.get("set_aside", []) if item["source"] == path]
        if any(item["detail"] for item in said):
            for item in said:
                item["detail"] = ""
            text = json.dumps(report, ensure_ascii=False)
            connection.execute("UPDATE runs SET report = ? WHERE id = ?", (text, row["id"]))


def _held(connection: sqlite3.Connection, source_id: int) -> dict[str, int]:
    """What the stores hold of a source."""
    counts = {
        "pages": "SELECT count(*) FROM pages WHERE source_id = ?",
        "records": "SELECT count(*) FROM records WHERE source_id = ?",
        "passages": "SELECT count(*) FROM passages WHERE source_id = ?",
        # a text that stands in another file too keeps its vector
        "vectors": "SELECT count(*) FROM vectors WHERE input_sha IN (SELECT input_sha FROM passages"
        " WHERE source_id = ?1) AND input_sha NOT IN (SELECT input_sha FROM passages"
        " WHERE source_id <> ?1)",
    }
    return {
        name: int(connection.execute(sql, (source_id,)).fetchone()[0])
        for name, sql in counts.items()
    }


def withdrawals(catalogue: Catalogue, ids: Sequence[int] | None = None) -> list[Withdrawal]:
    """Receipts, oldest first: all of them, or those named."""
    rows = catalogue.connection.execute("SELECT * FROM withdrawals ORDER BY id").fetchall()
    return [_withdrawal(row) for row in rows if ids is None or row["id"] in ids]


def not_erased(catalogue: Catalogue) -> list[Withdrawal]:
    """Receipts whose last step, the journal, is still to be done."""
    return [found for found in withdrawals(catalogue) if found.erased is None]


def mark_erased(catalogue: Catalogue, id: int, removed: dict[str, int]) -> None:
    """Nothing in the data folder holds it any more; `removed` is added to the receipt."""
    with catalogue.writing() as connection:
        known = connection.execute("SELECT removed FROM withdrawals WHERE id = ?", (id,)).fetchone()
        counts = json.dumps({**json.loads(known["removed"]), **removed})
        connection.execute(
            "UPDATE withdrawals SET removed = ?, erased = ? WHERE id = ?", (counts, _now(), id)
        )
        connection.execute("DELETE FROM objects WHERE receipt = ?", (id,))


def objects(catalogue: Catalogue) -> set[Object]:
    """The objects of the acts of what is not wholly erased yet."""
    rows = catalogue.connection.execute("SELECT length, first, whole FROM objects").fetchall()
    return {Object(*row) for row in rows}


def kept_out(catalogue: Catalogue, fonds: str) -> set[str]:
    """SHA-256 of the contents that were withdrawn, and must not come into this fonds again."""
    rows = catalogue.connection.execute(
        "SELECT sha256 FROM withdrawals WHERE cause = 'asked' AND restored IS NULL"
        " AND sha256 <> '' AND scope IN ('', ?)",
        (fonds,),
    ).fetchall()
    return {row["sha256"] for row in rows}


def let_in(catalogue: Catalogue, fonds: str, contents: Iterable[str]) -> None:
    """Contents that may come into a fonds again: somebody asked for it."""
    with catalogue.writing() as connection:
        connection.executemany(
            "UPDATE withdrawals SET restored = ? WHERE sha256 = ? AND cause = 'asked'"
            " AND restored IS NULL AND scope IN ('', ?)",
            [(_now(), content, fonds) for content in contents],
        )


def owe(catalogue: Catalogue, fonds: str) -> None:
    """Something of this fonds is about to be removed: its bytes have to be erased."""
    with catalogue.writing() as connection:
        connection.execute("INSERT OR IGNORE INTO owed VALUES (?)", (fonds,))


def owed(catalogue: Catalogue) -> list[str]:
    """Fonds whose stores may hold bytes of what was removed."""
    rows = catalogue.connection.execute("SELECT fonds FROM owed ORDER BY fonds").fetchall()
    return [row["fonds"] for row in rows]


def paid(catalogue: Catalogue, fonds: Iterable[str]) -> None:
    """Nothing is left of what was removed from these fonds."""
    with catalogue.writing() as connection:
        connection.executemany("DELETE FROM owed WHERE fonds = ?", [(name,) for name in fonds])


def _withdrawal(row: sqlite3.Row) -> Withdrawal:
    values = {key: row[key] for key in Withdrawal.__slots__ if key != "removed"}
    return Withdrawal(removed=json.loads(row["removed"]), **values)


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
