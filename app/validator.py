"""Who may validate an answer: legal staff and admins, by the account or the directory."""

from __future__ import annotations

import json
from pathlib import Path

from app.access.accounts import Accounts, spelled
from app.access.groups import Groups
from app.access.store import FILE, Store
from app.curated import ValidatorRefused


def validator(data: Path, by: str, *, asks_login: bool) -> tuple[str, str]:
    """The login and the name of who validates.

    Where nobody has an account and the page asks for no login, whoever sits at the machine.

    Raises:
        ValidatorRefused.
    """
    if not asks_login and not (data / FILE).exists():
        return spelled(by), by
    store = Store(data)
    try:
        accounts = Accounts(store)
        if not asks_login and not accounts.all():
            return spelled(by), by
        if not accounts.knows(by):
            return _of_the_directory(store, by)
        account = accounts.one(by)
    finally:
        store.close()
    if account.role == "agent":
        raise ValidatorRefused(login=account.login)
    return account.login, account.name


def _of_the_directory(store: Store, by: str) -> tuple[str, str]:
    """Somebody whom another directory knows: by the groups of their open session."""
    row = store.one(
        "SELECT * FROM sessions WHERE login = ? AND source <> 'local' ORDER BY begun DESC",
        spelled(by),
    )
    if row is None or Groups(store).role_of(json.loads(row["groups"])) == "agent":
        raise ValidatorRefused(login=by)
    return row["login"], row["name"]
