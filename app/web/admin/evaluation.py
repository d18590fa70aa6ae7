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
from app.web.admin.office import Office, check_token, fields_of, sent_with
from app.web.kept_markup import ERASED, moment
from app.web.markup import address, model_named
from app.web.plain import token_of
from app.web.rules import MAX_QUESTIONS
from app.words import N_, _, as_french, french, ngettext, number, percent_sign
from ingest.trouble import Trouble

JOB = "eval"
FOLDER = "evaluations"  # in the data folder: a folder for each, with its questions and its report
REPORT = "rapport.json"
_SEARCH = ("hit@", "doc@", "MRR", "nDCG", "R@", "search")  # how these measures are called
KEPT = 10  # evaluations
# as evals/table.py names them in a report
MEASURES = (
    N_("1re phrase méd. (ms)"),
    N_("1re phrase p95 (ms)"),
    N_("MRR @10"),
    N_("acte @1"),
    N_("acte @10"),
    N_("acte @5"),
    N_("citations justes"),
    N_("durée d'une recherche"),
    N_("durée d'une réponse"),
    N_("durée jusqu'à la première phrase"),
    N_("erreurs"),
    N_("lieu @1"),
    N_("lieu @10"),
    N_("lieu @5"),
    N_("lieux cités"),
    N_("nDCG @10"),
    N_("phrases barrées"),
    N_("phrases prouvées"),
    N_("phrases, médiane"),
    N_("rappel @100"),
    N_("recherche, durée médiane (ms)"),
    N_("recherche, durée p95 (ms)"),
    N_("refus à raison"),
    N_("refus à tort"),
    N_("réponse juste"),
    N_("réponse, durée médiane (ms)"),
    N_("réponse, durée p95 (ms)"),
    N_("réponses du modèle"),
)
HOW = N_(
    "Une ligne par question : les mots qu'une bonne réponse contient (`attendu`, plusieurs"
    " séparés par |), le fichier et la page où elle est écrite. Sans fichier, Greffe doit"
    " refuser. Exemple :"
)
NO_FILE = N_("Choisissez un fichier de questions, en CSV ou en JSON lignes.")
TOO_LONG = N_("Ce fichier est trop grand : 1 Mo au plus.")
STOPPING = N_("L'arrêt est demandé.")
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
    ("wrong_refusals", 1.0, N_("refus à tort"), False),
    ("correct", 0.0, N_("fausse ou incomplète"), False),
    ("refused", 1.0, N_("refus à raison"), True),
    ("refused", 0.0, N_("aurait dû refuser"), False),
    ("hit@5", 1.0, N_("bon passage trouvé"), True),
    ("hit@5", 0.0, N_("bon passage pas trouvé"), False),
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
            return self.show(request, _("Cette évaluation n'existe pas."), 404)
        content = (self.folder / asked / REPORT).read_bytes()
        headers = {"content-disposition": f'attachment; filename="evaluation-{asked}.json"'}
        return Response(content, media_type="application/json", headers=headers)

    async def start(self, request: Request) -> Response:
        """Ask the questions of a file."""
        async with sent_with(request, 1) as given:
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
            yield section(_("En cours"), _progress(job), form(
                "evaluation/arreter", token, button(_("Arrêter")), kind="bref"))  # fmt: skip
        elif job.code != 0:
            kind = "status" if job.code == INTERRUPTED else "alert"
            cut = said(_("Elle a été arrêtée net : relancez-la."))
            told = said(_DONE.sub("", job.err).strip()) or cut
            yield section(_("Dernière évaluation"),
                          f'<div class="avis" role="{kind}">{told}</div>')  # fmt: skip
        yield "</div>"

    def _report(self, chosen: str) -> Iterator[str]:
        if not chosen:
            return
        report = json.loads((self.folder / chosen / REPORT).read_text("utf-8"))
        held = report["conditions"]
        yield section(
            _("Évaluation du {date}").format(date=moment(report["date"])),
            text(_("Modèle : {model}. Génération de l'index : {generation}.").format(
                model=model_named(held["model"]) or _("recherche seule"),
                generation=held["generation"])),
            *(_figures(row, report.get("names", {})) for row in report["rows"]
              if row["group"] == "ensemble"),
            f'<p><a href="{place("evaluation")}/{REPORT}?du={chosen}" download>'
            f'{_("Rapport entier")}</a>{_(" (JSON), pour <code>greffe eval --compare</code>")}</p>',
        )  # fmt: skip
        yield section(_("Chaque question"), self._cases(report["outcomes"]))

    def _cases(self, outcomes: Sequence[Mapping[str, Any]]) -> str:
        asked = questions(self.office.data, {one.get("answer", "") for one in outcomes} - {""})
        cases = []
        for one in outcomes:
            told, well = verdict(one["values"])
            id = one.get("answer", "")
            shown = as_french(escape(asked[id])) if id in asked else _(ERASED if id else "")
            link = f'<a href="{address(id)}">{shown}</a>' if id else shown
            mark = (
                f'<span class="{"tenu" if well else "perdu"}">{"✓" if well else "✗"} {told}</span>'
            )
            cases.append((well, [escape(one["id"]), link, mark]))
        rows = [case[1] for case in sorted(cases, key=lambda case: case[0])]
        titles = (_("Numéro"), _("Question"), _("Résultat"))
        return text(_("Les fautes d'abord ; une question ouvre la réponse qui lui a été faite.")
                    ) + table(_("Chaque question"), titles, rows, hidden=True)  # fmt: skip


def verdict(values: Mapping[str, float]) -> tuple[str, bool]:
    """What is said of a case, and whether it is well."""
    for measure, value, told, well in VERDICTS:
        if values.get(measure) == value:
            return _(told), well
    return _("mesurée"), True


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
    many = ngettext("{count} question", "{count} questions", row["n"]).format(count=row["n"])
    title = f"{row['set']}{_(' : ')}{many}"
    answers: dict[str, Any] = {}
    search: dict[str, Any] = {}
    for name, held in row["figures"].items():
        (search if name.startswith(_SEARCH) else answers)[name] = held
    shown = [_measures(title, answers, names)] if answers else []
    if search:
        found = _measures(f"{title}{_(', recherche')}", search, names)
        shown.append(folded(_("Recherche : le bon passage est-il trouvé ?"), found))
    return "".join(shown)


def _measures(title: str, figures: Mapping[str, Any], names: Mapping[str, str]) -> str:
    rows = [
        [escape(_(names.get(name, name))), _value(name, held["value"]),
         _("{low} à {high}").format(
             low=_value(name, held["low"]), high=_value(name, held["high"]))
         if held["low"] is not None else "–", number(held["n"])]
        for name, held in figures.items()
    ]  # fmt: skip
    titles = (_("Mesure"), _("Valeur"), _("Intervalle à 95 %"), _("Questions"))
    return table(title, titles, rows, figures=3)


def _value(name: str, value: float) -> str:
    """Shares in per cent, durations in milliseconds, counts as they are."""
    if name.endswith("_s"):
        return number(1000 * value)
    if name == "sentences":
        return number(value)
    if name.startswith(("MRR", "nDCG")):
        return number(value, 2)
    return f"{number(100 * value)}{percent_sign()}"


def _form(token: str) -> str:
    return section(
        _("Mesurer avec vos questions"),
        form(
            "evaluation/lancer", token,
            field("questions", _("Fichier de questions, en CSV (1 Mo au plus)"), kind="file",
                  more='required accept=".csv,.jsonl"'),
            button(_("Évaluer")), files=True,
        ),
        text(_(HOW), "note"),
        f'<pre class="dit" tabindex="0"{french()}>{escape(EXAMPLE)}</pre>',
    )  # fmt: skip


def _progress(job: background.Job) -> str:
    found = _DONE.findall(job.err)
    done, total = map(int, found[-1]) if found else (0, 0)
    told = (
        _("{done} questions sur {total}").format(done=done, total=total)
        if total
        else _("Préparation")
    )
    bar = f'<progress max="{total or 1}" value="{done}" aria-label="{_("Avancement")}"></progress>'
    return (
        f'<div class="avancement">{bar}<p>{told}</p></div><p class="annonce lu" role="status">'
        f"{_('Évaluation en cours')}</p>"
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
    return section(_("Évaluations précédentes"), f'<ul class="liste">{items}</ul>')
