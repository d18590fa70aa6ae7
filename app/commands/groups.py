"""`greffe groups`: which fonds each group opens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from app.access.reader import role_of
from app.commands.shared import AsJson, Data, administered, checked_action, settings_of
from app.commands.users import Role

if TYPE_CHECKING:
    from app.access.groups import Group

NAME = "groups"


_ACTIONS = ("list", "open", "close", "role", "remove")


def command(
    action: Annotated[
        str,
        typer.Argument(
            metavar="ACTION",
            help="`list`, `open` (ouvrir des fonds), `close` (les fermer), `role` (--role pour ses"
            " membres de l'annuaire ; sans --role : aucun) ou `remove`.",
            show_default=False,
        ),
    ] = "list",
    group: Annotated[
        str, typer.Argument(metavar="GROUPE", help="Son nom ; « tous » : chaque personne.")
    ] = "",
    fonds: Annotated[
        list[str] | None, typer.Argument(metavar="FONDS", help="Les fonds à ouvrir ou à fermer.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Tous les fonds, ceux à venir compris.")
    ] = False,
    role: Annotated[
        Role | None, typer.Option("--role", help="agent, juriste ou admin.", metavar="RÔLE")
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Les groupes : quels fonds chacun ouvre à ses membres."""
    from app.access.groups import ALL, Groups
    from app.access.store import Store

    checked_action(action, _ACTIONS, "groupe", group)
    named = [ALL] if every else list(fonds or ())
    if action in ("open", "close") and not named:
        raise typer.BadParameter("donnez les fonds, ou --all")
    settings = settings_of(data)
    store = Store(settings.data)
    groups = Groups(store)
    try:
        if action == "open":
            _warn_of_unknown(settings.data, [name for name in named if name != ALL])
            groups.open(group, named)
        elif action == "close":
            groups.close(group, named)
        elif action == "role":
            groups.set_role(group, role_of(role) if role else None)
        elif action == "remove" and not groups.remove(group):
            raise typer.BadParameter(f"le groupe « {group} » n'existe pas")
        if action != "list":
            administered(settings, f"groups {action}", group=group, all=every, fonds=fonds,
                         role=role and str(role))  # fmt: skip
        _show(groups.all(), as_json)
    finally:
        store.close()


def _show(groups: list[Group], as_json: bool) -> None:
    if as_json:
        shapes = [
            {"name": one.name, "all": one.fonds is None, "fonds": sorted(one.fonds or ()),
             "role": one.role}
            for one in groups
        ]  # fmt: skip
        typer.echo(json.dumps({"groups": shapes}, ensure_ascii=False))
        return
    for one in groups:
        opened = "tous les fonds" if one.fonds is None else ", ".join(sorted(one.fonds))
        role = f" ; rôle {one.role}" if one.role else ""
        typer.echo(f"{one.name} : {opened or 'aucun fonds'}{role}")
    if not groups:
        typer.echo("Aucun groupe : seuls les administrateurs voient des fonds.", err=True)


def _warn_of_unknown(data: object, names: list[str]) -> None:
    """A fonds may be opened before it is indexed; a slip of the pen looks the same."""
    from pathlib import Path

    from ingest.catalogue import Catalogue

    path = Path(str(data), "catalogue.sqlite")
    known: list[str] = []
    if path.exists():
        catalogue = Catalogue(path)
        known = catalogue.fonds()
        catalogue.close()
    for name in names:
        if name not in known:
            typer.echo(f"Le fonds « {name} » n'est pas encore indexé.", err=True)
