"""Logins that have left for another place and are awaited: each comes back once, and soon."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from app.access.store import Store

LONGEST = 600  # seconds between leaving and coming back
MOST = 10_000  # awaited at once: the oldest give way


@dataclass(frozen=True, slots=True)
class Asked:
    """What was sent along, and is to come back."""

    state: str
    nonce: str
    verifier: str  # of PKCE: its hash was sent
    back: str  # the address at which the browser comes back


class Pending:
    """Kept in the store under hashes, and bound to one browser by a secret in its cookie."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.time) -> None:
        self.store = store
        self.clock = clock

    def begin(self, back: str) -> tuple[Asked, str]:
        """A login that leaves, and the browser's secret."""
        state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
        asked = Asked(state, nonce, verifier, back)
        secret, now = secrets.token_urlsafe(32), self.clock()
        with self.store.writing() as connection:
            connection.execute("DELETE FROM pending WHERE begun < ?", (now - LONGEST,))
            connection.execute(
                "DELETE FROM pending WHERE state IN"
                " (SELECT state FROM pending ORDER BY begun DESC LIMIT -1 OFFSET ?)",
                (MOST - 1,),
            )
            connection.execute(
                "INSERT INTO pending VALUES (?, ?, ?, ?, ?, ?)",
                (_hash(asked.state), _hash(secret), asked.nonce, asked.verifier, back, now),
            )
        return asked, secret

    def take(self, state: str, secret: str) -> Asked | None:
        """The login of this state and this browser, once; None for any other."""
        with self.store.writing() as connection:
            row = self.store.one("SELECT * FROM pending WHERE state = ?", _hash(state))
            connection.execute("DELETE FROM pending WHERE state = ?", (_hash(state),))
        if row is None or self.clock() - row["begun"] > LONGEST:
            return None
        if not secrets.compare_digest(row["browser"], _hash(secret)):
            return None
        return Asked(state, row["nonce"], row["verifier"], row["back"])


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
