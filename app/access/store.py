"""The file of accounts, groups and sessions: `accounts.sqlite` in the data folder."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import AbstractContextManager
from pathlib import Path

from ingest.transaction import private, transaction

FILE = "accounts.sqlite"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS users (
  login TEXT PRIMARY KEY,          -- lower case
  name TEXT NOT NULL,              -- as shown on the page
  role TEXT NOT NULL,
  hash TEXT NOT NULL,              -- Argon2id, with its parameters and salt
  first INTEGER NOT NULL,          -- 1: given by an admin, to be changed at the first login
  given REAL NOT NULL              -- when it was set, seconds since 1970
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS members (
  login TEXT NOT NULL REFERENCES users (login) ON DELETE CASCADE,
  "group" TEXT NOT NULL,           -- lower case
  PRIMARY KEY (login, "group")
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS opened (
  "group" TEXT NOT NULL,
  fonds TEXT NOT NULL,             -- '' for all of them
  PRIMARY KEY ("group", fonds)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS roles ("group" TEXT PRIMARY KEY, role TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS origins (   -- who comes by a login: the history is theirs
  login TEXT PRIMARY KEY,
  source TEXT NOT NULL             -- local | annuaire | oidc | mandataire
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sessions (
  id TEXT PRIMARY KEY,             -- SHA-256 of the cookie's value, which is kept nowhere
  login TEXT NOT NULL,
  name TEXT NOT NULL,
  source TEXT NOT NULL,            -- local | annuaire | oidc
  groups TEXT NOT NULL,            -- JSON, of those whom another directory knows
  csrf TEXT NOT NULL,
  begun REAL NOT NULL,
  seen REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sessions_login ON sessions (login);
CREATE TABLE IF NOT EXISTS tickets (   -- of those whom an OpenID Connect issuer let in
  id TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
  id_token TEXT NOT NULL           -- is shown to it at log-out
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pending (   -- logins that have left for the issuer
  state TEXT PRIMARY KEY,          -- SHA-256
  browser TEXT NOT NULL,           -- SHA-256 of the secret in its cookie
  nonce TEXT NOT NULL,
  verifier TEXT NOT NULL,
  back TEXT NOT NULL,
  begun REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS attempts (
  key TEXT PRIMARY KEY,            -- what is counted: an account, an address, both
  failures INTEGER NOT NULL,
  last REAL NOT NULL
) WITHOUT ROWID;
"""


class Store:
    """One SQLite file, read by the page at each request, written by `greffe users` too."""

    def __init__(self, data: Path) -> None:
        self.path = data / FILE
        self._local = threading.local()
        data.mkdir(parents=True, exist_ok=True)
        self.connection.executescript(_SCHEMA)

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            found = private(self.path)
            found.row_factory = sqlite3.Row
            found.execute("PRAGMA journal_mode = WAL")  # readers never wait
            found.execute("PRAGMA synchronous = NORMAL")
            found.execute("PRAGMA foreign_keys = ON")
            found.execute("PRAGMA secure_delete = ON")
            self._local.connection = found
        return found

    def close(self) -> None:
        """Close this thread's connection."""
        if getattr(self._local, "connection", None) is not None:
            self._local.connection.close()
            self._local.connection = None

    def writing(self) -> AbstractContextManager[sqlite3.Connection]:
        """One transaction: all of it, or nothing."""
        return transaction(self.connection)

    def one(self, sql: str, *values: object) -> sqlite3.Row | None:
        """The first row, or None."""
        row: sqlite3.Row | None = self.connection.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """All rows."""
        return self.connection.execute(sql, values).fetchall()
