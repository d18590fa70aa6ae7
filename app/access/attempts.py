"""Failed logins, and who must wait: one account, one address, and the two together."""

from __future__ import annotations

import time
from collections.abc import Callable

from app.access.store import Store

# failures in a row → after how many the next must wait
LIMITS = {"both": 5, "account": 20, "address": 200}
WAIT = 15 * 60  # seconds without a failure after which counting begins anew


class Attempts:
    """Counts failures in a file: a restart forgets none.

    An account is closed to the address that tries it first, and to all only after four times as
    many: who tries another's account does not lock them out at once.
    """

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self.store = store
        self.clock = clock

    def take(self, login: str, address: str) -> bool:
        """Count a try as failed before it is made, so that many at once are no way round.

        False: it must wait, and is not counted. The same for accounts that are not there.
        """
        now = self.clock()
        with self.store.writing() as connection:
            connection.execute("DELETE FROM attempts WHERE last < ?", (now - WAIT,))
            for kind, key in _keys(login, address).items():
                row = self.store.one("SELECT failures FROM attempts WHERE key = ?", key)
                if row is not None and row["failures"] >= LIMITS[kind]:
                    return False
            connection.executemany(
                "INSERT INTO attempts VALUES (?, 1, ?) ON CONFLICT (key) DO UPDATE"
                " SET failures = failures + 1, last = excluded.last",
                [(key, now) for key in _keys(login, address).values()],
            )
        return True

    def succeeded(self, login: str, address: str) -> None:
        """Forget the failures of this account; those of the address with other accounts stay."""
        keys = _keys(login, address)
        with self.store.writing() as connection:
            connection.execute(
                "DELETE FROM attempts WHERE key IN (?, ?)", (keys["both"], keys["account"])
            )
            connection.execute(
                "UPDATE attempts SET failures = failures - 1 WHERE key = ?", (keys["address"],)
            )

    def forget(self, login: str) -> None:
        """Let an account try again from everywhere."""
        with self.store.writing() as connection:
            connection.execute(
                "DELETE FROM attempts WHERE key = ? OR substr(key, 1, length(?)) = ?",
                (f"a {login}", f"b {login} ", f"b {login} "),
            )

    def is_closed(self, login: str) -> bool:
        """Whether the account must wait, from everywhere or from one address."""
        since = self.clock() - WAIT
        rows = self.store.all(
            "SELECT key, failures FROM attempts WHERE last > ? AND (key = ?"
            " OR substr(key, 1, length(?)) = ?)",
            since, f"a {login}", f"b {login} ", f"b {login} ",
        )  # fmt: skip
        return any(
            row["failures"] >= LIMITS["account" if row["key"][0] == "a" else "both"] for row in rows
        )


def _keys(login: str, address: str) -> dict[str, str]:
    return {"both": f"b {login} {address}", "account": f"a {login}", "address": f"i {address}"}
