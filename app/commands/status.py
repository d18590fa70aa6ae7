"""`greffe status`: what is indexed, what was set aside and why, what goes on."""

from __future__ import annotations

import json

import typer

from app.commands.shared import AsJson, Data, settings_of

NAME = "status"


def command(as_json: AsJson = False, data: Data = None) -> None:
    """Dire ce qui est indexé, et ce qui a été mis de côté avec la raison."""
    from app.assembly import catalogue_of
    from app.state import described, state_of

    settings = settings_of(data)
    catalogue = catalogue_of(settings, create=False)
    state = state_of(settings.data, catalogue, login=settings.access.login)
    catalogue.close()
    typer.echo(json.dumps(state, ensure_ascii=False) if as_json else described(state))
