"""`greffe eval` on the command line: light to import, the work is in `evals.command`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.shared import AsJson, Data, Fonds, settings_of
from app.errors import DONE, WORSE

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

Folder = Annotated[
    Path | None,
    typer.Option("--report", help="Écrire dans ce dossier le rapport (Markdown) et ses graphiques.",
                 show_default=False, readable=False),
]  # fmt: skip
Gate = Annotated[
    bool,
    typer.Option("--gate", help="Avec --compare : code 14 si une mesure est moins bonne au-delà du"
                 " bruit (les durées ne comptent pas)."),
]  # fmt: skip
ModelUrl = Annotated[
    str, typer.Option(help="Mesurer avec ce serveur de modèle, au lieu de celui des réglages.")
]
ModelName = Annotated[str, typer.Option(help="Nom du modèle sur ce serveur.")]


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
        report_to: Folder = None,
        gate: Gate = False,
        model_url: ModelUrl = "",
        model_name: ModelName = "",
        as_json: AsJson = False,
        data: Data = None,
    ) -> int:
        """Mesurer les réponses sur des questions dont on connaît la réponse."""
        from evals.command import baseline, finish, run_eval
        from evals.measures import check_installed
        from evals.opening import opened
        from evals.questions import read_questions
        from evals.report import load

        if gate and not compare:
            raise typer.BadParameter("« --gate » demande une référence : --compare")
        check_installed()
        for file in files:  # what is wrong is said before the model is loaded
            read_questions(file)
        before = load(baseline(compare)) if compare else None
        given = {"--model-url": model_url, "--model-name": model_name}
        options = {name: value for name, value in given.items() if value}
        settings = with_model(settings_of(data), model_url, model_name)
        with (opening or opened)(settings) as (desk, empty, facts):
            report = run_eval(
                desk, files, opening=empty, fonds=fonds, limit=limit, settings=facts,
                options=options,
            )  # fmt: skip
        found = finish(
            report, as_json=as_json, save_to=save, before=before, folder=report_to
        )  # fmt: skip
        return WORSE if gate and found is not None and found.regressions else DONE


def with_model(settings: Settings, url: str, name: str) -> Settings:
    """The settings with another model server; each part that is empty stays as it is."""
    changed = {key: value for key, value in (("url", url), ("name", name)) if value}
    model = settings.model.model_copy(update=changed)
    return settings.model_copy(update={"model": model})
