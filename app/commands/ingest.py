"""`greffe ingest`: bring folders and files into a fonds."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.shared import AsJson, Data, administered, settings_of, tell_unvouched
from app.errors import DONE, INCOMPLETE, INPUT_UNREADABLE, MISSING_PROGRAMS, PROGRAM_MISSING

if TYPE_CHECKING:
    from app.settings import Settings
    from ingest.progress import Progress
    from ingest.report import Report

NAME = "ingest"
_POLITE = 10  # the page goes before the indexing
_LEAST_FREE = 200_000_000  # bytes: below, a run would stop in the middle


Targets = Annotated[
    list[Path],
    typer.Argument(
        metavar="DOSSIER|FICHIER…", help="Dossiers ou fichiers à indexer.", readable=False
    ),
]
Into = Annotated[str, typer.Option(help="Fonds où les ranger ; par défaut, nom du dossier.")]
Retry = Annotated[bool, typer.Option("--retry", help="Relire les fichiers mis de côté.")]
Yes = Annotated[bool, typer.Option("--yes", help="Retirer même plus d'un dixième du fonds.")]
Restore = Annotated[
    bool, typer.Option("--restore", help="Reprendre les fichiers retirés par `greffe withdraw`.")
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Code 11 si un fichier est mis de côté.")
]  # fmt: skip


def command(
    targets: Targets,
    fonds: Into = "",
    retry: Retry = False,
    yes: Yes = False,
    restore: Restore = False,
    strict: Strict = False,
    as_json: AsJson = False,
    data: Data = None,
) -> int:
    """Indexer des dossiers et des fichiers : ce qui est neuf ou changé, rien d'autre."""
    settings = settings_of(data)
    tell_unvouched(settings)
    os.nice(_POLITE)
    report = run(settings, targets, fonds, retry=retry, yes=yes, restore=restore)
    administered(
        settings, "ingest", targets=[str(one) for one in targets], fonds=fonds, restore=restore,
        read=report.read, withdrawn=report.withdrawn, set_aside=len(report.set_aside),
    )  # fmt: skip
    if as_json:
        typer.echo(json.dumps(report.as_dict(), ensure_ascii=False))
    else:
        from app.ingested import described

        typer.echo(described(report))
    # In a folder, a bad file is normal and listed; one that was named should have been read.
    reasons = {item["reason"] for item in (*report.set_aside, *report.left_aside)}
    if strict and (reasons or report.still_aside):
        return INCOMPLETE
    if not all(target.is_file() for target in targets):
        return DONE
    if reasons and reasons <= MISSING_PROGRAMS and not report.kept_out:
        return PROGRAM_MISSING
    return INPUT_UNREADABLE if reasons or report.kept_out else DONE


def run(
    settings: Settings, targets: list[Path], fonds: str, *, retry: bool = False, yes: bool = False,
    restore: bool = False,
) -> Report:  # fmt: skip
    """Index under the run lock, with a progress bar on stderr.

    Raises:
        InputMissing, DiskFull, RunLocked, TooManyGone, and what `open_parts` raises.
    """
    from app import receipts
    from app.assembly import open_parts, options_of
    from ingest.pipeline import ingest
    from ingest.run_lock import run_lock
    from ingest.trouble import DiskFull, InputMissing

    for target in targets:
        if not os.path.exists(target):  # where Path.exists raises, it says no
            raise InputMissing(path=str(target))
    settings.data.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.data).free
    if free < _LEAST_FREE:
        raise DiskFull(path=str(settings.data), free_mb=free // 1_000_000)
    name = fonds or fonds_named(targets[0])
    data = settings.data
    with run_lock(data), open_parts(settings, writing=True) as parts, Bar(data) as bar:
        report = ingest(
            targets, name, parts.catalogue, parts.embedder, parts.indexes,
            options_of(settings, retry=retry, yes=yes, restore=restore), bar.tell,
        )  # fmt: skip
        receipts.finish(settings.data, parts.catalogue)
    return report


def fonds_named(target: Path) -> str:
    """A folder's own name; for a file, that of the folder it lies in."""
    resolved = target.resolve()
    return (resolved if resolved.is_dir() else resolved.parent).name or "documents"


class Bar:
    """Progress on stderr: a bar on a terminal, a line now and then elsewhere; for the page too."""

    def __init__(self, data: Path) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        from app.watched import Notes

        self.notes = Notes(data)
        self.live = sys.stderr.isatty()
        self.progress = Progress(
            TextColumn("{task.description:<12}"), BarColumn(), TextColumn("{task.fields[rest]}"),
            TextColumn("{task.fields[current]}"),
            console=Console(stderr=True), disable=not self.live, transient=True,
        )  # fmt: skip
        self.task = self.progress.add_task("Lecture", total=1, current="", rest="")
        self.began = time.monotonic()
        self.said = self.began

    def __enter__(self) -> Bar:
        self.progress.__enter__()
        return self

    def __exit__(self, *trouble: Any) -> None:
        self.progress.__exit__(*trouble)

    def tell(self, progress: Progress) -> None:
        """Show where the run is."""
        from app.ingested import STAGES

        self.notes.tell(progress)
        plural = "s" if progress.files > 1 else ""
        files = f", {progress.files} fichier{plural} sur {progress.files_in_all}"
        rest = f"{int(100 * progress.share)} %{files if progress.files_in_all else ''}"
        rest += self._left(progress)
        if self.live:
            self.progress.update(
                self.task, description=STAGES[progress.stage], completed=progress.share, rest=rest,
                current=progress.current[-50:],
            )  # fmt: skip
        elif time.monotonic() - self.said >= _EVERY:
            self.said = time.monotonic()
            words = f"{STAGES[progress.stage]} : {rest} {progress.current}"
            print(words.rstrip(), file=sys.stderr, flush=True)

    def _left(self, progress: Progress) -> str:
        """The time left; nothing before there is a pace to go by."""
        spent = time.monotonic() - self.began
        if not progress.left or progress.share < _ENOUGH or spent < _EVERY:
            return ""
        from app.ingested import duration

        return f", reste environ {duration(progress.left)}"


_EVERY = 10.0  # seconds between two lines
_ENOUGH = 0.05  # of the whole: a pace taken from less says little of the rest
