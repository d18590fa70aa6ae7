"""Which of the passages found a question is about: the act, the collectivity, the years named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from app.kinds import holder
from ingest.records.fold import fold
from ingest.rows import RecordRow
from vectorstore.period import is_about
from vectorstore.question import speaks_of
from vectorstore.retriever import Found, Hit

# What a collectivity did stands in its acts; what it may or must do, in the law as well.
_ASKS_LAW = re.compile(
    r"\b(?:articles?|codes?|lois?|légal\w*|droits?|peu(?:t|vent)|doi(?:t|vent)|faut|oblig\w+"
    r"|délais?|décrets?|règles?|conditions?)\b", re.I,
)  # fmt: skip


_QUOTED = re.compile(r"[«\"“]\s*([^»\"”]{8,}?)\s*[»\"”]")
_NAME_ENOUGH = 25  # letters of a title that names its act alone


def relevant(found: Found) -> Found:
    """Keep what the question asks for: the act it names, the collectivity it names, or law."""
    hits = found.hits
    named = {record.id for record in titled(found) if len(letters(record.title)) >= _NAME_ENOUGH}
    if found.exact or named:
        named |= set(found.exact)
        hits = tuple(hit for hit in hits if hit.record.id in named)
    elif found.reading.bodies:
        law = bool(_ASKS_LAW.search(found.reading.text))
        hits = tuple(
            hit for hit in hits if hit.evidence.body >= 0 and (law or not hit.evidence.law)
        )
    return replace(found, hits=hits)


def titled(found: Found) -> list[RecordRow]:
    """The acts found whose whole title a question gives between quotation marks."""
    quoted = [letters(one) for one in _QUOTED.findall(found.reading.text)]
    records = {hit.record.id: hit.record for hit in found.hits}.values()
    return [act for act in records if act.kind != "article" and letters(act.title) in quoted]


def unquoted(text: str) -> str:
    """A text without what stands between quotation marks."""
    return _QUOTED.sub(" ", text)


def letters(text: str | None) -> str:
    """The letters and figures of a text, folded: what two writings of a title share."""
    return re.sub(r"\W+", "", fold(text or ""))


_OPEN_ENDED = re.compile(
    r"\b(?:depuis|avant|après|entre|jusqu|à partir|à compter|évolu\w+)", re.I
)  # fmt: skip


_SCHOOL_YEAR = re.compile(r"\b((?:19|20)\d\d)\s?[-/–]\s?((?:19|20)\d\d)\b")


def of_its_years(found: Found) -> Sequence[Hit]:
    """The hits about the years that the question names; all of them where no act is.

    Law and acts without a date are of no year; « depuis 2021 » may be told at any time. Where an
    act's title names the « 2023/2024 » that is asked, those of 2022/2023 are of another year.
    """
    years = found.reading.years
    if not years or _OPEN_ENDED.search(found.reading.text):
        return found.hits
    timely = {
        hit.passage.id
        for hit in found.hits
        if hit.record.kind != "article" and any(is_about(hit.record, year) for year in years)
    }
    if span := _SCHOOL_YEAR.search(found.reading.text):
        named = re.compile(rf"{span[1]}\s?[-/–]\s?{span[2]}")
        entitled = {hit.passage.id for hit in found.hits if named.search(hit.record.title or "")}
        timely = entitled or timely
    if not timely:
        return found.hits
    return [
        hit
        for hit in found.hits
        if hit.passage.id in timely or not hit.record.date or hit.record.kind == "article"
    ]


def of_its_places(found: Found, hits: Sequence[Hit]) -> Sequence[Hit]:
    """The hits that speak of a commune named without indexed acts; all of them where none does.

    What another act says better of the same matter answers nothing there. Beside a collectivity
    with acts, such a commune is a detail of what is asked: what speaks of it stands first.
    """
    places = found.reading.places
    if not places:
        return hits
    near = {hit.passage.id for hit in hits if any(speaks_of(one, hit.said) for one in places)}
    if found.reading.bodies:
        return sorted(hits, key=lambda hit: hit.passage.id not in near)
    return [hit for hit in hits if hit.passage.id in near] or hits


def by_its_holder(found: Found, most: int) -> Found:
    """What names who holds the office asked for stands first, the latest before the others.

    `most`: hits kept.
    """
    hits, office = found.hits, holder(found.reading.text)
    if office is not None:
        naming = [hit for hit in hits if office.search(hit.passage.text)]
        naming.sort(key=lambda hit: hit.record.date or "", reverse=True)
        hits = (*naming, *(hit for hit in hits if hit not in naming))
    return replace(found, hits=hits[:most])


_FIRST = 10  # hits that stand where they are
_SECTION = 2.0  # weight of the best article of a section for the others


def spread(hits: Sequence[Hit]) -> list[Hit]:
    """Hits to be looked through: each article of law once, and beyond the tenth its neighbours.

    DILA cites runs of articles: what stands in the section of a good one answers more often than
    what is a little nearer elsewhere. docs/log.md has the figures.
    """
    met: set[str] = set()
    once: list[Hit] = []
    for hit in hits:
        article = hit.record.article_id or f"passage {hit.passage.id}"
        if article not in met:
            met.add(article)
            once.append(hit)
    first, rest = once[:_FIRST], once[_FIRST:]
    best: dict[tuple[str, ...], float] = {}
    for hit in once:
        best[_place(hit)] = max(hit.score, best.get(_place(hit), hit.score))
    rest.sort(key=lambda hit: -(hit.score + _SECTION * best[_place(hit)]))
    return [replace(hit, rank=rank) for rank, hit in enumerate([*first, *rest], 1)]


def _place(hit: Hit) -> tuple[str, ...]:
    """The section of an article; a passage of an act is a place of its own."""
    if hit.record.kind != "article":
        return (hit.passage.id,)
    return (hit.record.body or "", *hit.record.section_path)
