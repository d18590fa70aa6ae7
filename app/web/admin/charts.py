"""Charts: the acts by year and kind, the questions, how they were answered, what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from html import escape

from fastapi import Request
from fastapi.responses import Response

from app.journal.figures import Figures, Lot, figures
from app.web.admin.drawn import bars, lines
from app.web.admin.markup import place, section, table, text
from app.web.admin.office import Office
from app.web.kept_markup import day as shown_day
from app.web.spacing import number

PERIODS = {"30": "30 jours", "90": "3 mois", "365": "un an"}
KINDS = {
    "deliberation": "délibérations", "arrete": "arrêtés", "decision": "décisions",
    "proces_verbal": "procès-verbaux",
}  # fmt: skip
OTHERS = "autres"
MONTHS = ("janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.",
          "nov.", "déc.")  # fmt: skip
NOBODY = (
    "Personne n'est nommé ici. Ce qui a été effacé du journal (document retiré, demande d'une"
    " personne, durée passée) n'y paraît plus que comme un nombre ; les questions de"
    " `greffe eval` ne comptent pas."
)


class Charts:
    """The handler of /administration/graphiques."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def show(self, request: Request) -> Response:
        """The charts, for a time that can be chosen."""
        asked = request.query_params.get("jours", "30")
        chosen = asked if asked in PERIODS else "30"
        today = date.today()
        found = figures(self.office.data, today - timedelta(days=int(chosen) - 1), today)
        parts = [self._acts(), *_questions(found, chosen)]
        return self.office.shown(request, "graphiques", parts)

    def _acts(self) -> str:
        """How many acts of which year; the law is not counted."""
        counted = self.office.catalogue.acts_by_year()
        dated = [(int(year), kind, n) for year, kind, n in counted if year.isdigit()]
        undated = sum(n for year, _, n in counted if not year.isdigit())
        years = sorted({year for year, _, _ in dated if 1900 <= year <= date.today().year + 1})
        if not years:
            return section("Actes par année", text("Aucun acte daté n'est indexé encore."))
        span = range(years[0], years[-1] + 1)
        series = {
            name: [float(sum(n for y, k, n in dated if y == year and _kind(k) == name))
                   for year in span]
            for name in (*KINDS.values(), OTHERS)
        }  # fmt: skip
        told = {name: values for name, values in series.items() if any(values)}
        chart = bars("Actes par année et par genre", [str(y) for y in span], told, first="Année")
        note = f"Sans date reconnue : {number(undated)}. Les articles de loi ne sont pas comptés."
        return section("Actes indexés", chart, text(note, "note"))


def _kind(kind: str) -> str:
    return KINDS.get(kind, OTHERS)


def _questions(found: Figures, chosen: str) -> Iterator[str]:
    """What the journal says of the questions."""
    ways = " · ".join(
        f"<b>{said}</b>" if days == chosen
        else f'<a href="{place("graphiques")}?jours={days}#questions">{said}</a>'
        for days, said in PERIODS.items()
    )  # fmt: skip
    whole = found.whole
    lead = f"<p>Depuis : {ways}</p>"
    if not whole.questions:
        yield section(
            "Questions", lead, text("Aucune question pendant ce temps."), name="questions"
        )
        return
    lots = list(found.lots.items())
    labels = [_label(name) for name, _ in lots]
    names = [_long(name) for name, _ in lots]
    when = "Jour" if found.by == "day" else "Mois"
    asked = {
        "répondues": [float(lot.answered) for _, lot in lots],
        "sans réponse": [float(lot.refused) for _, lot in lots],
        "erreurs": [float(lot.errors) for _, lot in lots],
    }
    told = {name: values for name, values in asked.items() if any(values)}
    by = "par jour" if found.by == "day" else "par mois"
    shares = {
        f"Part sans réponse, {by}": [_share(lot.refused, lot.questions) for _, lot in lots],
        f"Part des phrases prouvées, {by}": [_share(o.proven, o.sentences) for _, o in lots],
    }
    spans = found.spans()
    yield section(
        "Questions", lead, _whole(whole, found),
        bars(f"Questions {by}", labels, told, first=when, names=names),
        *(bars(title, labels, {"part": values}, first=when, percent=True, names=names)
          for title, values in shares.items()),
        bars("Réponses selon leur durée", list(spans),
             {"réponses": [float(n) for n in spans.values()]}, first="Durée"),
        name="questions",
    )  # fmt: skip
    yield _cited(found)
    yield _unanswered(found.unanswered)
    yield text(NOBODY, "note")


def _whole(whole: Lot, found: Figures) -> str:
    rows = [
        ["Questions", number(whole.questions)],
        ["Sans réponse dans les actes", f"{number(_share(whole.refused, whole.questions))}\u202f%"],
        ["Phrases prouvées", f"{number(_share(whole.proven, whole.sentences))}\u202f%"],
        ["Temps de réponse, médiane", _seconds(found.median)],
        ["Temps de réponse, 95 % sont plus courts", _seconds(found.p95)],
    ]
    return table("En tout", ("Quoi", "Combien"), rows, figures=1, hidden=True)


def _cited(found: Figures) -> str:
    if not found.cited:
        return ""
    rows = [(source, fonds, count) for fonds, source, count in found.cited]
    titles = ("Fichier", "Fonds", "Réponses qui le citent")
    return section("Documents les plus cités", lines("Documents les plus cités", rows, titles))


def _unanswered(found: Sequence[tuple[str, int, str]]) -> str:
    """What was asked and is in no record: what to index next."""
    if not found:
        return ""
    rows = [[escape(question), shown_day(last), number(times)] for question, times, last in found]
    return section(
        "Questions sans réponse", text("Ce qu'il faudrait peut-être indexer."),
        table("Questions sans réponse", ("Question", "Dernière fois", "Fois"), rows, figures=1,
              hidden=True),
    )  # fmt: skip


def _share(part: int, whole: int) -> float:
    return 100.0 * part / whole if whole else 0.0


def _seconds(value: float) -> str:
    return f"{value:.1f} s".replace(".", ",")


def _label(name: str) -> str:
    """« 22/11 », « nov. 26 »."""
    parts = name.split("-")
    return f"{parts[2]}/{parts[1]}" if len(parts) == 3 else _month(name)


def _long(name: str) -> str:
    return shown_day(name) if name.count("-") == 2 else _month(name)


def _month(name: str) -> str:
    year, month = name.split("-")
    return f"{MONTHS[int(month) - 1]} {year}"
