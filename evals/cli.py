"""`greffe eval` on the command line: light to import, the work is in `evals.command`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.shared import AsJson, Data, Fonds, settings_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.settings import Settings
    from evals.run import Desk, Talk

Open = Callable[
    ["Settings"], AbstractContextManager["tuple[Desk, Talk, Mapping[str, str]]"]
]  # a desk, the empty conversation, the facts to keep beside the figures

Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FICHIER…", help="Fichiers de questions (une par ligne, en JSON).", readable=False
    ),
]
Limit = Annotated[
    int | None,
    typer.Option(min=1, help="Les N premières questions de chaque fichier.", show_default=False),
]
Save = Annotated[
    str, typer.Option(help="Garder le rapport : un fichier, ou le nom d'une référence.")
]
Compare = Annotated[
    str, typer.Option(help="Comparer au rapport d'un fichier, ou d'une référence par son nom.")
]


def register(app: typer.Typer, opening: Open | None = None) -> None:
    """Add the command; `opening` opens another desk than that of the data folder.

    QuestionsInvalid, BaselineInvalid and MeasuresMissing are left to the caller's error boundary.
    """

    @app.command("eval")
    def command(
        files: Files,
        limit: Limit = None,
        fonds: Fonds = None,
        save: Save = "",
        compare: Compare = "",
        as_json: AsJson = False,
        data: Data = None,
    ) -> None:
        """Mesurer les réponses sur des questions dont on connaît la réponse."""
        from evals.command import baseline, finish, run_eval
        from evals.measures import check_installed
        from evals.opening import opened
        from evals.questions import read_questions
        from evals.report import load

        check_installed()
        for file in files:  # what is wrong is said before the model is loaded
            read_questions(file)
        before = load(baseline(compare)) if compare else None
        with (opening or opened)(settings_of(data)) as (desk, empty, facts):
            report = run_eval(desk, files, opening=empty, fonds=fonds, limit=limit, settings=facts)
        finish(report, as_json=as_json, save_to=save, before=before)
