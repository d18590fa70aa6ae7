"""`greffe models`: the models of the data folder, and new ones brought on a stick."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.shared import AsJson, Data, administered, settings_of
from app.errors import DONE, REFUSED

if TYPE_CHECKING:
    from app.settings import Settings

NAME = "models"

Action = Annotated[
    str, typer.Argument(metavar="add", help="« add » pour apporter un modèle ; sinon, la liste.")
]
Source = Annotated[
    Path | None,
    typer.Argument(
        metavar="DOSSIER|ARCHIVE",
        help="Avec add : un dossier, un ZIP ou un tar, lu sur place.",
        readable=False,
    ),
]
Name = Annotated[str, typer.Option("--name", help="Avec add : le nom à lui donner.")]


def command(
    action: Action = "", source: Source = None, name: Name = "", as_json: AsJson = False,
    data: Data = None,
) -> int:  # fmt: skip
    """Montrer les modèles de plongement, contrôlés, ou en apporter un."""
    settings = settings_of(data)
    if action == "" and source is None:
        return _list(settings, as_json=as_json)
    if action != "add" or source is None:
        raise typer.BadParameter("écrivez : greffe models, ou greffe models add DOSSIER")
    _add(settings, source, name, as_json=as_json)
    return DONE


def _add(settings: Settings, source: Path, name: str, *, as_json: bool) -> None:
    from ingest.trouble import Trouble
    from vectorstore.bring import bring
    from vectorstore.embed import Embedder

    brought = bring(source.expanduser(), settings.models, name)
    try:
        dimension = Embedder(brought.folder).dimension  # it loads, or it is not kept
    except Trouble:
        shutil.rmtree(brought.folder)
        raise
    administered(settings, "models add", name=brought.name)
    if brought.left_out:
        print(f"Laissés de côté : {', '.join(brought.left_out)}", file=sys.stderr)
    told = {
        "name": brought.name, "folder": str(brought.folder), "dimension": dimension,
        "left_out": brought.left_out, "checked": brought.checked,
    }  # fmt: skip
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    how = "conforme au manifeste apporté" if brought.checked else "son manifeste a été écrit"
    typer.echo(f"Modèle apporté : {brought.name}, {dimension} dimensions, {how}.")
    typer.echo(f'Pour l\'employer, dans greffe.toml :\n[embedding]\nfolder = "{brought.folder}"')
    print("Puis : greffe rebuild.", file=sys.stderr)


def _list(settings: Settings, *, as_json: bool) -> int:
    rows = list(_models(settings))
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for row in rows:
            used = " (en service)" if row["used"] else ""
            typer.echo(f"{row['name']}{used} : {row['megabytes']} Mo, {row['state']}")
        if not rows:
            typer.echo("Aucun modèle : le modèle embarqué est préparé au premier usage.")
    return DONE if all(row["good"] for row in rows) else REFUSED


def _models(settings: Settings) -> Iterator[dict[str, Any]]:
    """Each folder of models, with what its manifest says of it."""
    from app.errors import sentence
    from ingest.trouble import Trouble
    from vectorstore import e5
    from vectorstore.model_folder import check_folder, check_manifest, digests

    named = settings.embedding.folder
    used = (named.expanduser() if named else settings.models / e5.NAME).resolve()
    folders = {path.resolve() for path in settings.models.glob("[!.]*") if path.is_dir()}
    for folder in sorted(folders | ({used} if used.is_dir() else set())):
        good, state = True, "conforme à son manifeste"
        try:
            check_folder(folder)
            if not check_manifest(folder, digests(folder)):
                state = "sans manifeste"
        except Trouble as trouble:
            known = sentence(trouble)
            good, state = False, known.happened if known else str(trouble)
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        yield {
            "name": folder.name, "folder": str(folder), "used": folder == used,
            "megabytes": round(size / 1e6), "good": good, "state": state,
        }  # fmt: skip
