"""What one act states of itself, off its fields: its number, what it decides, how it was voted."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import zip_longest

from app.citations import Quote
from app.listing import Listed, Listing, decided_by, hit_of, lines_of
from app.relevance import letters, titled, unquoted
from app.units import VOTE_LINE, quote_of, units
from app.words import N_, _, ngettext
from ingest.catalogue import Catalogue
from ingest.records.label import MONTHS
from ingest.rows import RecordRow
from vectorstore.narrow import EVERYTHING, Narrow
from vectorstore.question import Reading
from vectorstore.retriever import Found
from vectorstore.synonyms import synonyms_of

MOST_POINTS = 5  # of a dispositif
_MOST_ACTS = 5  # of one title
_MOST_LINES = 3  # of a vote
_LEAST = 2  # words of a title that name an act
_LONGEST_POINT = 600  # characters
_ONE_VOTE = 300  # characters from one of its lines to another
_ITS_POINTS = N_("C'est le dispositif de l'acte")
_FIRST_POINTS = N_("Ce sont les {most} premiers points du dispositif, qui en compte {count}")
_ITS_VOTE = N_("C'est le vote sur cet acte")
_ITS_NUMBER = N_("C'est là que l'acte porte son numéro")

_HEADING = re.compile(r"^\W*article\s+\w+.{0,90}$", re.I)
_COUNTED = re.compile(r"\bvoix\b|\bunanimité|\babst(?:ention|enu)|\bcontre\s*[:(]\s*\d", re.I)
_UNANIMOUS = re.compile(r"\bunanim", re.I)
_DIVIDED = re.compile(r"\bvoix\b|\babst(?:ention|enu)|\bcontre\b", re.I)
_DECIDES = re.compile(r"\bque (?:décide|prévoit|fixe)\b|\bqu['’](?:a|ont) (?:\S+ )?décidé\b", re.I)
_VOTED = re.compile(
    r"^\W*comment\b[^?]*?\bvoté\b|\b(?:résultat|issue) du vote\b"
    r"|\bquel (?:a été|est|était) le vote\b|\bà l['’]unanimité\s*\?"
    r"|\bcombien de (?:voix|votes)\b|\bà quelle majorité\b", re.I,
)  # fmt: skip
_WHICH_NUMBER = re.compile(
    r"^\W*(?:et )?quel (?:est|était) le (?:numéro|n°) d(?:e la |e l['’]|u )"
    r"(?P<what>délibération|arrêté|décision|acte)\b", re.I,
)  # fmt: skip
_KIND_OF = {"délibération": "deliberation", "arrêté": "arrete", "décision": "decision"}
_NUMBER = re.compile(r"\bn[°o]\s?\S*\d\S*")
# What such a question says beside the act: anything else must stand in its title.
_ASKING = (
    "comment conseil municipal communautaire commune ville a-t-il a-t-elle a-t-on ont-ils elle il"
    " été est était voté votée votés votées adopté adoptée adoptés adoptées approuvé approuvée"
    " approuvées quel quelle quels résultat issue vote votes scrutin unanimité combien voix pour"
    " contre abstention abstentions majorité délibération délibérations sujet propos"
    " que décide décident décidé prévoit prévu fixe fixé qu arrêté décision acte dans numéro"
    " est était préfectoral municipal ministériel relatif relative portant concernant"
) + " ".join(["", *MONTHS])


def stated(
    found: Found, catalogue: Catalogue, terms: Callable[[str], list[str]], narrow: Narrow,
    most: int,
) -> Listing | None:  # fmt: skip
    """What the act that a question names decides, its vote or its number; None for the rest.

    An act is named by its number, by its title between quotation marks, or, where its vote or
    number is asked, by its day or words that all stand in its title.

    Args:
        found: what was read in the question, and found.
        catalogue: of the data folder.
        terms: the lexical index's analyser.
        narrow: the only acts that may be told of.
        most: passages of an act that are read.
    """
    text = found.reading.text
    if asked := _WHICH_NUMBER.search(text):
        kind = _KIND_OF.get(asked["what"].lower())
        acts = [
            copies
            for copies in _named(found, catalogue, terms, narrow)
            if kind in (None, copies[0].kind)
        ]
        lines = [one for copies in acts for one in _first(copies, _number_of, catalogue, most)]
        return Listing(tuple(lines), _(_ITS_NUMBER)) if lines else None
    if _VOTED.search(text):
        acts = _named(found, catalogue, terms, narrow)
        votes = [told for copies in acts if (told := _first(copies, votes_of, catalogue, most))]
        lines = [one for told in votes for one in told[:_MOST_LINES]]
        several = ngettext("Un vote trouvé", "{count} votes trouvés, par date", len(votes))
        said = _(_ITS_VOTE) if len(acts) == 1 else several.format(count=len(votes))
        return Listing(tuple(lines), said) if lines else None
    if not _asks_decision(found.reading, terms):
        return None
    acts = _named(found, catalogue, None, narrow)
    points = _first(acts[0], points_of, catalogue, most) if len(acts) == 1 else []
    said = _(_ITS_POINTS if len(points) <= MOST_POINTS else _FIRST_POINTS)
    said = said.format(most=MOST_POINTS, count=len(points))
    return Listing(tuple(points[:MOST_POINTS]), said) if points else None


def _first(
    copies: Sequence[RecordRow],
    lines: Callable[[RecordRow, Catalogue, int], list[Quote]],
    catalogue: Catalogue,
    most: int,
) -> list[Listed]:
    """What the first copy of an act that says it says: a file of its own, a row of a list."""
    found = ([Listed(act, line) for line in lines(act, catalogue, most)] for act in copies)
    return next(filter(None, found), [])


def vote_beside(
    found: Found, act: RecordRow, catalogue: Catalogue, terms: Callable[[str], list[str]],
    most: int,
) -> list[Quote]:  # fmt: skip
    """How an act was voted, where a question names it and asks what was decided; else nothing."""
    if not _asks_decision(found.reading, terms):
        return []
    named = {one.id for copies in _named(found, catalogue, None, EVERYTHING) for one in copies}
    return votes_of(act, catalogue, most)[:_MOST_LINES] if act.id in named else []


def points_of(act: RecordRow, catalogue: Catalogue, most: int) -> list[Quote]:
    """The articles or dashes of what an act decides, in order; none where none was read.

    Each goes on until the next one; the first has the line that opens them. `most`: passages read.
    """
    facts = [fact.span for fact in catalogue.facts_of(act.id) if fact.name == "dispositif"]
    said = _said(act, catalogue, most) if facts else []
    points: list[Quote] = []
    for span, after in zip_longest(facts, facts[1:]):
        own = [one for one in said if one.page == span.page and one.end > span.start]
        if after and after.page == span.page:
            own = [one for one in own if one.end <= after.start] or own[:1]
        elif own:  # what follows the last one is another matter, but for an article's own text
            own = own[: 1 + bool(_HEADING.match(own[0].text))]
        near = [one for one in own if one.end - own[0].start <= _LONGEST_POINT]
        own = own[:2] if own and near == own[:1] and _HEADING.match(own[0].text) else near
        if not own:
            continue
        start = own[0].start if points else _opening(own[0], said)
        lines = [one.text for one in said if one.page == span.page
                 and start <= one.start and one.end <= own[-1].end]  # fmt: skip
        point = Quote("\n".join(lines), span.page, start, own[-1].end)
        if not any(point.text in one.text or one.text in point.text for one in points):
            points.append(point)
    return points


def _opening(first: Quote, said: Sequence[Quote]) -> int:
    """Where the line begins that opens a list, « le conseil, à l'unanimité : »; else the list."""
    above = [one for one in said if one.page == first.page and one.end <= first.start][-1:]
    opens = above and above[0].text.endswith(":") and first.start - above[0].end <= 3
    return above[0].start if opens else first.start


def votes_of(act: RecordRow, catalogue: Catalogue, most: int) -> list[Quote]:
    """The lines of the one vote of an act; none where it holds several, on whatever else."""
    votes = [
        one for one in _said(act, catalogue, most)
        if VOTE_LINE.match(one.text) or _COUNTED.search(one.text)
    ]  # fmt: skip
    lines = lines_of(act, "vote", catalogue) or (votes if act.vote else [])
    alone = all(any(_near(one, line) or _agree(one, line) for line in lines) for one in votes)
    return lines if alone else []


def _number_of(act: RecordRow, catalogue: Catalogue, most: int) -> list[Quote]:
    """The first line of an act that holds its number; none where it is read off elsewhere."""
    number = act.number or ""
    said = _said(act, catalogue, most) if number else []
    return [one for one in said if number in one.text][:1]


def _said(act: RecordRow, catalogue: Catalogue, most: int) -> list[Quote]:
    """The sentences, items and rows of an act, in order, each once."""
    hit = hit_of(act, catalogue)
    rows = catalogue.passages_of_record(act.id, most) if hit else []
    said = (unit for row in rows if hit for unit in units(replace(hit, passage=row)))
    return sorted(dict.fromkeys(map(quote_of, said)), key=lambda one: (one.page, one.start))


def _agree(one: Quote, line: Quote) -> bool:
    """« Après en avoir délibéré à l'unanimité », and at the foot « Vote : unanimité »."""
    return all(_UNANIMOUS.search(said.text) and not _DIVIDED.search(said.text)
               for said in (one, line))  # fmt: skip


def _near(one: Quote, other: Quote) -> bool:
    return one.page == other.page and abs(one.start - other.start) <= _ONE_VOTE


def _named(
    found: Found, catalogue: Catalogue, terms: Callable[[str], list[str]] | None, narrow: Narrow
) -> list[list[RecordRow]]:
    """The acts that a question names, by date; none where there are too many to tell.

    Of each its copies: the same day and title, the one of which most was read first.
    `terms`: given where words of a title name it as well.
    """
    reading = found.reading
    if found.exact:
        known = [*catalogue.records_of(list(found.exact)).values()]
    else:
        known = titled(found)
        if terms is not None and unquoted(reading.text) == reading.text:
            hits = {hit.record.id: hit.record for hit in found.hits}
            known = _by_words(reading, [*hits.values()], terms)
    acts: dict[tuple[str, str], list[RecordRow]] = {}
    for act in known:
        fits = act.kind != "article" and narrow.fits(act) and decided_by(act, reading)
        if fits and _of_its_time(act, reading):
            acts.setdefault((act.date or "", letters(act.title)), []).append(act)
    for copies in acts.values():
        copies.sort(key=lambda act: -len(catalogue.facts_of(act.id)))
    return [acts[key] for key in sorted(acts)] if len(acts) <= _MOST_ACTS else []


def _by_words(
    reading: Reading, acts: Sequence[RecordRow], terms: Callable[[str], list[str]]
) -> list[RecordRow]:
    """Those whose title holds all that a question says beside asking, or what it is also called.

    Two words at least, or the day of the act: one names too much.
    """
    subject = _subject(reading.text, reading, terms)
    if len(subject) < _LEAST and not reading.days:
        return []
    also = synonyms_of(reading.text, terms).also
    return [act for act in acts if subject <= also(terms(act.title or ""))]


def _asks_decision(reading: Reading, terms: Callable[[str], list[str]]) -> bool:
    """Whether it is asked what an act decides, and nothing of it in particular."""
    rest = _NUMBER.sub(" ", unquoted(reading.text))
    return _DECIDES.search(reading.text) is not None and not _subject(rest, reading, terms)


def _subject(text: str, reading: Reading, terms: Callable[[str], list[str]]) -> set[str]:
    """What a text says beside asking, numbers and places."""
    aside = set(terms(" ".join([_ASKING, *reading.bodies, *reading.places])))
    return {one for one in terms(text) if not any(map(str.isdigit, one))} - aside


def _of_its_time(act: RecordRow, reading: Reading) -> bool:
    """Whether an act is of the time that a question names; any, where it names none."""
    times = reading.days or reading.months or tuple(str(year) for year in reading.years)
    said = act.date or "" if reading.days else f"{act.date} {act.title} {act.number}"
    return not times or any(one in said for one in times)
