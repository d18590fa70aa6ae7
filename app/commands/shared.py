"""Options that several commands take, and how they open the data folder."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.trouble import Trouble

if TYPE_CHECKING:
    from app.settings import Settings
    from vectorstore.narrow import Narrow

# readable=False: else typer refuses, in English and as a wrong use, a path that may not be read.
Data = Annotated[
    Path | None, typer.Option("--data", help="Dossier des données (ou GREFFE_DATA).",
                              show_default=False, readable=False)
]  # fmt: skip
AsJson = Annotated[bool, typer.Option("--json", help="Résultat en JSON sur la sortie standard.")]
Fonds = Annotated[
    list[str] | None,
    typer.Option("--fonds", help="Chercher dans ce fonds seulement (peut être répété)."),
]
Kinds = Annotated[
    list[str] | None,
    typer.Option("--kind", help="Cette nature d'acte seulement (peut être répété)."),
]
Since = Annotated[str, typer.Option("--since", help="Actes datés de cette année ou d'après.")]
Until = Annotated[str, typer.Option("--until", help="Actes datés de cette année ou d'avant.")]
Batch = Annotated[
    Path | None,
    typer.Option(
        "--batch",
        help="Questions en JSON lignes (id, question, after) ; « - » : entrée standard.",
        readable=False,
    ),
]

DEFAULT_DATA = "~/.local/share/greffe"


def checked_action(action: str, actions: Collection[str], what: str, named: str) -> None:
    """An action of a command such as `greffe users`: `list` takes no name, all others take one.

    Raises:
        typer.BadParameter: no such action, or a name too many or too few.
    """
    if action not in actions:
        raise typer.BadParameter(f"l'action « {action} » n'existe pas")
    if (action == "list") == bool(named):
        raise typer.BadParameter(f"l'action « list » se donne sans {what}" if named
                                 else f"l'action « {action} » demande un {what}")  # fmt: skip


def narrowed(kinds: list[str] | None, since: str, until: str) -> Narrow:
    """What --kind, --since and --until leave to be found.

    Raises:
        typer.BadParameter: no such kind.
        PeriodRefused: not years, or the first after the last.
    """
    from app.narrowed import KINDS, narrow_of

    for kind in kinds or ():
        if kind not in KINDS:
            raise typer.BadParameter(
                f"la nature « {kind} » n'existe pas ; il y a {', '.join(KINDS)}"
            )
    return narrow_of(kinds or [], since, until)


def data_folder(data: Path | None = None) -> Path:
    """--data, else GREFFE_DATA, else the user's data folder; absolute."""
    named = Path(data or os.environ.get("GREFFE_DATA") or DEFAULT_DATA).expanduser()
    return Path(os.path.realpath(named))  # Path.resolve raises where a link leads to itself


def settings_of(data: Path | None, *, checked: bool = True) -> Settings:
    """The settings of the data folder; no command starts with an address outside.

    Args:
        data: as given on the command line.
        checked: False for what shows the settings, so that a wrong address can be seen and mended.

    Raises:
        SettingsInvalid: a value is not allowed, or greffe.toml is not TOML.
        AddressRefused: a setting names an address outside, whether the command needs it or not.
    """
    from app.egress import check_contacts, list_outside
    from app.settings import load

    folder = data_folder(data)
    os.environ["GREFFE_DATA"] = str(folder)  # the error boundary keeps its reports there
    settings = load(folder)
    list_outside(settings.egress.allowed)
    if checked:
        check_contacts(settings.contacts, settings.egress.allowed)
    return settings


def tell_unvouched(settings: Settings) -> None:
    """Say once, before the work, that nothing tells whether the model's files were changed."""
    from vectorstore.model_folder import MANIFEST

    named = settings.embedding.folder
    folder = named.expanduser() if named else None
    if folder is not None and folder.is_dir() and not (folder / MANIFEST).is_file():
        print(
            f"Attention : le modèle « {folder} » n'a pas de manifeste, rien ne dit si ses fichiers"
            f" ont été changés. `greffe models add {folder}` en fait une copie qui en a un.",
            file=sys.stderr,
        )


def export_suffix(file: Path) -> str:
    """What an answer is exported as, by the end of the file's name; JSON where it has none.

    Raises:
        typer.BadParameter: nothing is written under such a name.
    """
    suffix = file.suffix.lower() or ".json"
    if suffix not in (".json", ".docx", ".pdf"):  # app/exported.py, whose import is slow
        raise typer.BadParameter(
            f"une réponse s'écrit en .json, en .docx ou en .pdf, pas en {suffix}"
        )
    return suffix


def journaled(
    settings: Settings, kind: str, parts: Mapping[str, Mapping[str, Any]], id: str = ""
) -> None:
    """Note in the journal what the account that runs the command has done."""
    from app.assembly import journal_of
    from app.receipts import who

    journal_of(settings).note(kind, who(), id=id, parts=parts)


def note_stopped() -> None:
    """At the end of a command: what the wall has stopped goes into the journal."""
    from app.journal.stopped import size_of

    data = data_folder()
    if size_of(data):
        from app.assembly import journal_of
        from app.settings import load

        with suppress(OSError, sqlite3.Error, Trouble):  # no room, no right: at the next command
            journal_of(load(data)).collect()


def administered(settings: Settings, command: str, **what: Any) -> None:
    """Note an action of administration: the command, and what it was given."""
    given = {name: value for name, value in what.items() if value}
    journaled(settings, "admin", {"what": {"command": command, **given}})
