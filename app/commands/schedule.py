"""`greffe schedule`: the fonds that the open page indexes each day."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.shared import AsJson, Data, administered, checked_action, settings_of

if TYPE_CHECKING:
    from pathlib import Path

NAME = "schedule"
_ACTIONS = ("list", "set", "remove")


def command(
    action: Annotated[
        str,
        typer.Argument(metavar="ACTION", help="`list`, `set` ou `remove`.", show_default=False),
    ] = "list",
    fonds: Annotated[str, typer.Argument(metavar="FONDS", help="Le fonds à indexer.")] = "",
    at: Annotated[str, typer.Option("--at", help="À quelle heure, chaque jour.")] = "02:30",
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """L'indexation prévue chaque jour, tant que la page est ouverte."""
    from app.assembly import catalogue_of
    from app.daily import plan, unplan

    checked_action(action, _ACTIONS, "fonds", fonds)
    settings = settings_of(data)
    if action == "set":
        with closing(catalogue_of(settings, create=False)) as catalogue:
            plan(settings.data, catalogue, fonds, at)
    elif action == "remove" and not unplan(settings.data, fonds):
        raise typer.BadParameter(f"rien n'est prévu pour le fonds « {fonds} »")
    if action != "list":
        administered(settings, f"schedule {action}", fonds=fonds, at=at if action == "set" else "")
    _show(settings.data, as_json)


def _show(data: Path, as_json: bool) -> None:
    from app.daily import planned

    now = datetime.now().astimezone()
    found = planned(data)
    if as_json:
        shapes = [
            {"fonds": one.fonds, "at": one.at, "next": one.next(now).isoformat(timespec="seconds")}
            for one in found
        ]
        typer.echo(json.dumps({"planned": shapes}, ensure_ascii=False))
        return
    for one in found:
        typer.echo(f"{one.fonds} : chaque jour à {one.at}, tant que la page est ouverte")
    if not found:
        typer.echo("Rien n'est prévu : `greffe schedule set FONDS --at 02:30`.")
