"""Groups: which fonds each opens, and the role that its members have."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from app.access.accounts import spelled
from app.access.reader import EVERYONE, ROLES, Fonds, Role, role_of
from app.access.store import Store

ALL = ""  # in place of a fonds' name


@dataclass(frozen=True, slots=True)
class Group:
    """A group as an admin set it."""

    name: str
    fonds: Fonds
    role: Role | None


class Groups:
    """The groups of a store: their names may be those of another directory. A change acts at
    once, on the sessions that are open too."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def open(self, group: str, fonds: Iterable[str]) -> None:
        """Open fonds to the members of a group; `ALL` opens those to come too."""
        with self.store.writing() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO opened VALUES (?, ?)",
                [(spelled(group), name) for name in fonds],
            )

    def close(self, group: str, fonds: Iterable[str]) -> None:
        """Close fonds to the members of a group, unless another group of theirs opens them."""
        with self.store.writing() as connection:
            connection.executemany(
                'DELETE FROM opened WHERE "group" = ? AND fonds = ?',
                [(spelled(group), name) for name in fonds],
            )

    def set_role(self, group: str, role: Role | None) -> None:
        """Give the members of a group a role, or take it away. Not to local accounts: they have
        their own."""
        with self.store.writing() as connection:
            connection.execute('DELETE FROM roles WHERE "group" = ?', (spelled(group),))
            if role is not None:
                connection.execute("INSERT INTO roles VALUES (?, ?)", (spelled(group), role))

    def remove(self, group: str) -> bool:
        """Forget a group: what it opened, the role it gave, its members. Whether it was there."""
        name = spelled(group)
        with self.store.writing() as connection:
            gone = [
                connection.execute(f'DELETE FROM {table} WHERE "group" = ?', (name,)).rowcount  # noqa: S608
                for table in ("opened", "roles", "members")
            ]
        return any(gone)

    def all(self) -> list[Group]:
        """Every group that opens something, gives a role, or has local members."""
        rows = self.store.all(
            'SELECT "group" FROM opened UNION SELECT "group" FROM roles'
            ' UNION SELECT "group" FROM members ORDER BY 1'
        )
        return [
            Group(row["group"], self.fonds_of([row["group"]], everyone=False),
                  self._role(row["group"]))
            for row in rows
        ]  # fmt: skip

    def fonds_of(self, groups: Iterable[str], *, everyone: bool = True) -> Fonds:
        """The fonds that these groups open together, with those open to everyone."""
        names = [spelled(group) for group in groups] + ([EVERYONE] if everyone else [])
        rows = self.store.all(
            'SELECT fonds FROM opened WHERE "group" IN (SELECT value FROM json_each(?))',
            json.dumps(names),
        )
        found = frozenset(row["fonds"] for row in rows)
        return None if ALL in found else found

    def unopened(self, fonds: Iterable[str]) -> list[str]:
        """Those that no group opens: nobody but admins reads them."""
        opened = {row["fonds"] for row in self.store.all("SELECT DISTINCT fonds FROM opened")}
        return [] if ALL in opened else [name for name in fonds if name not in opened]

    def role_of(self, groups: Iterable[str]) -> Role:
        """The highest role that these groups give; « agent » where none gives any."""
        roles = [role for group in groups if (role := self._role(spelled(group)))]
        return max(roles, key=ROLES.index, default="agent")

    def _role(self, group: str) -> Role | None:
        row = self.store.one('SELECT role FROM roles WHERE "group" = ?', group)
        return role_of(row["role"]) if row else None
