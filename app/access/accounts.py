"""Local accounts: who they are, how they are checked, and how their passwords change."""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.access import passwords
from app.access.origins import claim
from app.access.reader import Role, role_of
from app.access.store import Store
from ingest.trouble import Trouble

FIRST_DAYS = 7  # a first password that nobody used in that time opens nothing any more
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")


class AccountUnknown(Trouble):
    """No local account has this login. Facts: login."""


class AccountExists(Trouble):
    """There is one already. Facts: login."""


class LoginInvalid(Trouble):
    """Not letters, figures and . _ @ -. Facts: login."""


@dataclass(frozen=True, slots=True)
class Account:
    """A local account, without its password."""

    login: str
    name: str
    role: Role
    first: bool  # the password was given by an admin and has not been changed yet
    groups: tuple[str, ...]


def spelled(login: str) -> str:
    """One spelling of a login: « Marie.Durand » and « marie.durand » are the same."""
    return " ".join(unicodedata.normalize("NFKC", login).casefold().split())


class Accounts:
    """The local accounts of a store. Each change ends the sessions of whom it concerns."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self.store = store
        self.clock = clock

    def add(self, login: str, name: str, role: Role, groups: Sequence[str]) -> str:
        """Make an account. Its first password, which is kept nowhere.

        Raises:
            LoginInvalid, AccountExists, LoginTaken.
        """
        login = spelled(login)
        if not _LOGIN.fullmatch(login):
            raise LoginInvalid(login=login)
        if self.store.one("SELECT 1 FROM users WHERE login = ?", login):
            raise AccountExists(login=login)
        claim(self.store, login, "local")
        password = passwords.first_password()
        known = passwords.hashed(password)
        with self.store.writing() as connection:
            connection.execute(
                "INSERT INTO users VALUES (?, ?, ?, ?, 1, ?)",
                (login, name or login, role, known, self.clock()),
            )
            self._put_groups(login, groups)
        return password

    def all(self) -> list[Account]:
        """Every account, by login."""
        rows = self.store.all("SELECT * FROM users ORDER BY login")
        return [self._account(row["login"], row) for row in rows]

    def one(self, login: str) -> Account:
        """An account. Raises AccountUnknown."""
        login = spelled(login)
        row = self.store.one("SELECT * FROM users WHERE login = ?", login)
        if row is None:
            raise AccountUnknown(login=login)
        return self._account(login, row)

    def knows(self, login: str) -> bool:
        """Whether there is an account of this login."""
        return self.store.one("SELECT 1 FROM users WHERE login = ?", spelled(login)) is not None

    def change(
        self, login: str, name: str = "", role: Role | None = None,
        groups: Sequence[str] | None = None,
    ) -> Account:  # fmt: skip
        """Change a name, a role, or all groups; what is not given stays. Raises AccountUnknown."""
        before = self.one(login)
        with self.store.writing() as connection:
            connection.execute(
                "UPDATE users SET name = ?, role = ? WHERE login = ?",
                (name or before.name, role or before.role, before.login),
            )
            if groups is not None:
                self._put_groups(before.login, groups)
            self._end_sessions(before.login)
        return self.one(login)

    def reset(self, login: str) -> str:
        """A new first password, in place of the one that was lost. Raises AccountUnknown."""
        account = self.one(login)
        password = passwords.first_password()
        self._put_password(account.login, password, first=True)
        return password

    def remove(self, login: str) -> None:
        """Remove an account, end its sessions, keep its login taken. Raises AccountUnknown."""
        account = self.one(login)
        claim(self.store, account.login, "local")
        with self.store.writing() as connection:
            connection.execute("DELETE FROM users WHERE login = ?", (account.login,))
            self._end_sessions(account.login)

    def check(self, login: str, password: str) -> Account | None:
        """The account, if the password is its own. As slow when there is no such account."""
        login = spelled(login)
        row = self.store.one("SELECT * FROM users WHERE login = ?", login)
        good = passwords.matches(password, row["hash"] if row else None)
        if row is None or not good:
            return None
        if row["first"] and self.clock() - row["given"] > FIRST_DAYS * 86_400:
            return None
        if passwords.is_weak(row["hash"]):
            with self.store.writing() as connection:
                connection.execute(
                    "UPDATE users SET hash = ? WHERE login = ?", (passwords.hashed(password), login)
                )
        return self._account(login, row)

    def choose(self, login: str, password: str) -> None:
        """Set the password that somebody chose. Ends all their sessions.

        Raises:
            AccountUnknown, PasswordRefused.
        """
        account = self.one(login)
        row = self.store.one("SELECT hash FROM users WHERE login = ?", account.login)
        passwords.check(password, account.login, row["hash"] if row else "")
        self._put_password(account.login, password, first=False)

    def _put_password(self, login: str, password: str, *, first: bool) -> None:
        known = passwords.hashed(password)
        with self.store.writing() as connection:
            connection.execute(
                "UPDATE users SET hash = ?, first = ?, given = ? WHERE login = ?",
                (known, int(first), self.clock(), login),
            )
            self._end_sessions(login)

    def _put_groups(self, login: str, groups: Sequence[str]) -> None:
        connection = self.store.connection
        connection.execute("DELETE FROM members WHERE login = ?", (login,))
        connection.executemany(
            "INSERT OR IGNORE INTO members VALUES (?, ?)",
            [(login, spelled(group)) for group in groups],
        )

    def _end_sessions(self, login: str) -> None:
        self.store.connection.execute(
            "DELETE FROM sessions WHERE login = ? AND source = 'local'", (login,)
        )

    def _account(self, login: str, row: object) -> Account:
        groups = self.store.all('SELECT "group" FROM members WHERE login = ? ORDER BY 1', login)
        fields = dict(row)  # type: ignore[call-overload]
        return Account(
            login, fields["name"], role_of(fields["role"]), bool(fields["first"]),
            tuple(row["group"] for row in groups),
        )  # fmt: skip
