"""`greffe users`: the local accounts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from app.access.reader import role_of
from app.commands.shared import AsJson, Data, administered, checked_action, settings_of

if TYPE_CHECKING:
    from app.access.accounts import Account, Accounts
    from app.access.store import Store

NAME = "users"


class Role(StrEnum):
    """What somebody is, from the least to the most."""

    agent = "agent"
    juriste = "juriste"
    admin = "admin"


@dataclass(frozen=True, slots=True)
class _Asked:
    """The command line, as each action reads it."""

    login: str
    name: str
    role: Role | None
    groups: list[str] | None


def command(
    action: Annotated[
        str,
        typer.Argument(
            metavar="ACTION",
            help="`list`, `add`, `change`, `reset` (nouveau mot de passe), `unlock` (après trop"
            " d'essais), `logout` (fermer ses sessions), `release` (laisser son identifiant, avec"
            " son historique, à qui viendra d'une autre source) ou `remove`.",
            show_default=False,
        ),
    ] = "list",
    login: Annotated[str, typer.Argument(metavar="IDENTIFIANT", help="De qui il s'agit.")] = "",
    name: Annotated[
        str, typer.Option("--name", help="Nom affiché sur la page.", show_default=False)
    ] = "",
    role: Annotated[
        Role | None, typer.Option("--role", help="agent, juriste ou admin.", metavar="RÔLE")
    ] = None,
    group: Annotated[
        list[str] | None,
        typer.Option("--group", help="Groupe (peut être répété ; « aucun » : plus aucun)."),
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Les comptes locaux : qui peut se connecter à la page."""
    from app.access.accounts import spelled
    from app.access.store import Store

    checked_action(action, _ACTIONS, "identifiant", login)
    settings = settings_of(data)
    store = Store(settings.data)
    groups = [] if group == ["aucun"] else group or None
    try:
        _ACTIONS[action](store, _Asked(login, name, role, groups), as_json)
        if action != "list":
            administered(settings, f"users {action}", login=spelled(login), name=name,
                         role=role and str(role), groups=groups)  # fmt: skip
    finally:
        store.close()


def _list(store: Store, asked: _Asked, as_json: bool) -> None:
    from app.access.accounts import Accounts
    from app.access.attempts import Attempts

    attempts = Attempts(store)
    accounts = [(one, attempts.is_closed(one.login)) for one in Accounts(store).all()]
    if as_json:
        shapes = [{**asdict(one), "locked": locked} for one, locked in accounts]
        typer.echo(json.dumps({"users": shapes}, ensure_ascii=False))
        return
    for one, locked in accounts:
        typer.echo(_described(one) + (", bloqué quelques minutes" if locked else ""))
    if not accounts:
        typer.echo("Aucun compte local. Pour en créer un : greffe users add IDENTIFIANT", err=True)


def _add(store: Store, asked: _Asked, as_json: bool) -> None:
    accounts = _accounts(store)
    role = role_of(asked.role or Role.agent)
    password = accounts.add(asked.login, asked.name, role, asked.groups or ())
    _hand_over(accounts.one(asked.login), password, as_json)


def _change(store: Store, asked: _Asked, as_json: bool) -> None:
    role = role_of(asked.role) if asked.role else None
    account = _accounts(store).change(asked.login, asked.name, role, asked.groups)
    _tell(account, as_json)


def _reset(store: Store, asked: _Asked, as_json: bool) -> None:
    accounts = _accounts(store)
    password = accounts.reset(asked.login)
    _forget_attempts(store, asked.login)
    _hand_over(accounts.one(asked.login), password, as_json)


def _unlock(store: Store, asked: _Asked, as_json: bool) -> None:
    _forget_attempts(store, asked.login)  # of the directory's accounts too
    typer.echo("Les essais manqués de ce compte sont oubliés.", err=True)


def _logout(store: Store, asked: _Asked, as_json: bool) -> None:
    from app.access.sessions import Sessions

    ended = Sessions(store, 0, 0).end_all(asked.login)
    typer.echo(f"Sessions fermées : {ended}.", err=True)


def _release(store: Store, asked: _Asked, as_json: bool) -> None:
    from app.access.accounts import spelled
    from app.access.origins import NAMES, LoginTaken, release

    login = spelled(asked.login)
    if _accounts(store).knows(login):
        raise LoginTaken(login=login, source=NAMES["local"])
    release(store, login)
    typer.echo(f"« {login} » sera à la prochaine source qui le nomme, avec son historique.",
               err=True)  # fmt: skip


def _remove(store: Store, asked: _Asked, as_json: bool) -> None:
    _accounts(store).remove(asked.login)
    typer.echo("Compte supprimé, sessions fermées.", err=True)


_ACTIONS: dict[str, Callable[[Store, _Asked, bool], None]] = {
    "list": _list, "add": _add, "change": _change, "reset": _reset, "unlock": _unlock,
    "logout": _logout, "release": _release, "remove": _remove,
}  # fmt: skip


def _accounts(store: Store) -> Accounts:
    from app.access.accounts import Accounts

    return Accounts(store)


def _forget_attempts(store: Store, login: str) -> None:
    from app.access.accounts import spelled
    from app.access.attempts import Attempts

    Attempts(store).forget(spelled(login))


def _hand_over(account: Account, password: str, as_json: bool) -> None:
    """The first password is on standard output, once: it is kept nowhere."""
    from app.access.accounts import FIRST_DAYS

    if as_json:
        typer.echo(json.dumps({**asdict(account), "password": password}, ensure_ascii=False))
        return
    typer.echo(_described(account), err=True)
    typer.echo(password)
    typer.echo(
        f"Mot de passe à remettre en main propre : il sert une fois, dans les {FIRST_DAYS} jours.",
        err=True,
    )


def _tell(account: Account, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(account), ensure_ascii=False))
    else:
        typer.echo(_described(account))


def _described(account: Account) -> str:
    groups = ", ".join(account.groups) or "aucun groupe"
    first = ", mot de passe à changer" if account.first else ""
    return f"{account.login} ({account.name}) : {account.role}, {groups}{first}"
