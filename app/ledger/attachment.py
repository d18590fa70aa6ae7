"""Whether each value of a sentence belongs to the words that stand beside it.

« 3 000 € à l'association A, 1 200 € au festival »: both amounts and all words are there, yet « le
festival reçoit 3 000 € » is false. A value is held against its rivals, the other values of its
kind in the source: where the words beside it in the sentence stand clearly nearer to a rival, the
sentence attaches it to the wrong line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.ledger.opposites import taken
from app.ledger.values import values
from app.ledger.words import WHO, bearers, placed_stems
from ingest.records.fold import fold

_FALL = 6.0  # words: at this distance a word counts half
_MARGIN = 1.1  # a rival wins when it is this much nearer
_LEAST = 0.2  # and by this much at least
_BREAKS = re.compile(r"[,;:()|]|\.(?=\s)|\bet\b|\n")
_WORTH = {"\n": 8.0, ".": 6.0, ";": 5.0, ":": 0.5, "et": 2.0}  # words; any other break: 3


@dataclass(frozen=True, slots=True)
class _Line:
    """A text measured in words: where each word and each value stands."""

    stems: tuple[tuple[str, float], ...]
    held: tuple[tuple[str, str, float], ...]  # kind, value, where


def misplaced(sentence: str, source: str) -> bool:
    """Whether a value or a name of a sentence belongs to other words in its source.

    Args:
        sentence: plain text.
        source: plain text, its pieces apart by " \\n ".
    """
    there = _line(source)
    own = _line(sentence, frozenset(value for kind, value, _ in there.held if kind == "name"))
    rare = Counter(stem for stem, _ in there.stems)
    said = {(kind, value) for kind, value, _ in own.held}
    stated = {(kind, value) for kind, value, _ in there.held}
    for kind, value, at in own.held:
        if (kind, value) not in stated or (kind, value) in _UNSAID:
            continue
        rivals = {other for what, other in stated if what == kind} - {value, "1"}  # « un »
        if kind == "name":
            rivals = {rival for rival in rivals if (kind, rival) not in said}
        if not rivals:
            continue
        beside = _beside(own, kind, value, at, rare)
        mine = _affinity(there, kind, value, beside, rare)
        best = max(_affinity(there, kind, rival, beside, rare) for rival in rivals)
        if best > _MARGIN * mine and best - mine > _LEAST:
            return True
    return False


def _beside(own: _Line, kind: str, value: str, at: float, rare: Counter[str]) -> dict[str, float]:
    """How near each word of the sentence stands to a value, where it stands to no other nearer."""
    others = [place for what, other, place in own.held if what == kind and other != value]
    return {
        stem: _near(at, place)
        for stem, place in own.stems
        if stem in rare and stem != f"#{value}"
        if all(abs(place - at) <= abs(place - other) for other in others)
    }


_UNSAID = {("who", "conseil"), ("number", "1")}  # who decides is seldom said beside it


def _affinity(
    line: _Line, kind: str, value: str, beside: dict[str, float], rare: Counter[str]
) -> float:
    """How near the words of the sentence stand to a value of the source, where it does so best."""
    best = 0.0
    for what, other, at in line.held:
        if what != kind or other != value:
            continue
        nearest: dict[str, float] = {}
        for stem, place in line.stems:
            if stem in beside:
                nearest[stem] = max(nearest.get(stem, 0.0), _near(at, place))
        best = max(best, sum(beside[s] * near / rare[s] for s, near in nearest.items()))
    return best


def _near(one: float, other: float) -> float:
    return 1 / (1 + abs(one - other) / _FALL)


_WHO = re.compile(rf"\b(?:{WHO})\b")


def _line(text: str, known: frozenset[str] = frozenset()) -> _Line:
    """`known`: names of the source; one of them may be the first word of a sentence."""
    stated = values(text)
    competing = [value for value in stated if value.kind != "vote"]  # its side is part of it
    words = [*placed_stems(text), *((f"#{one.value}", one.start) for one in stated)]
    held = [(value.kind, value.value, value.start) for value in competing]
    held += [("name", name, at) for name, at in bearers(text)]
    first = re.match(r"\W*(\w+)", fold(text))
    if first and first[1] in known:
        held.append(("name", first[1], first.start(1)))
    held += [("who", match.group(), match.start()) for match in _WHO.finditer(fold(text))]
    held += [
        (f"side {one.group}", str(one.side), one.start)
        for one in taken(text)
        if one.group != "vote"
    ]
    breaks = [(m.start(), _WORTH.get(m.group(), 3.0)) for m in _BREAKS.finditer(text)]
    ruler = _ruler([*(at for _, at in words), *(at for *_, at in held)], breaks)
    return _Line(
        tuple((stem, ruler[at]) for stem, at in words),
        tuple((kind, value, ruler[at]) for kind, value, at in held),
    )


def _ruler(places: Sequence[int], breaks: Sequence[tuple[int, float]]) -> dict[int, float]:
    """Character → words from the text's beginning, each break worth some."""
    marked = sorted([*((at, 1.0) for at in set(places)), *breaks])
    total = 0.0
    ruler: dict[int, float] = {}
    for at, weight in marked:
        total += weight
        ruler[at] = total
    return ruler
