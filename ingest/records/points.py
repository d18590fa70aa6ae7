"""The headings of a procès-verbal: numbered acts, numbered points, or the items of the agenda.

The numbers of acts are trusted first (« D2025-009 - Objet : … »). Else the numbers of points:
among all lines that begin with a number, the chain that counts upwards and whose links look most
like headings (announced by the agenda, after a vote, at the top of a page) wins over the lists
and tables inside the acts. Else the items of the agenda, where the body repeats them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.records.agenda import Agenda, alike, read_agenda, unnumbered
from ingest.records.between_votes import between_votes
from ingest.records.fold import words
from ingest.records.heading import Heading
from ingest.records.lines import Line
from ingest.records.numbers import DATED, normalise
from ingest.records.subpoints import with_subpoints
from ingest.records.title import wrapped

_N = r"n ?[°o] ?"
_ACT = re.compile(
    rf"^\W*(?:o )?(?:(?P<word>deliberation|decision|arrete)s? (?:municipale? )?(?:{_N})?"
    rf"|(?P<only>{_N}))?"
    rf"(?P<number>{DATED})\s*(?P<mark>[-:.]?)\s*[-:.]?\s*(?P<objet>objet\b ?(?:: ?)?)?"
    r"(?P<title>.*)$"
)
_PERSON = r"(?:[a-z][\w'-]+ ){1,4}?"
_POINT = re.compile(
    rf"^\W{{0,3}}(?P<person>{_PERSON})?(?:(?:point|affaire|question) )?(?:{_N})?"
    r"(?P<value>\d{1,3})(?: ?(?P<sep>[.)/]|-|°)(?!\d) ?(?:[-:.] ?)?| )(?P<title>\S.*)$"
)
_ROMAN = re.compile(
    r"^\W{0,3}(?P<value>[IVX]{1,6})(?P<sep> ?[-\u2013\u2014./)]| )\s*(?P<title>[A-ZÀ-Þ«\"].*)$"
)
_RAPPORTEUR = re.compile(r"^[A-ZÀ-Þ][\w'\u2019-]{2,24}(?: [A-ZÀ-Þ][\w'\u2019-]{2,24})?$")
_SECTION = re.compile(
    r"^\W{0,3}(?:[IVX]{1,6}|\d{1,2}|[A-Z])\s?[-\u2013\u2014./)]\s*[^a-zà-ÿ]{4,70}$"
)
_CLOSED = re.compile(
    r"^\W*(?:vote\b|votes\b|pour *:|contre *:|abst|adopt|approuv|accept|unanim|a l'unanimite"
    r"|\d+ (?:voix|votes?|pour|contre|abst)|rejet|affaire retiree)|^[-_=* ]{4,}|^-{4,}"
    r"|(?:sort(?:ent)?|entre(?:nt)?|revien(?:t|nent)|quitte(?:nt)?|rejoin(?:t|gnent)) .{0,20}seance"
    r"|arriv\w+ (?:de|a) |charge et delegue|execution de la presente|ordre du jour"
    r"|\b\d+ (?:voix|votes?)\W*$"
)
_TABLE = re.compile(r"\d[\d ]*,\d\d\b|€|\d\s*%|\d h(?:t|a)\b|[;,]$|(?:\d+ ){3}")
_OTHER = re.compile(
    r"^\W*(?:[ivx\d]{1,3}\W+|[a-z]\W+)?(?:questions?|informations?|affaires)(?: et \w+)?"
    r" diverses?\s*:?\s*$"
)
_OPENING = re.compile(
    r"^\W*(?:adoption de l'ordre du jour|(?:approbation|adoption) du (?:proces[- ]verbal"
    r"|compte[- ]rendu))\b.{0,80}$"
)
_IS_VOTE = re.compile(r"^\W*(?:resultat du )?votes?\s*[:;]")
_TALLY = re.compile(r"^\W*(?:vote *:|pour *:|adopte a l|approuve a l|a l'unanimite)")
_CUT_SHORT = re.compile(r"(?:[,(]|\b(?:de|du|des|d'|la|le|les|l'|et|ou|a|au|aux|en|pour|sur|par))$")
_WINDOW = 150  # candidates looked back at for a chain


@dataclass(frozen=True, slots=True)
class _Candidate:
    index: int  # into the lines
    value: int
    style: str  # what stands behind the number: ".", "-", "/", ")", "roman"
    title: str
    weight: float


def find_headings(lines: Sequence[Line]) -> list[Heading]:
    """The headings, in reading order; none where the text shows no points."""
    agenda = read_agenda(lines)
    found = _acts(lines, agenda)
    if all(heading.kind == "decision" for heading in found):  # read out among the points
        found += _unnumbered_acts(lines, agenda)
        found.sort(key=lambda heading: heading.begin)
    if not found:
        return []
    found = _opening_votes(lines, found[0].begin) + found
    for index in range(found[-1].begin + 1, len(lines)):
        if _OTHER.match(lines[index].folded) and not lines[index].running:
            title = lines[index].text.strip(" .:-\u2013\u2014")
            title = re.sub(r"^[\dIVXA-Z]{1,3}\W+", "", title)
            found.append(Heading(index, title, kind="proces_verbal"))
            break
    found = [heading for heading in found if not _IS_VOTE.match(lines[heading.begin].folded)]
    floors = [0, *(heading.begin + 1 for heading in found)]
    return [_with_section(lines, h, floor) for h, floor in zip(found, floors, strict=False)]


def _opening_votes(lines: Sequence[Line], end: int) -> list[Heading]:
    """What a séance votes on before its first point: its agenda, the last procès-verbal."""
    found = []
    for index, line in enumerate(lines[:end]):
        below = lines[index + 1 : index + 4]
        if _OPENING.match(line.folded) and any(_TALLY.match(other.folded) for other in below):
            found.append(Heading(index, line.text.strip(" .:-\u2013\u2014")))
    return found


def _unnumbered_acts(lines: Sequence[Line], agenda: Agenda) -> list[Heading]:
    """Numbered points, else those of the agenda; where either leaves most votes out, the votes."""
    marks = between_votes(lines, agenda.body if agenda.repeated else 0)
    for found in (_points(lines, agenda), _announced(lines, agenda)):
        inner = with_subpoints(lines, agenda, found) if found else []
        if inner and len(inner) >= 0.5 * len(marks):
            return inner
    return marks


def _with_section(lines: Sequence[Line], heading: Heading, floor: int) -> Heading:
    """A section's title right above a heading (« II. FINANCES ») goes with what it announces."""
    begin = heading.begin
    while begin > floor and not lines[begin - 1].running and _SECTION.match(lines[begin - 1].text):
        begin -= 1
    return Heading(begin, heading.title, heading.number, heading.kind)


def _acts(lines: Sequence[Line], agenda: Agenda) -> list[Heading]:
    """Headings with the number of an act, « DEL2025-20 : … »; the last of each number counts."""
    found: dict[str, Heading] = {}
    width = _width(lines)
    for index in range(agenda.body, len(lines)):
        line = lines[index]
        match = None if line.running else _ACT.match(line.folded)
        if match is None or not _is_act(match):
            continue
        number = line.text[match.start("number") : match.end("number")].strip()
        if any(char.islower() for char in number):  # « pour la période 2010-2020 »
            continue
        start = line.text[match.start("title") :]
        title = wrapped(lines, index, start, width=width) if start else _below(lines, index)
        kind = "decision" if _is_decision(match) else "deliberation"
        key = f"{normalise(number)} {title}"
        found.setdefault(key, Heading(index, title, number, kind))
    return sorted(found.values(), key=lambda heading: heading.begin)


def _is_act(match: re.Match[str]) -> bool:
    """A heading, and no reference or table row: letters or a word in front, a mark behind."""
    lettered = match["number"][0].isalpha()
    if not (lettered or match["word"] or match["only"]):
        return bool(match["objet"])
    if match["objet"] or (match["mark"] and match["title"]):
        title = match["title"].rstrip(" ,;")
        return bool(re.search(r"[a-z]{3}", title)) and not _TABLE.search(title)
    return bool(match["word"] and not match["title"])


def _is_decision(match: re.Match[str]) -> bool:
    named = match["word"] == "decision" or match["number"].startswith(("dm", "dec"))
    return named or match["title"].startswith(
        ("decision du", "decision autoris", "decision portant")
    )


def _below(lines: Sequence[Line], index: int) -> str | None:
    if index + 1 >= len(lines):
        return None
    text = re.sub(r"^\W*objet\s*:\s*", "", lines[index + 1].text, flags=re.IGNORECASE)
    return wrapped(lines, index + 1, text)


def _points(lines: Sequence[Line], agenda: Agenda) -> list[Heading]:
    """The best chain of numbered points, over all the ways of writing a number."""
    styles: dict[str, list[_Candidate]] = {}
    for candidate in _candidates(lines, agenda):
        styles.setdefault(candidate.style, []).append(candidate)
    chains = [_chain(candidates) for candidates in styles.values()]
    best = max(chains, key=lambda chain: sum(c.weight for c in chain), default=[])
    total = sum(c.weight for c in best)
    alone = len(best) == 1 and not (agenda.repeated and total >= 3)
    if not best or alone or total < (1.2 if len(best) < 4 else 1.0) * len(best):
        return []
    taken = {c.value for c in best} | {0}
    early = [  # a point taken before its turn
        c for c in styles[best[0].style] if c.value not in taken and c.weight >= 2.5
    ]
    chosen = sorted([*best, *early], key=lambda c: c.index)
    width = _width(lines)
    return [Heading(c.index, wrapped(lines, c.index, c.title, width=width)) for c in chosen]


def _candidates(lines: Sequence[Line], agenda: Agenda) -> list[_Candidate]:
    found = []
    for index in range(agenda.body, len(lines)):
        line = lines[index]
        if line.running:
            continue
        roman = _ROMAN.match(line.text)
        match = roman or _POINT.match(line.folded)
        if match is None:
            continue
        title = line.text[match.start("title") :]
        if not re.search(r"[^\W\d_]{3}", title) or not _named(line, match):
            continue
        value = _roman(match["value"]) if roman else int(match["value"])
        style = "roman" if roman else match["sep"] or "bare"
        weight = _weight(lines, index, agenda, title)
        if value and (style != "bare" or (weight >= 2.4 and title[0].isupper())):
            found.append(_Candidate(index, value, style, title, weight))
    return found


def _named(line: Line, match: re.Match[str]) -> bool:
    """What stands before the number, if anything, is a person: « Philippe SAUREL 5. … »."""
    person = match.groupdict().get("person")
    if not person:
        return True
    written = line.text[match.start("person") : match.end("person")].split()
    return all(word[0].isupper() for word in written) and written[-1].isupper()


def _weight(lines: Sequence[Line], index: int, agenda: Agenda, title: str) -> float:
    """How much a line looks like the heading of a point."""
    line = lines[index]
    weight = 1.0
    found = words(unnumbered(line.folded))
    if any(alike(found, item) >= 0.7 for item in agenda.items if found):
        weight += 3
    before = _before(lines, index)
    if before is None or _CLOSED.search(before.folded) or _SECTION.match(before.text):
        weight += 1.5
    elif line.first or line.gap or before.text.endswith((".", "€")):
        weight += 0.4
    if _TABLE.search(line.folded):
        weight -= 1
    if title[0].islower():
        weight -= 0.6
    if agenda.repeated and weight < 3:
        weight -= 0.7
    return weight


def _before(lines: Sequence[Line], index: int) -> Line | None:
    """The line above, running heads and the rapporteur's name left out."""
    names = 0
    for line in reversed(lines[max(0, index - 12) : index]):
        if _RAPPORTEUR.match(line.text) and names < 2:
            names += 1
        elif not line.running:
            return line
    return None


def _chain(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """The chain of rising numbers with the greatest weight; numbers left out cost."""
    best: list[float] = []
    previous: list[int] = []
    for i, candidate in enumerate(candidates):
        score, link = -0.3 * min(candidate.value - 1, 10), -1
        for j in range(max(0, i - _WINDOW), i):
            gap = candidate.value - candidates[j].value
            if gap > 0 and best[j] - 0.3 * min(gap - 1, 10) > score:
                score, link = best[j] - 0.3 * min(gap - 1, 10), j
        best.append(score + candidate.weight)
        previous.append(link)
    chain = []
    at = max(range(len(best)), key=best.__getitem__, default=-1)
    while at >= 0:
        chain.append(candidates[at])
        at = previous[at]
    return [c for c in reversed(chain) if c.weight > 0]


def _announced(lines: Sequence[Line], agenda: Agenda) -> list[Heading]:
    """The items of an agenda without numbers, found again one after the other."""
    found: list[Heading] = []
    item, width, last = 0, _width(lines), -2
    index = agenda.body
    while agenda.repeated and index < len(lines) and item < len(agenda.items):
        line = lines[index]
        here = None if line.running else _item_here(lines, index, agenda, item)
        if here is not None and index <= last + 1:  # a title of several lines
            last, item = index, here + 1
        elif here is not None and not _goes_on(lines, index):
            last = index
            title = line.text[len(line.text) - len(unnumbered(line.folded)) :]
            found.append(Heading(index, wrapped(lines, index, title, width=width)))
            item = here + 1
        index += 1
    return found


def _goes_on(lines: Sequence[Line], index: int) -> bool:
    """Whether a line is the middle of a sentence: no title, though the agenda has its words."""
    line, before = lines[index], lines[index - 1]
    same = index > 0 and before.page == line.page and not before.running
    return same and not line.gap and bool(_CUT_SHORT.search(before.folded))


def _item_here(lines: Sequence[Line], index: int, agenda: Agenda, item: int) -> int | None:
    """The next item, or one of the three after it, that this line is the title of."""
    line = lines[index]
    found = words(unnumbered(line.folded))
    if not found or len(line.text) > 160:
        return None
    below = words(" ".join(other.folded for other in lines[index + 1 : index + 3]))
    for rank in range(item, min(item + 4, len(agenda.items))):
        wanted = agenda.items[rank]
        begun = len(found & wanted) >= max(0.6 * len(found), min(2, len(wanted)))
        if begun and len(wanted & (found | below)) >= 0.75 * len(wanted):
            return rank
    return None


def _width(lines: Sequence[Line]) -> int:
    """Characters of a full line: nine lines in ten are shorter."""
    lengths = sorted(len(line.text) for line in lines)
    return lengths[int(0.9 * (len(lengths) - 1))]


def _roman(text: str) -> int:
    values = [{"I": 1, "V": 5, "X": 10}[char] for char in text]
    return sum(-v if v < n else v for v, n in zip(values, [*values[1:], 0], strict=True))
