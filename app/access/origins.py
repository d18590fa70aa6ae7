"""Where each login comes from: the first source that lets it in keeps it.

The journal, the answers and the validated answers name a person by login. Two people whom two
sources call alike must not read each other's: the second one is refused until an admin says that
it is the same person.
"""

from __future__ import annotations

from app.access.store import Store
from ingest.trouble import Trouble

NAMES = {
    "local": "compte de Greffe", "annuaire": "annuaire", "oidc": "émetteur OpenID Connect",
    "mandataire": "serveur mandataire",
}  # fmt: skip


class LoginTaken(Trouble):
    """Another source has this login. Facts: login, source."""


def claim(store: Store, login: str, source: str) -> None:
    """Take a login for a source, or find that it has it. Raises LoginTaken."""
    known = of(store, login)
    if not known:
        with store.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO origins VALUES (?, ?)", (login, source))
        known = of(store, login)
    if known != source:
        raise LoginTaken(login=login, source=NAMES.get(known, known))


def of(store: Store, login: str) -> str:
    """The source of a login; empty where nobody has come by it."""
    row = store.one("SELECT source FROM origins WHERE login = ?", login)
    if row is None and store.one("SELECT 1 FROM users WHERE login = ?", login):
        return "local"  # an account that an older program made
    return str(row["source"]) if row else ""


def release(store: Store, login: str) -> bool:
    """Let the next source that names a login have it, with its history. Whether one had it."""
    with store.writing() as connection:
        ended = connection.execute("DELETE FROM origins WHERE login = ?", (login,)).rowcount
        connection.execute("DELETE FROM sessions WHERE login = ?", (login,))
    return bool(ended)
