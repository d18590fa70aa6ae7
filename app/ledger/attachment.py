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
from functools import lru_cache
from itertools import combinations, product

from app.ledger.agents import OFFICES, actors
from app.ledger.families import related
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


def crossed(sentence: str, source: str) -> bool:
    """Whether a sentence joins two things of its source that each stand nearer to another.

    « ORANGE : autorisé, ROUGE : interdit »: « orange » is nearer to « autorisé », and « interdit »
    to « rouge », so that « interdit au niveau orange » joins what the source keeps apart.

    Args:
        sentence: plain text.
        source: plain text, its pieces apart by " \\n ".
    """
    own, there = _items(sentence), _items(source)
    said = {(kind, value) for kind, values in own.items() for value in values}
    for (one_kind, ones), (other_kind, others) in combinations(own.items(), 2):
        first, second = there.get(one_kind, {}), there.get(other_kind, {})
        for one, other in product(ones, others):
            if one not in first or other not in second:
                continue
            if not _joined(ones[one], others[other], own, (one_kind, other_kind)):
                continue
            apart = _distance(first[one], second[other])
            rival = min(
                (_distance(first[one], second[r]) for r in second if (other_kind, r) not in said),
                default=_FAR,
            )
            other_rival = min(
                (_distance(first[r], second[other]) for r in first if (one_kind, r) not in said),
                default=_FAR,
            )
            nearer = max(rival, other_rival)
            if apart - nearer > _CROSSED_BY and apart > _CROSSED * nearer:
                return True
            if apart - nearer >= 1 and apart > _CROSSED_CLOSE * nearer:
                return True
    return False


_FAR = 1e9
_CROSSED = 1.2  # a pair may stand so many times farther apart than its rivals
_CROSSED_BY = 2.0  # or by so many words
_CROSSED_CLOSE = 1.6  # « 4 905 € HT soit 5 886 € TTC »
# Sides that belong to one line of a table or of a list; the others are told of a whole text.
_OF_ONE_LINE = ("signal", "taxe", "garde", "sol", "décision", "section", "saison", "école", "solde")
# Too many things are one of these.
_ANYONE = frozenset(
    re.findall(
        r"\w+",
        "conseil association societe groupement famille membre elu entreprise responsable parents"
        " usine agent commission",
    )
)


def _joined(
    ones: Sequence[float],
    others: Sequence[float],
    own: dict[str, dict[str, list[float]]],
    kinds: tuple[str, str],
) -> bool:
    """Whether nothing of either kind stands between the two in the sentence."""
    a, b = min(((a, b) for a in ones for b in others), key=lambda pair: abs(pair[0] - pair[1]))
    low, high = sorted((a, b))
    return not any(
        low < at < high for kind in kinds for places in own[kind].values() for at in places
    )


def _distance(ones: Sequence[float], others: Sequence[float]) -> float:
    return min(abs(one - other) for one in ones for other in others)


@lru_cache(maxsize=2048)
def _items(text: str) -> dict[str, dict[str, list[float]]]:
    """kind → value → where: values, who acts, and the sides that exclude each other."""
    held: list[tuple[str, str, int]] = [
        (one.kind, one.value, one.start)
        for one in values(text)
        if one.kind not in ("address", "vote") and one.said != ("number", "1")
    ]
    held += [
        ("actor", name, start)
        for start, _, name in actors(text)
        if name not in _ANYONE and (name in OFFICES or not related(name))
    ]
    held += [
        (f"side {one.group}", str(one.side), one.start)
        for one in taken(text)
        if one.group in _OF_ONE_LINE
    ]
    words = [at for _, at in placed_stems(text)]
    breaks = [(m.start(), _WORTH.get(m.group(), 3.0)) for m in _BREAKS.finditer(text)]
    ruler = _ruler([*words, *(at for *_, at in held)], breaks)
    found: dict[str, dict[str, list[float]]] = {}
    for kind, value, at in held:
        found.setdefault(kind, {}).setdefault(value, []).append(ruler[at])
    return found


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
