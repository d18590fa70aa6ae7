"""What of the journal can be erased: who, what was asked, what was answered. And the chain's head.

`journal/words.sqlite`. A line of the chain holds a salted digest of each part; the part itself and
its salt stand here. Without the salt nobody can tell from the digest what was said.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import secrets
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.transaction import private

FILE = "words.sqlite"
_TABLES = ("head", "taken", "words")
_SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS head (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  n INTEGER NOT NULL,              -- number of the last line
  hash TEXT NOT NULL,              -- of the last one
  file TEXT NOT NULL,              -- where it stands
  size INTEGER NOT NULL            -- bytes of that file, with it
);
CREATE TABLE IF NOT EXISTS taken (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  size INTEGER NOT NULL            -- bytes of the wall's file that are in the chain
);
CREATE TABLE IF NOT EXISTS words (
  n INTEGER NOT NULL,              -- number of the line
  part TEXT NOT NULL,              -- who | question | answer | cited | searched |
                                   -- passages | talk | what
  at TEXT NOT NULL, kind TEXT NOT NULL, -- as in the line
  salt TEXT, text TEXT,            -- NULL once erased
  erased TEXT,                     -- local time
  PRIMARY KEY (n, part)
) WITHOUT ROWID;
COMMIT;
"""


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain ends."""

    n: int = 0
    hash: str = "0" * 64
    file: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Word:
    """One part of a line."""

    n: int
    part: str
    at: str
    kind: str
    salt: str | None
    text: str | None  # JSON
    erased: str | None

    @property
    def value(self) -> Any:
        """What was said; None once erased."""
        return None if self.text is None else json.loads(self.text)


def canonical(value: object) -> str:
    """One spelling of a JSON value: sorted keys, no spaces; half a character as its escape."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace").decode()


def digest(salt: str, text: str) -> str:
    """What a line says of a part."""
    return hashlib.sha256(f"{salt} {text}".encode()).hexdigest()


class Words:
    """An open file of words. One thread, for a moment: `opened` gives it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def head(self) -> Head | None:
        """Where the chain ends; None where it has not begun."""
        row = self.connection.execute("SELECT n, hash, file, size FROM head").fetchone()
        return Head(*row) if row else None

    def put_head(self, head: Head) -> None:
        """Move the end of the chain."""
        self.connection.execute(
            "INSERT OR REPLACE INTO head VALUES (1, ?, ?, ?, ?)",
            (head.n, head.hash, head.file, head.size),
        )

    def last(self) -> int:
        """The highest number of a line of which words stand here, erased or not; 0 for none."""
        return int(self.connection.execute("SELECT coalesce(max(n), 0) FROM words").fetchone()[0])

    def taken(self) -> int:
        """How much of the wall's file is in the chain, in bytes."""
        row = self.connection.execute("SELECT size FROM taken").fetchone()
        return int(row[0]) if row else 0

    def put_taken(self, size: int) -> None:
        """The wall's file is in the chain up to there."""
        self.connection.execute("INSERT OR REPLACE INTO taken VALUES (1, ?)", (size,))

    def put(self, n: int, at: str, kind: str, parts: Mapping[str, object]) -> dict[str, str]:
        """Keep the parts of a line. Their digests, for the line."""
        digests: dict[str, str] = {}
        for part, value in parts.items():
            salt, text = secrets.token_hex(16), canonical(value)
            digests[part] = digest(salt, text)
            self.connection.execute(
                "INSERT INTO words VALUES (?, ?, ?, ?, ?, ?, NULL)",
                (n, part, at, kind, salt, text),
            )
        return digests

    def all(self, since: int = 0, until: int = 2**62) -> Iterator[Word]:
        """The parts of the lines of these numbers, in order."""
        rows = self.connection.execute(
            "SELECT * FROM words WHERE n BETWEEN ? AND ? ORDER BY n, part", (since, until)
        )
        return (Word(*row) for row in rows)

    def part(self, name: str) -> list[Word]:
        """The parts of one name that are not erased."""
        rows = self.connection.execute(
            "SELECT * FROM words WHERE part = ? AND text IS NOT NULL ORDER BY n", (name,)
        )
        return [Word(*row) for row in rows]

    def lines_of(
        self, kinds: Iterable[str], names: Collection[str] | None = None
    ) -> Iterator[tuple[int, str, dict[str, Any]]]:
        """(line, moment, what stands of it but passages and answer), in order.

        Of the lines of these kinds; of these people, where they are named.
        """
        rows = self.connection.execute(
            "SELECT n, at, part, text FROM words WHERE part NOT IN ('answer', 'passages')"
            " AND text IS NOT NULL AND kind IN (SELECT value FROM json_each(?1))"
            " AND (?2 IS NULL OR n IN (SELECT n FROM words WHERE part = 'who'"
            " AND kind IN (SELECT value FROM json_each(?1)) AND json_extract(text, '$.name')"
            " IN (SELECT value FROM json_each(?2)))) ORDER BY n",
            (json.dumps([*kinds]), None if names is None else json.dumps([*names])),
        )
        for n, group in itertools.groupby(rows, key=lambda row: row[0]):
            held = [*group]
            yield int(n), str(held[0][1]), {part: json.loads(text) for _, _, part, text in held}

    def questions_of(self, answers: Collection[str]) -> dict[str, str]:
        """Answer's id → the question, for those that stand."""
        rows = self.connection.execute(
            "SELECT json_extract(talk.text, '$.answer') AS answer, asked.text FROM words AS talk"
            " JOIN words AS asked ON asked.n = talk.n AND asked.part = 'question'"
            " WHERE talk.part = 'talk' AND talk.text IS NOT NULL AND asked.text IS NOT NULL"
            " AND json_extract(talk.text, '$.answer') IN (SELECT value FROM json_each(?))",
            (json.dumps([*answers]),),
        )
        return {str(answer): str(json.loads(text)) for answer, text in rows}

    def latest(self, kind: str, part: str, most: int) -> list[Any]:
        """What the last lines of a kind say in a part that is not erased, the newest first."""
        rows = self.connection.execute(
            "SELECT text FROM words WHERE kind = ? AND part = ? AND text IS NOT NULL"
            " ORDER BY n DESC LIMIT ?",
            (kind, part, most),
        )
        return [json.loads(text) for (text,) in rows]

    def older(self, kinds: Iterable[str], at: str) -> list[tuple[int, str]]:
        """(line, part) of these kinds from before that moment that are not erased."""
        rows = self.connection.execute(
            "SELECT n, part FROM words WHERE text IS NOT NULL AND at < ?"
            " AND kind IN (SELECT value FROM json_each(?)) ORDER BY n, part",
            (at, json.dumps([*kinds])),
        )
        return [(int(n), str(part)) for n, part in rows]

    def standing(self, lines: Iterable[int], parts: Iterable[str] = ()) -> list[tuple[int, str]]:
        """(line, part) of these lines that are not erased; of these parts, if any are named."""
        wanted, found = set(parts), []
        for n in sorted(set(lines)):
            rows = self.connection.execute(
                "SELECT part FROM words WHERE n = ? AND text IS NOT NULL ORDER BY part", (n,)
            )
            found += [(n, str(part)) for (part,) in rows if not wanted or part in wanted]
        return found

    def erase(self, places: Iterable[tuple[int, str]], at: str) -> None:
        """Forget parts, and their salts."""
        self.connection.executemany(
            "UPDATE words SET salt = NULL, text = NULL, erased = ? WHERE n = ? AND part = ?",
            [(at, n, part) for n, part in places],
        )


@contextmanager
def opened(folder: Path) -> Iterator[Words]:
    """The words of a journal's folder, made if there are none.

    No write-ahead log, which would keep bytes of what was erased.
    """
    path = folder / FILE
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    connection = private(path, timeout=30)
    try:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA journal_mode = TRUNCATE")  # one sync less than DELETE
        made = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        if not {name for (name,) in made}.issuperset(_TABLES):
            connection.executescript(_SCHEMA)
        yield Words(connection)
    finally:
        connection.close()


def rewrite(folder: Path) -> None:
    """Write the file anew: no byte of what was erased is left in it."""
    with opened(folder) as words:
        words.connection.execute("VACUUM")
