"""`greffe verify`: an exported answer, checked offline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from app.commands.shared import AsJson, Data, settings_of
from app.errors import DONE, NOT_IN_RECORDS

NAME = "verify"


def command(
    file: Annotated[
        Path, typer.Argument(metavar="FICHIER", help="Une réponse exportée.", readable=False)
    ],
    sources: Annotated[
        Path | None,
        typer.Option(
            "--sources", help="Dossier des fichiers d'origine ; sans lui, l'index.", readable=False
        ),
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> int:
    """Contrôler une réponse exportée : chaque citation dans sa source, chaque phrase."""
    from app.assembly import catalogue_of, options_of
    from app.export import Folder, Indexed, check, read
    from ingest.trouble import InputMissing

    shape = read(file)
    settings = settings_of(data)
    if sources is not None:
        if not sources.is_dir():
            raise InputMissing(path=str(sources))
        options = options_of(settings)
        checks = list(check(shape, Folder(sources, options.limits, options.bounds)))
    else:
        catalogue = catalogue_of(settings, create=False)
        checks = list(check(shape, Indexed(catalogue)))
        catalogue.close()
    good = all(one.good for one in checks)
    if as_json:
        lines = [{"good": one.good, "said": one.said} for one in checks]
        typer.echo(json.dumps({"good": good, "checks": lines}, ensure_ascii=False))
    else:
        for one in checks:
            typer.echo(f"{'✓' if one.good else '✗'} {one.said}")
        if not checks:
            typer.echo("Cette réponse ne cite rien : il n'y a rien à contrôler.")
    return DONE if good else NOT_IN_RECORDS
