"""`greffe demo`: the sample records, indexed, and the page."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from app.commands.shared import DEFAULT_DATA, Data, data_folder, settings_of

NAME = "demo"
FONDS = "exemple"


def command(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port d'écoute.")] = None,
    only_index: Annotated[
        bool, typer.Option("--index-only", help="Indexer l'exemple sans ouvrir la page.")
    ] = False,
    data: Data = None,
) -> None:
    """Indexer une commune fictive et ouvrir la page."""
    from app.commands import ingest, serve
    from app.ingested import described
    from ingest import ocr

    place = data_folder(data)
    if place == data_folder(Path(DEFAULT_DATA)):  # nothing was chosen: keep apart from real records
        place = place.with_name(f"{place.name}-demo")
    settings = settings_of(place)
    if port is not None:
        page = settings.page.model_copy(update={"port": port})
        settings = settings.model_copy(update={"page": page})
    door = None
    if not only_index:
        serve.check_page(settings)
        door = serve.bound(settings.page.host, settings.page.port)
    if not ocr.available():
        print(
            "tesseract n'est pas installé : les documents numérisés ne seront pas lus.\n"
            "Pour les lire : sudo apt install tesseract-ocr tesseract-ocr-fra, puis relancez.",
            file=sys.stderr,
        )
    with door or nullcontext():
        report = ingest.run(settings, [records()], FONDS)
        print(described(report), file=sys.stderr)
        if door is not None:
            serve.run(settings, door)


def records() -> Path:
    """The folder of the sample's records, inside the package."""
    return Path(str(resources.files("app.sample").joinpath("records")))
