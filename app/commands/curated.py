"""`greffe curated`: the answers that legal staff have validated."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.shared import AsJson, Data, administered, settings_of

if TYPE_CHECKING:
    from app.curated import Item
    from app.settings import Settings

NAME = "curated"


def command(
    action: Annotated[
        str,
        typer.Argument(
            metavar="ACTION",
            help="`list`, `add` (valider une réponse du journal), `remove` ou `review` (celles qui"
            " se sont retirées).",
            show_default=False,
        ),
    ] = "list",
    which: Annotated[
        str,
        typer.Argument(
            metavar="RÉPONSE|NUMÉRO", help="Avec add, l'identifiant ; avec remove, le numéro."
        ),
    ] = "",
    by: Annotated[
        str, typer.Option("--by", help="Avec add : qui valide (juriste ou administrateur).")
    ] = "",
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Les réponses validées : données d'abord aux questions qui demandent la même chose."""
    if action not in _ACTIONS:
        raise typer.BadParameter(f"l'action « {action} » n'existe pas")
    if (action in ("add", "remove")) != bool(which):
        raise typer.BadParameter(f"`add` et `remove` demandent une réponse, `{action}` n'en"
                                 " demande pas" if which else "dites laquelle")  # fmt: skip
    if action == "add" and not by:
        raise typer.BadParameter("dites qui la valide : --by IDENTIFIANT")
    if action == "remove" and not which.isdecimal():
        raise typer.BadParameter(f"« {which} » n'est pas un numéro : voir `greffe curated`")
    _show(_ACTIONS[action](settings_of(data), which, by), as_json)


def _list(settings: Settings, which: str, by: str) -> list[Item]:
    from app.curated import Curated

    return Curated(settings.data).all()


def _add(settings: Settings, which: str, by: str) -> list[Item]:
    from app.assembly import catalogue_of
    from app.curated import Curated
    from app.journal.search import entry_of
    from app.replay import AnswerUnknown
    from app.validator import validator

    login, name = validator(settings.data, by, asks_login=settings.access.login)
    entry = entry_of(settings.data, "question", which)
    if entry is None:
        raise AnswerUnknown(id=which)
    catalogue = catalogue_of(settings, create=False)
    try:
        item = Curated(settings.data).add(entry, login, name, catalogue)
    finally:
        catalogue.close()
    administered(settings, "curated add", answer=which, number=item.id, by=login)
    return [item]


def _remove(settings: Settings, which: str, by: str) -> list[Item]:
    from app.curated import Curated

    Curated(settings.data).remove(int(which))
    administered(settings, "curated remove", number=int(which))
    return _list(settings, "", "")


def _review(settings: Settings, which: str, by: str) -> list[Item]:
    from app.assembly import catalogue_of
    from app.curated import Curated

    catalogue = catalogue_of(settings, create=False)
    try:
        return Curated(settings.data).review(catalogue)
    finally:
        catalogue.close()


_ACTIONS: dict[str, Callable[[Settings, str, str], list[Item]]] = {
    "list": _list, "add": _add, "remove": _remove, "review": _review,
}  # fmt: skip


def _show(items: list[Item], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"curated": [shape(item) for item in items]}, ensure_ascii=False))
        return
    for item in items:
        typer.echo(described(item))
    if not items:
        typer.echo("Aucune.", err=True)


def shape(item: Item) -> dict[str, Any]:
    """A validated answer as JSON (docs/commandes.md)."""
    from app.curated import WHY

    return {
        "number": item.id, "answer": item.answer, "question": item.question or None,
        "text": item.said.get("text"), "by": item.name, "login": item.login, "on": item.at,
        "withdrawn": item.withdrawn, "why": WHY.get(item.why) if item.withdrawn else None,
    }  # fmt: skip


def described(item: Item) -> str:
    """« 3. « Combien … ? » validée par Anne Roy le 2026-11-22 (réponse 8eec50c9a646) »."""
    from app.curated import WHY

    asked = f"« {item.question} »" if item.question else "[question effacée]"
    text = (f"{item.id}. {asked} validée par {item.name} le {item.at[:10]}"
            f" (réponse {item.answer})")  # fmt: skip
    if item.withdrawn:
        text += f"\n   à revoir : retirée le {item.withdrawn[:10]}, {WHY[item.why]}"
    return text
