"""Evaluation: the town's own questions, asked by `greffe eval` in a process of its own."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import IO, Any

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile

from app import background
from app.errors import INTERRUPTED, spoken
from app.journal.chain import folder_of, lines
from app.journal.words import opened
from app.web.admin.markup import (
    button,
    field,
    folded,
    form,
    place,
    said,
    section,
    table,
    text,
)
from app.web.admin.office import Office, check_token, fields_of
from app.web.kept_markup import ERASED, moment
from app.web.markup import address
from app.web.plain import token_of
from app.web.rules import MAX_QUESTIONS
from app.web.spacing import number
from ingest.trouble import Trouble

JOB = "eval"
FOLDER = "evaluations"  # in the data folder: a folder for each, with its questions and its report
REPORT = "rapport.json"
_SEARCH = ("hit@", "doc@", "MRR", "nDCG", "R@", "search")  # how these measures are called
KEPT = 10  # evaluations
NO_FILE = "Choisissez un fichier de questions, en CSV ou en JSON lignes."
TOO_LONG = "Ce fichier est trop grand : 1 Mo au plus."
STOPPING = "L'arrêt est demandé."
_STAMP = re.compile(r"\d{8}-\d{6}")
_DONE = re.compile(r"Questions : (\d+) sur (\d+)")
EXAMPLE = (
    "question;attendu;fichier;page\n"
    "Combien coûte un repas de cantine ?;4,95;deliberations/2024-06.pdf;2\n"
    "Quelle est la capitale de l'Italie ?;;;"
)
VERDICTS = (  # measure, its value, what is said, whether it is well
    ("errors", 1.0, "erreur", False),
    ("correct", 1.0, "juste", True),
    ("wrong_refusals", 1.0, "refus à tort", False),
    ("correct", 0.0, "fausse ou incomplète", False),
    ("refused", 1.0, "refus à raison", True),
    ("refused", 0.0, "aurait dû refuser", False),
    ("hit@5", 1.0, "bon passage trouvé", True),
    ("hit@5", 0.0, "bon passage pas trouvé", False),
)


class Evaluation:
    """The handlers of /administration/evaluation."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.folder = office.data / FOLDER

    def show(self, request: Request, told: str = "", status: int = 200) -> Response:
        """What goes on, the figures and the cases of one evaluation, and the form."""
        known = self._known()
        asked = request.query_params.get("du", "")
        chosen = asked if asked in known else (known[0] if known else "")
        token = token_of(request)
        parts = [*self._job(token), _form(token), *self._report(chosen), _others(known, chosen)]
        return self.office.shown(request, "evaluation", parts, told, status)

    def report(self, request: Request) -> Response:
        """A report as `greffe eval --compare` reads it."""
        asked = request.query_params.get("du", "")
        known = self._known()
        if asked not in known:
            return self.show(request, "Cette évaluation n'existe pas.", 404)
        content = (self.folder / asked / REPORT).read_bytes()
        headers = {"content-disposition": f'attachment; filename="evaluation-{asked}.json"'}
        return Response(content, media_type="application/json", headers=headers)

    async def start(self, request: Request) -> Response:
        """Ask the questions of a file."""
        async with request.form(max_files=1, max_fields=10) as given:
            texts = {k: [v] for k, v in given.multi_items() if isinstance(v, str)}
            check_token(request, texts)
            file = given.get("questions")
            if not isinstance(file, UploadFile) or not file.filename:
                return await run_in_threadpool(self.show, request, NO_FILE, 400)
            return await run_in_threadpool(self._start, request, file.filename, file.file)

    async def stop(self, request: Request) -> Response:
        """Stop the evaluation that goes on."""
        await fields_of(request)
        await run_in_threadpool(background.stop, self.office.data, JOB)
        return await run_in_threadpool(self.show, request, STOPPING)

    def _start(self, request: Request, name: str, stream: IO[bytes]) -> Response:
        suffix = Path(name).suffix.lower()
        content = stream.read(MAX_QUESTIONS + 1)
        if suffix not in (".csv", ".jsonl") or not content.strip():
            return self.show(request, NO_FILE, 400)
        if len(content) > MAX_QUESTIONS:
            return self.show(request, TOO_LONG, 413)
        going = background.job(self.office.data, JOB)
        if going is not None and going.running:
            return self.show(request, spoken(background.JobRunning(name=JOB)), 409)
        own = self.folder / datetime.now().strftime("%Y%m%d-%H%M%S")
        own.mkdir(mode=0o700, parents=True, exist_ok=True)
        stem = re.sub(r"[^\w-]", "_", Path(name).stem)[:60] or "questions"
        file = own / f"{stem}{suffix}"
        file.write_bytes(content)
        try:
            words = ["eval", str(file), "--report", str(own)]
            background.start(self.office.data, JOB, words, self.office.who(request))
        except Trouble as trouble:
            shutil.rmtree(own)
            return self.show(request, spoken(trouble), 409)
        self.office.note(request, "eval", file=file.name, folder=own.name)
        self._forget_old()
        return RedirectResponse(place("evaluation"), 303)

    def _known(self) -> list[str]:
        """The evaluations that came to a report, the newest first."""
        found = self.folder.glob(f"*/{REPORT}")
        return sorted(
            (o.parent.name for o in found if _STAMP.fullmatch(o.parent.name)), reverse=True
        )

    def _forget_old(self) -> None:
        own = [one for one in self.folder.iterdir() if _STAMP.fullmatch(one.name)]
        for old in sorted(own)[: -KEPT - 1]:
            shutil.rmtree(old)

    def _job(self, token: str) -> Iterator[str]:
        job = background.job(self.office.data, JOB)
        if job is None:
            return
        yield f'<div id="suivi" data-en-cours="{"oui" if job.running else "non"}">'
        if job.running:
            yield section("En cours", _progress(job), form(
                "evaluation/arreter", token, button("Arrêter"), kind="bref"))  # fmt: skip
        elif job.code != 0:
            kind = "status" if job.code == INTERRUPTED else "alert"
            told = _DONE.sub("", job.err).strip() or "Elle a été arrêtée net : relancez-la."
            yield section("Dernière évaluation",
                          f'<div class="avis" role="{kind}">{said(told)}</div>')  # fmt: skip
        yield "</div>"

    def _report(self, chosen: str) -> Iterator[str]:
        if not chosen:
            return
        report = json.loads((self.folder / chosen / REPORT).read_text("utf-8"))
        held = report["conditions"]
        yield section(
            f"Évaluation du {moment(report['date'])}",
            text(f"Modèle : {held['model'] or 'recherche seule'}. Génération de l'index :"
                 f" {held['generation']}."),
            *(_figures(row, report.get("names", {})) for row in report["rows"]
              if row["group"] == "ensemble"),
            f'<p><a href="{place("evaluation")}/{REPORT}?du={chosen}" download>Rapport entier'
            "</a> (JSON), pour <code>greffe eval --compare</code></p>",
        )  # fmt: skip
        yield section("Chaque question", self._cases(report["outcomes"]))

    def _cases(self, outcomes: Sequence[Mapping[str, Any]]) -> str:
        asked = questions(self.office.data, {one.get("answer", "") for one in outcomes} - {""})
        cases = []
        for one in outcomes:
            told, well = verdict(one["values"])
            id = one.get("answer", "")
            shown = escape(asked.get(id, ERASED if id else ""))
            link = f'<a href="{address(id)}">{shown}</a>' if id else shown
            mark = (
                f'<span class="{"tenu" if well else "perdu"}">{"✓" if well else "✗"} {told}</span>'
            )
            cases.append((well, [escape(one["id"]), link, mark]))
        rows = [row for _, row in sorted(cases, key=lambda case: case[0])]
        titles = ("Numéro", "Question", "Résultat")
        return text("Les fautes d'abord ; une question ouvre la réponse qui lui a été faite."
                    ) + table("Chaque question", titles, rows, hidden=True)  # fmt: skip


def verdict(values: Mapping[str, float]) -> tuple[str, bool]:
    """What is said of a case, and whether it is well."""
    for measure, value, told, well in VERDICTS:
        if values.get(measure) == value:
            return told, well
    return "mesurée", True


def questions(data: Path, answers: set[str]) -> dict[str, str]:
    """Answer → the question, as the journal has it; what was erased is not there."""
    found: dict[str, str] = {}
    if not answers or not folder_of(data).is_dir():
        return found
    numbers = {line.n: line.id for line in lines(data) if line.id in answers}
    with opened(folder_of(data)) as words:
        for word in words.part("question"):
            if word.n in numbers:
                found[numbers[word.n]] = str(word.value)
    return found


def _figures(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    title = f"{row['set']} : {row['n']} questions"
    answers: dict[str, Any] = {}
    search: dict[str, Any] = {}
    for name, held in row["figures"].items():
        (search if name.startswith(_SEARCH) else answers)[name] = held
    shown = [_measures(title, answers, names)] if answers else []
    if search:
        found = _measures(f"{title}, recherche", search, names)
        shown.append(folded("Recherche : le bon passage est-il trouvé ?", found))
    return "".join(shown)


def _measures(title: str, figures: Mapping[str, Any], names: Mapping[str, str]) -> str:
    rows = [
        [escape(names.get(name, name)), _value(name, held["value"]),
         f"{_value(name, held['low'])} à {_value(name, held['high'])}"
         if held["low"] is not None else "–", number(held["n"])]
        for name, held in figures.items()
    ]  # fmt: skip
    titles = ("Mesure", "Valeur", "Intervalle à 95 %", "Questions")
    return table(title, titles, rows, figures=3)


def _value(name: str, value: float) -> str:
    """Shares in per cent, durations in milliseconds, counts as they are."""
    if name.endswith("_s"):
        return number(1000 * value)
    if name == "sentences":
        return number(value)
    if name.startswith(("MRR", "nDCG")):
        return f"{value:.2f}".replace(".", ",")
    return f"{number(100 * value)}\u202f%"


def _form(token: str) -> str:
    return section(
        "Mesurer avec vos questions",
        form(
            "evaluation/lancer", token,
            field("questions", "Fichier de questions, en CSV (1 Mo au plus)", kind="file",
                  more='required accept=".csv,.jsonl"'),
            button("Évaluer"), files=True,
        ),
        text("Une ligne par question : les mots qu'une bonne réponse contient (`attendu`, plusieurs"
             " séparés par |), le fichier et la page où elle est écrite. Sans fichier, Greffe doit"
             " refuser. Exemple :", "note"),
        said(EXAMPLE),
    )  # fmt: skip


def _progress(job: background.Job) -> str:
    found = _DONE.findall(job.err)
    done, total = map(int, found[-1]) if found else (0, 0)
    told = f"{done} questions sur {total}" if total else "Préparation"
    bar = f'<progress max="{total or 1}" value="{done}" aria-label="Avancement"></progress>'
    return (
        f'<div class="avancement">{bar}<p>{told}</p></div>'
        '<p class="annonce lu" role="status">Évaluation en cours</p>'
    )


def _others(known: Sequence[str], chosen: str) -> str:
    others = [one for one in known if one != chosen]
    if not others:
        return ""
    items = "".join(
        f'<li><a href="{place("evaluation")}?du={one}">'
        f"{moment(datetime.strptime(one, '%Y%m%d-%H%M%S').isoformat())}</a></li>"
        for one in others
    )
    return section("Évaluations précédentes", f'<ul class="liste">{items}</ul>')
