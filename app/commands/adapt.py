"""`greffe adapt`: the city's own maps for the law, learnt from its questions."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.shared import AsJson, Data, administered, settings_of
from app.errors import DONE, REFUSED

if TYPE_CHECKING:
    from app.learning import Adapted
    from app.settings import Settings

NAME = "adapt"
_POLITE = 10  # the page goes before the learning
_EVERY = 5.0  # seconds between two lines
_NAMED = 10  # articles that are not known, on the terminal
_STAGES = {"embedding": "Vecteurs", "learning": "Apprentissage"}

Questions = Annotated[
    Path | None,
    typer.Argument(
        metavar="QUESTIONS", readable=False,
        help="Fichier JSON lignes, .gz ou non : une question et ses articles par ligne.",
    ),
]  # fmt: skip
Remove = Annotated[
    bool, typer.Option("--remove", help="Ôter l'adaptation apprise : celle du paquet sert.")
]  # fmt: skip


def command(
    questions: Questions = None, remove: Remove = False, as_json: AsJson = False, data: Data = None
) -> int:
    """Apprendre l'adaptation au droit sur les questions de la collectivité."""
    if remove == (questions is not None):
        raise typer.BadParameter("écrivez : greffe adapt QUESTIONS, ou greffe adapt --remove")
    settings = settings_of(data)
    if questions is None:
        return _remove(settings, as_json=as_json)
    from app.assembly import adapt

    os.nice(_POLITE)
    with _Bar() as bar:
        done = adapt(settings, questions, bar.tell)
    administered(
        settings, "adapt", questions=done.questions, sha256=done.sha256 if done.installed else ""
    )
    if as_json:
        typer.echo(json.dumps(done.as_dict(), ensure_ascii=False))
    else:
        typer.echo(_described(done))
    if done.installed:
        print("La page ouverte la prendra à son prochain démarrage.", file=sys.stderr)
    return DONE if done.installed else REFUSED


def _remove(settings: Settings, *, as_json: bool) -> int:
    from contextlib import closing

    from app.adaptation import remove
    from app.assembly import catalogue_of

    with closing(catalogue_of(settings, create=False)) as catalogue:
        removed = remove(settings.data, catalogue)
    if removed:
        administered(settings, "adapt --remove")
    if as_json:
        typer.echo(json.dumps({"removed": removed}))
    elif removed:
        typer.echo("L'adaptation apprise est ôtée : au prochain démarrage, celle du paquet sert.")
    else:
        typer.echo("Aucune adaptation apprise n'était installée : rien n'a changé.")
    return DONE


def _described(done: Adapted) -> str:
    from app.adaptation import SERVES

    lines = [
        f"{done.questions} questions, {done.articles} articles ; {done.held} questions gardées à"
        " part pour juger.",
    ]
    if done.left_out:
        lines.append(f"Lignes laissées de côté, sans article connu : {done.left_out}.")
    if done.unknown:
        shown = " ; ".join(done.unknown[:_NAMED])
        more = f" ; et {len(done.unknown) - _NAMED} autres" if len(done.unknown) > _NAMED else ""
        lines.append(f"Articles inconnus de l'index : {shown}{more}.")
    lines.append(
        f"nDCG@10 sur ces questions : {_figure(done.before)} avec l'adaptation d'avant"
        f" ({SERVES[done.compared_with]}), {_figure(done.after)} avec celle-ci ; différence de"
        f" {_figure(done.low, '+')} à {_figure(done.high, '+')} (intervalle à 95 %)."
    )
    lines.append(
        f"Elle est installée (SHA-256 {done.sha256})."
        if done.installed
        else "Le gain n'est pas sûr : elle n'est pas installée, rien n'a changé."
    )
    return "\n".join(lines)


def _figure(value: float, sign: str = "") -> str:
    return f"{value:{sign}.3f}".replace(".", ",").replace("-", "−")


class _Bar:
    """Progress on stderr: a bar on a terminal, a line now and then elsewhere."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import Progress

        self.live = sys.stderr.isatty()
        self.progress = Progress(
            console=Console(stderr=True), disable=not self.live, transient=True
        )
        self.task = self.progress.add_task(_STAGES["embedding"], total=1)
        self.said = time.monotonic()

    def __enter__(self) -> _Bar:
        self.progress.__enter__()
        return self

    def __exit__(self, *trouble: Any) -> None:
        self.progress.__exit__(*trouble)

    def tell(self, stage: str, share: float) -> None:
        """Show where the learning is."""
        if self.live:
            self.progress.update(self.task, description=_STAGES[stage], completed=share)
        elif time.monotonic() - self.said >= _EVERY:
            self.said = time.monotonic()
            print(f"{_STAGES[stage]} : {int(100 * share)} %", file=sys.stderr, flush=True)
