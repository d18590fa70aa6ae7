"""Sessions: kept on the server, found again by a cookie, ended by time, log-out or an admin."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.access.accounts import Accounts, spelled
from app.access.groups import Groups
from app.access.origins import claim
from app.access.reader import Reader, role_of
from app.access.store import Store

LOCAL_ACCOUNT = "local"
_NOTED = 60  # seconds: a visit sooner after the last one is not written down


@dataclass(frozen=True, slots=True)
class Visit:
    """A reader who was let in."""

    reader: Reader
    key: str  # tells one session from another; not the cookie's value
    csrf: str  # stands in the forms of this session
    first: bool = False  # the password must be changed before anything else
    ends: bool = True  # whether one can log out here (not behind a proxy that logs in)
    own_password: bool = False  # whether it can be changed here


class Sessions:
    """Opens and finds sessions. Rights are read anew each time: nothing of them is remembered."""

    def __init__(
        self, store: Store, idle: float, longest: float, clock: Callable[[], float] = time.time
    ) -> None:
        """`idle` and `longest` in seconds: between two requests, and in all."""
        self.store = store
        self.groups = Groups(store)
        self.idle = idle
        self.longest = longest
        self.clock = clock

    def begin(self, login: str, name: str, source: str, groups: Sequence[str] = ()) -> str:
        """Begin a session. The cookie's value, 256 bits, of which only the hash is kept.

        Raises:
            LoginTaken: somebody whom another source let in has this login.
        """
        claim(self.store, spelled(login), source)
        token, now = secrets.token_urlsafe(32), self.clock()
        with self.store.writing() as connection:
            connection.execute(
                "DELETE FROM sessions WHERE begun < ? OR seen < ?",
                (now - self.longest, now - self.idle),
            )
            connection.execute(
                "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (_id(token), spelled(login), name, source, json.dumps([*groups]),
                 secrets.token_urlsafe(24), now, now),
            )  # fmt: skip
        return token

    def find(self, token: str) -> Visit | None:
        """The visit of a cookie's value, as its reader's rights are now; None where it ended."""
        return self._visit(_id(token), note=True)

    def still(self, key: str) -> Visit | None:
        """The visit of a session that was found before; does not count as being there."""
        return self._visit(key, note=False)

    def keep_ticket(self, token: str, id_token: str) -> None:
        """Keep what the issuer is shown when the session of a cookie is ended."""
        with self.store.writing() as connection:
            connection.execute("INSERT INTO tickets VALUES (?, ?)", (_id(token), id_token))

    def ticket(self, key: str) -> str:
        """The issuer's token of a session; empty where it did not let in."""
        row = self.store.one("SELECT id_token FROM tickets WHERE id = ?", key)
        return str(row["id_token"]) if row else ""

    def end(self, key: str) -> None:
        """End one session."""
        with self.store.writing() as connection:
            connection.execute("DELETE FROM sessions WHERE id = ?", (key,))

    def end_all(self, login: str) -> int:
        """End every session of somebody, whatever let them in. How many there were."""
        with self.store.writing() as connection:
            cursor = connection.execute("DELETE FROM sessions WHERE login = ?", (spelled(login),))
        return cursor.rowcount

    def _visit(self, key: str, *, note: bool) -> Visit | None:
        row = self.store.one("SELECT * FROM sessions WHERE id = ?", key)
        now = self.clock()
        if row is None or now - row["begun"] > self.longest or now - row["seen"] > self.idle:
            return None
        if note and now - row["seen"] > min(_NOTED, self.idle / 4):
            self.store.connection.execute("UPDATE sessions SET seen = ? WHERE id = ?", (now, key))
        if row["source"] != LOCAL_ACCOUNT:
            groups = json.loads(row["groups"])
            reader = reader_of(self.groups, row["login"], row["name"], groups)
            return Visit(reader, key, row["csrf"])
        user = self.store.one("SELECT * FROM users WHERE login = ?", row["login"])
        if user is None:
            return None
        members = self.store.all('SELECT "group" FROM members WHERE login = ?', row["login"])
        role = role_of(user["role"])
        fonds = self.groups.fonds_of([one["group"] for one in members])
        reader = Reader(row["login"], user["name"], role, None if role == "admin" else fonds)
        return Visit(reader, key, row["csrf"], bool(user["first"]), own_password=True)


def reader_of(groups: Groups, login: str, name: str, member_of: Sequence[str]) -> Reader:
    """A reader whom another directory knows: role and fonds come from the groups it names."""
    role = groups.role_of(member_of)
    fonds = None if role == "admin" else groups.fonds_of(member_of)
    return Reader(login, name or login, role, fonds)


def local_reader(store: Store, login: str) -> Reader:
    """A local account as a reader. Raises AccountUnknown."""
    account = Accounts(store).one(login)
    fonds = None if account.role == "admin" else Groups(store).fonds_of(account.groups)
    return Reader(account.login, account.name, account.role, fonds)


def _id(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
