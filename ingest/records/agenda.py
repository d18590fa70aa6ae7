"""The agenda of a séance: its items, and the line where the séance itself begins.

An agenda announces what the body of the procès-verbal repeats: where one of its first items
comes again, the body begins. This holds without any number, and through errors of OCR.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.records.fold import words
from ingest.records.lines import Line

_TITLE = re.compile(r"^\W*(?:l')?ordre du jour\b[^.;]{0,40}$")
_VOTE = re.compile(
    r"^\W*(?:vote|resultat|pour *:|adopt|approuve|unanim|a l'unanim)"
    r"|\b\d+ (?:voix|votes?|pour|contre)\b"
)
_LONGEST = 90  # lines of an agenda
_TRIED = 6  # first items whose return is looked for
_ITEM = re.compile(
    r"^\W*(?:(?:point )?(?:n ?°)?\d{1,3}(?! ?%)\s?(?:[-./)°]|(?=[a-z])|$)|[ivx]{1,5}\s?[-./)]"
    r"|[ivx]{1,5} (?=\w{3})|[-•▪●○❖➢>*\uf000-\uf0ff] ?)\s*"
)


@dataclass(frozen=True, slots=True)
class Agenda:
    """What the agenda announces; `items` is empty where no agenda was recognised."""

    items: tuple[frozenset[str], ...]  # the words of each item
    body: int  # index of the first line after it
    repeated: bool  # whether its items come again in the body


def read_agenda(lines: Sequence[Line]) -> Agenda:
    """The first agenda that the lines hold."""
    title = next((i for i, line in enumerate(lines) if _TITLE.match(line.folded)), None)
    if title is None:
        return Agenda((), 0, repeated=False)
    end = min(title + _LONGEST, len(lines))
    body = _return(lines, title + 1, end)
    if body is None:
        return Agenda((), title + 1, repeated=False)
    while any(line.folded == lines[body - 1].folded for line in lines[title + 1 : body - 1]):
        body -= 1  # the section's title, « 1. Budget », too short to tell
    return Agenda(_items(lines[title + 1 : body]), body, repeated=True)


def unnumbered(folded: str) -> str:
    """A line without the number, letter or dash in front of it."""
    return folded[match.end() :] if (match := _ITEM.match(folded)) else folded


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the words of the shorter that the longer has too, 0 to 1."""
    shorter = min(len(one), len(other))
    return len(one & other) / shorter if shorter else 0.0


def _return(lines: Sequence[Line], begin: int, end: int) -> int | None:
    """The line where one of the first items stands for the second time."""
    later = [(i, unnumbered(line.folded)) for i, line in enumerate(lines) if i > begin]
    later = [(i, text) for i, text in later if not lines[i].running]
    tried = 0
    for index in range(begin, end):
        text = unnumbered(lines[index].folded)
        wanted = words(text)
        if lines[index].running or len(text) < 8 or not wanted:
            continue
        if _VOTE.search(lines[index].folded):  # the points stand right under « Ordre du jour »
            return None
        tried += 1
        if tried > _TRIED:
            return None
        for other, candidate in later:
            if other > index and _same(text, wanted, candidate):
                return other if other < index + 400 or tried == 1 else None
    return None


def _same(text: str, wanted: frozenset[str], candidate: str) -> bool:
    """Whether two lines are one title: the same letters, or nearly the same words."""
    short = min(len(text), len(candidate))
    if short >= 12 and text[: min(30, short)] == candidate[: min(30, short)]:
        return short >= 0.5 * max(len(text), len(candidate))
    if abs(len(text) - len(candidate)) > 25 or len(wanted) < 3:
        return text.strip(" .:") == candidate.strip(" .:")
    found = words(candidate)
    return len(wanted & found) >= 0.75 * max(len(wanted), len(found))


def _items(lines: Sequence[Line]) -> tuple[frozenset[str], ...]:
    """The items, each with the lines that it goes on over, where items are marked."""
    kept = [line for line in lines if not line.running and len(line.text) > 3]
    marked = sum(1 for line in kept if _ITEM.match(line.folded)) >= 0.3 * len(kept)
    items: list[frozenset[str]] = []
    for line in kept:
        found = words(unnumbered(line.folded))
        goes_on = marked and items and not _ITEM.match(line.folded)
        if goes_on:
            items[-1] |= found
        elif found:
            items.append(found)
    return tuple(items)
