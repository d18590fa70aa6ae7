"""Charts: the acts by year and kind, the questions, how they were answered, what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from html import escape

from fastapi import Request
from fastapi.responses import Response

from app.act_at import act_at
from app.journal.figures import Figures, Lot, figures
from app.web.admin.drawn import bars, lines
from app.web.admin.markup import place, section, table, text
from app.web.admin.office import Office
from app.web.kept_markup import day as shown_day
from app.words import N_, _, as_french, language, number, percent_sign
from app.words import month as month_name

PERIODS = {"30": N_("30 jours"), "90": N_("3 mois"), "365": N_("un an")}
KINDS = {
    "deliberation": N_("délibérations"), "arrete": N_("arrêtés"), "decision": N_("décisions"),
    "proces_verbal": N_("procès-verbaux"),
}  # fmt: skip
OTHERS = N_("autres")
MONTHS = ("janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.",
          "nov.", "déc.")  # fmt: skip
NOBODY = N_(
    "Personne n'est nommé ici. Ce qui a été effacé du journal (document retiré,"
    " demande d'une personne, durée passée) n'y paraît plus que comme un nombre ;"
    " les questions de `greffe eval` ne comptent pas."
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
        since, named = today - timedelta(days=int(chosen) - 1), act_at(self.office.catalogue)
        found = figures(self.office.data, since, today, named)
        self.office.looked(request, how="figures", since=since.isoformat())
        parts = [self._acts(), *_questions(found, chosen)]
        return self.office.shown(request, "graphiques", parts)

    def _acts(self) -> str:
        """How many acts of which year; the law is not counted."""
        counted = self.office.catalogue.acts_by_year()
        dated = [(int(year), kind, n) for year, kind, n in counted if year.isdigit()]
        undated = sum(n for year, _, n in counted if not year.isdigit())
        years = sorted({year for year, _, _ in dated if 1900 <= year <= date.today().year + 1})
        if not years:
            return section(_("Actes par année"), text(_("Aucun acte daté n'est indexé encore.")))
        span = range(years[0], years[-1] + 1)
        series = {
            name: [float(sum(n for y, k, n in dated if y == year and _kind(k) == name))
                   for year in span]
            for name in (*KINDS.values(), OTHERS)
        }  # fmt: skip
        told = {_(name): values for name, values in series.items() if any(values)}
        chart = bars(
            _("Actes par année et par genre"), [str(y) for y in span], told, first=_("Année")
        )
        note = _("Sans date reconnue : {undated}. Les articles de loi ne sont pas comptés.").format(
            undated=number(undated)
        )
        return section(_("Actes indexés"), chart, text(note, "note"))


def _kind(kind: str) -> str:
    return KINDS.get(kind, OTHERS)


def _questions(found: Figures, chosen: str) -> Iterator[str]:
    """What the journal says of the questions."""
    ways = " · ".join(
        f"<b>{_(said)}</b>" if days == chosen
        else f'<a href="{place("graphiques")}?jours={days}#questions">{_(said)}</a>'
        for days, said in PERIODS.items()
    )  # fmt: skip
    whole = found.whole
    lead = "<p>" + _("Depuis : {ways}").format(ways=ways) + "</p>"
    if not whole.questions:
        yield section(
            _("Questions"), lead, text(_("Aucune question pendant ce temps.")), name="questions"
        )
        return
    labels = [_label(name) for name in found.lots]
    names = [_long(name) for name in found.lots]
    daily = found.by == "day"
    when = _("Jour") if daily else _("Mois")
    asked = {
        _("répondues"): [float(lot.answered) for lot in found.lots.values()],
        _("sans réponse"): [float(lot.refused) for lot in found.lots.values()],
        _("erreurs"): [float(lot.errors) for lot in found.lots.values()],
    }
    told = {name: values for name, values in asked.items() if any(values)}
    titles = [_("Questions par mois"), _("Part sans réponse, par mois"),
              _("Part des phrases prouvées, par mois")]  # fmt: skip
    if daily:
        titles = [_("Questions par jour"), _("Part sans réponse, par jour"),
                  _("Part des phrases prouvées, par jour")]  # fmt: skip
    shares = {
        titles[1]: [_share(lot.refused, lot.questions) for lot in found.lots.values()],
        titles[2]: [_share(lot.proven, lot.sentences) for lot in found.lots.values()],
    }
    spans = found.spans()
    yield section(
        _("Questions"), lead, _whole(whole, found),
        bars(titles[0], labels, told, first=when, names=names),
        *(bars(title, labels, {_("part"): values}, first=when, percent=True, names=names)
          for title, values in shares.items()),
        bars(_("Réponses selon leur durée"), [_(span) for span in spans],
             {_("réponses"): [float(n) for n in spans.values()]}, first=_("Durée")),
        name="questions",
    )  # fmt: skip
    yield _cited(found)
    yield _unanswered(found.unanswered)
    yield text(_(NOBODY), "note")


def _whole(whole: Lot, found: Figures) -> str:
    rows = [
        [_("Questions"), number(whole.questions)],
        [
            _("Sans réponse dans les actes"),
            f"{number(_share(whole.refused, whole.questions))}{percent_sign()}",
        ],
        [_("Phrases prouvées"), f"{number(_share(whole.proven, whole.sentences))}{percent_sign()}"],
        [_("Temps de réponse, médiane"), _seconds(found.median)],
        [_("Temps de réponse, 95 % sont plus courts"), _seconds(found.p95)],
    ]
    return table(_("En tout"), (_("Quoi"), _("Combien")), rows, figures=1, hidden=True)


def _cited(found: Figures) -> str:
    if not found.cited:
        return ""
    rows = [(one.name, one.where, one.answers) for one in found.cited]
    titles = (_("Acte ou article ; à défaut, fichier"), _("Où"), _("Réponses qui le citent"))
    title = _("Actes les plus cités")
    return section(title, lines(title, rows, titles))


def _unanswered(found: Sequence[tuple[str, int, str]]) -> str:
    """What was asked and is in no record: what to index next."""
    if not found:
        return ""
    rows = [
        [as_french(escape(question)), shown_day(last), number(times)]
        for question, times, last in found
    ]
    return section(
        _("Questions sans réponse"), text(_("Ce qu'il faudrait peut-être indexer.")),
        table(_("Questions sans réponse"), (_("Question"), _("Dernière fois"), _("Fois")), rows,
              figures=1, hidden=True),
    )  # fmt: skip


def _share(part: int, whole: int) -> float:
    return 100.0 * part / whole if whole else 0.0


def _seconds(value: float) -> str:
    return f"{number(value, 1)} s"


def _label(name: str) -> str:
    """« 22/11 », « nov. 26 »."""
    parts = name.split("-")
    if len(parts) < 3:
        return _month(name)
    if language() == "en":
        return f"{int(parts[2])} {month_name('', int(parts[1]))}"
    return f"{parts[2]}/{parts[1]}"


def _long(name: str) -> str:
    return shown_day(name) if name.count("-") == 2 else _month(name)


def _month(name: str) -> str:
    year, month = name.split("-")
    return f"{month_name(MONTHS[int(month) - 1], int(month))} {year}"
