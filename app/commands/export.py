"""`greffe export`: an answer of the journal in a file, to be checked elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from app.commands.replay import As, Id, reader_named
from app.commands.shared import Data, journaled, settings_of

NAME = "export"


def command(
    id: Id,
    file: Annotated[
        Path, typer.Argument(metavar="FICHIER", help="Où l'écrire, en JSON.", readable=False)
    ],
    seen_by: As = "",
    data: Data = None,
) -> None:
    """Écrire une réponse du journal dans un fichier, avec de quoi la vérifier."""
    from app.assembly import catalogue_of
    from app.export import of_entry, write
    from app.opinions import judged_shapes
    from app.replay import replayed

    settings = settings_of(data)
    catalogue = catalogue_of(settings, create=False)
    try:
        entry = replayed(settings.data, catalogue, id, reader_named(settings, seen_by)).entry
    finally:
        catalogue.close()
    write(file, of_entry(id, entry, judged_shapes(settings.data, id)))
    journaled(settings, "export", {"what": {"file": file.name}}, id)
    print(f"Écrit : {file}. Pour la contrôler : greffe verify {file}", file=sys.stderr)
