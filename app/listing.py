"""A list of acts: « quelles délibérations ont été votées le 22 mai 2014 ? »

It is read off the fields of the catalogue, not searched for: every act of the day is there, in its
order, each with the place of its title.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.citations import Quote
from ingest.catalogue import Catalogue
from ingest.records.fold import fold
from ingest.rows import RecordRow
from vectorstore.fusion import Evidence
from vectorstore.question import Reading
from vectorstore.retriever import Hit

MOST = 30  # acts shown; a note tells how many there are

_ACTS = r"(?P<what>délibération|arrêté|décision|acte|point|sujet|affaire|question|dossier)s\b"
_ASKS = (
    re.compile(
        rf"\b(?:quel(?:le)?s|combien d(?:es?)?)\b[^?]{{0,40}}?\b{_ACTS}[^?]*?\b(?:examin|trait"
        r"|abord|vot|adopt|pris|délibér|sign|inscri|discut|évoqu|approuv|à l['’]ordre)", re.I,
    ),
    re.compile(rf"\blist\w+\b[^?]{{0,20}}\b{_ACTS}", re.I),
    re.compile(r"\bordre du jour d(?P<what>)", re.I),
)  # fmt: skip
_COUNCIL = ("deliberation", "proces_verbal")
_KINDS = {
    "délibération": ("deliberation",),
    "arrêté": ("arrete",),
    "décision": ("decision", "deliberation"),
    "acte": ("deliberation", "arrete", "decision"),
}
# What such a question says beside its day; anything else is a subject, which a title must share.
_ASKING = (
    "combien quels quelles quel quelle a ont été sont liste lister listez délibérations arrêtés"
    " décisions actes points sujets affaires questions dossiers ordre du jour conseil"
    " municipal communautaire commune ville mairie maire séance réunion examinés examiné"
    " traités traité abordés votés votées voté adoptés adoptées pris prises délibéré signés"
    " inscrits discutés évoqués approuvés approuvées janvier février mars avril mai juin"
    " juillet août septembre octobre novembre décembre"
)


@dataclass(frozen=True, slots=True)
class Listed:
    """An act of the list, and where its title stands."""

    record: RecordRow
    title: Quote


def acts_asked(
    reading: Reading, catalogue: Catalogue, fonds: Sequence[str], terms: Callable[[str], list[str]]
) -> list[Listed] | None:
    """The acts of a day or a month that a question asks to list or to count, in their order.

    None for any other question, and where acts of that day are there and none has the subject
    asked. `terms` is the lexical index's analyser. Of two acts with one title, the first is kept:
    a procès-verbal repeats the délibérations of its séance.
    """
    asked = next((one for asks in _ASKS if (one := asks.search(reading.text))), None)
    days = reading.days or reading.months
    if asked is None or not days:
        return None
    kinds = _KINDS.get(asked["what"].lower(), _COUNCIL)
    ours = [fold(body) for body in reading.bodies]
    dated = [
        record
        for record in catalogue.acts_dated(days, kinds, fonds)
        if not ours or fold(record.body or "") in ours
    ]
    aside = set(terms(" ".join([_ASKING, *reading.bodies])))
    subject = {term for term in terms(reading.text) if not term.isdigit()} - aside
    if subject and dated:
        dated = [record for record in dated if subject & set(terms(record.title or ""))]
        if not dated:
            return None
    found: dict[str, Listed] = {}
    for record in dated:
        title = _title(record, catalogue)
        if title is not None:
            found.setdefault(re.sub(r"\W+", "", fold(title.text)), Listed(record, title))
    return list(found.values())


def _title(record: RecordRow, catalogue: Catalogue) -> Quote | None:
    """Where an act's title stands; None where its file gives none."""
    facts = catalogue.facts_of(record.id)
    place = next((fact.span for fact in facts if fact.name == "objet"), None)
    page = place and catalogue.page(record.source_id, place.page)
    if not place or not page:
        return None
    words = " ".join(page.text[place.start : place.end].split())
    return Quote(words, place.page, place.start, place.end)


def hit_of(one: Listed, catalogue: Catalogue) -> Hit | None:
    """An act of the list as a search would have found it; None once it is withdrawn."""
    source = catalogue.source(one.record.source_id)
    passages = catalogue.passages_of_record(one.record.id)
    if source is None or not passages:
        return None
    return Hit(1, 0.0, source.fonds, source, one.record, passages[0], Evidence(0.0, 0.0))
