"""A list of acts: « quelles délibérations ont été votées le 22 mai 2014 ? »

It is read off the fields of the catalogue, not searched for: every act of the day is there, in its
order, each with the place of its title.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.citations import Quote
from app.words import N_, _, ngettext
from ingest.catalogue import Catalogue
from ingest.records.fold import fold
from ingest.records.label import MONTHS
from ingest.records.record import Span
from ingest.rows import RecordRow
from vectorstore.fusion import Evidence
from vectorstore.narrow import EVERYTHING, Narrow
from vectorstore.question import Reading
from vectorstore.retriever import Hit
from vectorstore.synonyms import synonyms_of

NO_ACT = N_("Aucun acte indexé n'est daté de la période demandée.")
MOST = 30  # acts shown; a note tells how many there are

_ACTS = r"(?P<what>délibération|arrêté|décision|acte|point|sujet|affaire|question|dossier)s\b"
_ASKS = (
    re.compile(
        rf"\b(?:quel(?:le)?s|combien d(?:es?)?)\b[^?]{{0,40}}?\b{_ACTS}[^?]*?\b(?:examin|trait"
        r"|abord|vot|adopt|pris|délibér|sign|inscri|discut|évoqu|approuv|à l['’]ordre)", re.I,
    ),
    re.compile(
        r"\b(?:quel(?:le)?s |combien d(?:es? |['’]))(?P<what>délibération|arrêté|décision|acte)s\s+"
        r"(?:sur|au sujet|relati\w+|concern\w+|port\w+|parl\w+|à propos|en|depuis|entre"
        r"|avant|après|de)\b",
        re.I,
    ),
    re.compile(rf"\blist\w+\b[^?]{{0,20}}\b{_ACTS}", re.I),
    re.compile(r"\bordre du jour d(?P<what>)", re.I),
    # « Qu'a décidé le conseil le 7 juillet 2025 ? »
    re.compile(
        r"^\W*(?:qu['’](?:a|ont)(?:-t-on)?|que s['’]est-il|qu['’]est-ce qu[ie'’] ?(?:a|on a)?)\s"
        r"(?:été )?(?:décidé|voté|adopté|délibéré|approuvé|passé)s?\b"
        r"(?: (?:par|au|lors du|en|pendant le))?"
        r"(?: (?:le|les|la|l['’]) ?(?:conseil|conseillers|élus|assemblée|séance|commune|ville))?"
        r"(?P<what>)(?=\W| )", re.I,
    ),
)  # fmt: skip
_LATEST = re.compile(
    r"^\W*(?:(?:quel(?:le)? (?:est|était)|montre\S*|donne\S*|trouve\S*)\s+)?(?:la|le|l['’])\s?"
    r"(?:derni(?:er|ère) (?P<what>délibération|arrêté|décision|acte)\b"
    r"|(?P<that>délibération|arrêté|décision|acte) (?:le|la) plus récente?\b)", re.I,
)  # fmt: skip
_COUNCIL = ("deliberation", "proces_verbal")
_ALL = ("deliberation", "arrete", "decision", "proces_verbal")
_KINDS = {
    "délibération": ("deliberation",),
    "arrêté": ("arrete",),
    "décision": ("decision", "deliberation"),
    "acte": ("deliberation", "arrete", "decision"),
}
# « depuis 2020 », « entre 2016 et 2018 », « avant 2015 », « en 2014 »; the last day of all is 9999.
_Y = r"(?:(?:la fin de |fin |le début de |début )?(?:l['’]année |les années )?((?:19|20)\d\d))"
_SINCE = re.compile(rf"\b(?:depuis|à partir de|à compter de|dès) {_Y}", re.I)
_AFTER = re.compile(rf"\baprès {_Y}", re.I)
_BEFORE = re.compile(rf"\b(avant|jusqu['’](?:en|à)) {_Y}", re.I)
_BETWEEN = re.compile(rf"{_Y}(?: (?:et|à|au) | ?[-–] ?){_Y}", re.I)
_BOUND = re.compile(r"\b(?:depuis|entre|avant|après|dès|à partir|à compter|jusqu['’]\w+)\b", re.I)
_FIRST, _LAST = "0000-01-01", "9999-12-31"
# What such a question says beside its day; anything else is a subject, which a title must share.
_ASKING = (
    "est 1er dès combien quels quelles quel quelle a ont été sont liste lister listez"
    " délibérations arrêtés décisions actes points sujets affaires questions dossiers ordre du"
    " jour conseil municipal communautaire commune ville mairie maire séance réunion examinés"
    " examiné traités traité abordés votés votées voté adoptés adoptées pris prises délibéré"
    " signés inscrits discutés évoqués approuvés approuvées depuis entre avant après partir compter"
    " décidé décidés passé décide qu que est-il est-ce on qui lors pendant conseillers élus"
    " assemblée année fin début relatives relatifs concernant portant sujet propos dernier"
    " dernière récent récente plus parle parlent tous toutes tout toute"
) + " ".join(["", *MONTHS])


@dataclass(frozen=True, slots=True)
class Listed:
    """An act of the list, and the words of it that are shown: its title, most often."""

    record: RecordRow
    quote: Quote


@dataclass(frozen=True, slots=True)
class Listing:
    """What the fields of the catalogue answer; where there are no acts, it says so."""

    acts: tuple[Listed, ...]
    said: str  # a French clause for the note: « 12 actes trouvés »


def acts_asked(
    reading: Reading, catalogue: Catalogue, fonds: Sequence[str],
    terms: Callable[[str], list[str]], narrow: Narrow = EVERYTHING,
) -> Listing | None:  # fmt: skip
    """The acts of a day, a month or some years that a question asks to list or to count, by date.

    Those of all times, where it names a subject and no time.

    None for any other question, and where acts of that time are there and none has the subject
    asked: one of its words for a day; for longer all of them, or what they are also called.
    « La dernière délibération sur » is the last of such a list. Of two acts of one day and title,
    the first is kept: a procès-verbal repeats the délibérations of its séance.

    `terms`: the lexical index's analyser; `narrow`: the only acts that may be listed.
    """
    latest = _LATEST.search(reading.text)
    named = reading.years or reading.months or reading.days or reading.numbers or reading.articles
    ever = not named  # « quelles délibérations sur l'éclairage public ? »: at any time
    asked = next((one for asks in _ASKS if (one := asks.search(reading.text))), None)
    what = (latest["what"] or latest["that"]) if latest else asked["what"] if asked else None
    periods = _periods(reading) or ([(_FIRST, _LAST)] if latest or (what and ever) else [])
    if what is None or not periods or (not what and reading.cited):
        return None
    kinds = _KINDS.get(what.lower(), _COUNCIL)
    dated = [
        record
        for record in catalogue.acts_dated(periods, kinds, fonds)
        if narrow.fits(record) and decided_by(record, reading)
    ]
    aside = set(terms(" ".join([_ASKING, *reading.bodies])))
    subject = {term for term in terms(reading.text) if not term.isdigit()} - aside
    if (latest or ever) and not subject:
        return None
    if subject and dated:
        also = synonyms_of(reading.text, terms).also
        least = 1 if reading.days else len(subject)  # of a day any word tells acts apart
        dated = [r for r in dated if len(subject & also(terms(r.title or ""))) >= least]
        if not dated:
            return None
    found = _titled(dated, catalogue)
    if not found:
        nothing = not (latest or ever) and not catalogue.acts_dated(periods, _ALL, fonds)
        return Listing((), NO_ACT) if nothing else None
    if latest:
        return Listing(
            tuple(found[-1:]), _("Le dernier des actes trouvés ({count})").format(count=len(found))
        )
    count = ngettext("Un acte trouvé", "{count} actes trouvés", len(found)).format(count=len(found))
    return Listing(tuple(found), count)


def _titled(records: Sequence[RecordRow], catalogue: Catalogue) -> list[Listed]:
    """Those that have a title, each act once: a procès-verbal repeats those of its séance."""
    found: dict[tuple[str | None, str, str], list[Listed]] = {}
    for record in records:
        title = title_of(record, catalogue)
        if title is not None:
            words = re.sub(r"\W+", "", fold(title.text))
            same = found.setdefault((record.date, fold(record.body or ""), words), [])
            numbers = {one.record.number_key for one in same}
            if not same or (None not in numbers and record.number_key not in {None, *numbers}):
                same.append(Listed(record, title))
    return [one for same in found.values() for one in same]


def _periods(reading: Reading) -> list[tuple[str, str]]:
    """The days, months or years that a question names, each from its first day to its last.

    None of them where a day, a month or one year of several bounds it: « depuis mars ».
    """
    text = reading.text
    bound = _BOUND.search(text)
    if reading.days or reading.months:
        if bound:
            return []
        days = [(day, day) for day in reading.days]
        return days or [(f"{month}-01", f"{month}-31") for month in reading.months]
    if found := _BETWEEN.search(text):
        return [(f"{found[1]}-01-01", f"{found[2]}-12-31")] if len(reading.years) == 2 else []
    if bound and len(reading.years) != 1:
        return []
    if found := _SINCE.search(text):
        return [(f"{found[1]}-01-01", _LAST)]
    if found := _AFTER.search(text):
        return [(f"{int(found[1]) + 1}-01-01", _LAST)]
    if found := _BEFORE.search(text):
        last = f"{int(found[2]) - 1}" if found[1].lower() == "avant" else found[2]
        return [(_FIRST, f"{last}-12-31")]
    return [] if bound else [(f"{year}-01-01", f"{year}-12-31") for year in reading.years]


def decided_by(record: RecordRow, reading: Reading) -> bool:
    """Whether one of the collectivities named decided an act; any, where none is named."""
    bodies = reading.bodies
    return not bodies or fold(record.body or reading.home) in map(fold, bodies)


def title_of(record: RecordRow, catalogue: Catalogue) -> Quote | None:
    """Where an act's title stands; None where its file gives none."""
    facts = catalogue.facts_of(record.id)
    place = next((fact.span for fact in facts if fact.name == "objet"), None)
    page = place and catalogue.page(record.source_id, place.page)
    if not place or not page:
        return None
    words = " ".join(page.text[place.start : place.end].split())
    return Quote(words, place.page, place.start, place.end)


def lines_of(record: RecordRow, name: str, catalogue: Catalogue) -> list[Quote]:
    """The lines that a fact of an act was read in; none where its file gives none.

    A count of nobody stands in no line. `name`: one of ingest.records.record.FACTS.
    """
    facts = (fact for fact in catalogue.facts_of(record.id) if fact.name == name)
    places = [fact.span for fact in facts if fact.value != "0"]
    lines = (line_of(place, record, catalogue) for place in places)
    return list(dict.fromkeys(line for line in lines if line))


def line_of(place: Span, record: RecordRow, catalogue: Catalogue) -> Quote | None:
    """A place on a page of an act's file, from the beginning of its line to the end."""
    page = catalogue.page(record.source_id, place.page)
    if not page:
        return None
    start = page.text.rfind("\n", 0, place.start) + 1
    end = page.text.find("\n", place.end)
    end = len(page.text) if end < 0 else end
    return Quote(" ".join(page.text[start:end].split()), place.page, start, end)


def hit_of(record: RecordRow, catalogue: Catalogue) -> Hit | None:
    """An act as a search would have found it; None once it is withdrawn."""
    source = catalogue.source(record.source_id)
    passages = catalogue.passages_of_record(record.id)
    if source is None or source.state != "live" or not passages:
        return None
    return Hit(1, 0.0, source.fonds, source, record, passages[0], Evidence(0.0, 0.0))
