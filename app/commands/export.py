"""`greffe export`: an answer of the journal in a file, to be read or checked elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from app.commands.replay import As, Id, reader_named
from app.commands.shared import Data, export_suffix, journaled, settings_of

NAME = "export"


def command(
    id: Id,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FICHIER", help="Où l'écrire : .json, .docx ou .pdf.", readable=False
        ),
    ],
    seen_by: As = "",
    data: Data = None,
) -> None:
    """Écrire une réponse du journal dans un fichier : en JSON, de quoi la vérifier."""
    from app.assembly import catalogue_of
    from app.export import write
    from app.exported import exported
    from app.replay import replayed

    suffix = export_suffix(file)
    settings = settings_of(data)
    catalogue = catalogue_of(settings, create=False)
    try:
        found = replayed(settings.data, catalogue, id, reader_named(settings, seen_by))
        content = exported(settings.data, catalogue, found, suffix)
    finally:
        catalogue.close()
    write(file, content)
    journaled(settings, "export", {"what": {"file": file.name}}, id)
    check = f" Pour la contrôler : greffe verify {file}" if suffix == ".json" else ""
    print(f"Écrit : {file}.{check}", file=sys.stderr)
