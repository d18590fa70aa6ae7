"""`greffe rebuild`: embed everything again with the model that the settings name."""

from __future__ import annotations

import typer

from app.commands.shared import Data, administered, settings_of, tell_unvouched

NAME = "rebuild"


def command(data: Data = None) -> None:
    """Refaire les vecteurs avec le modèle des réglages ; l'ancien index sert jusqu'à la fin."""
    from app.assembly import rebuild
    from app.commands.ingest import Bar
    from ingest.run_lock import run_lock

    settings = settings_of(data)
    tell_unvouched(settings)
    with run_lock(settings.data), Bar(settings.data) as bar:
        count = rebuild(settings, bar.tell)
    administered(settings, "rebuild", passages=count)
    typer.echo(f"{count} passages dans le nouvel index.")
