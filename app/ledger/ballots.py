"""Ballots: who voted how, and which of the votes of a passage a sentence tells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from app.ledger.values import values
from app.ledger.words import bearers, placed_stems, stems
from ingest.records.fold import fold

_SIDES = {
    "pour": re.compile(r"\bpour ?[:(]|\bvoix pour\b|\bvot\w+ pour\b"),
    "contre": re.compile(
        r"\b(?:vot\w+|voix|\d+|est|sont|etaient) contre\b|\bcontre ?[:(]"
        r"|\bs'oppos\w+|\bs'est oppose\w*|\bs'y est oppose\w*"
    ),
    "abst": re.compile(r"\babs(?:t|en)\w*"),
    "non": re.compile(
        r"\bne (?:prend|prennent|participe|participent|vote|votent)\b[^.;]{0,12}\bpas\b"
        r"|\bn'(?:a|ont) pas (?:pris part|vote|participe)"
    ),
}
_ANY = re.compile("|".join(side.pattern for side in _SIDES.values()))


def votes_otherwise(sentence: str, source: str) -> bool:
    """Whether a sentence has someone vote another way, or tells the vote on another matter."""
    return _voter_elsewhere(sentence, source) or _vote_elsewhere(sentence, source)


@lru_cache(maxsize=2048)
def _voters(text: str) -> frozenset[tuple[str, str]]:
    """(name, side) of those whose vote a text tells: beside the side's word, before another."""
    folded = fold(text)
    marks = [
        (match.start(), match.end(), side)
        for side, pattern in _SIDES.items()
        for match in pattern.finditer(folded)
    ]
    found = set()
    for name, at in bearers(text):
        for start, end, side in marks:
            between = folded[min(at, end) : max(at, start)]
            if len(between) > 110 or re.search(
                r"(?<!\bm)(?<!\bmm)(?<!\bmr)\.\s|\bvote\b|\n(?=.*\n)", between
            ):
                continue
            crossed = folded[end:at] if at > end else folded[at:start]
            if _ANY.search(crossed) or (at < start and re.search(r"\d|\bvoix\b", crossed)):
                continue
            if at > end and re.match(r"[^(]*\([^)]*\)", crossed):
                continue
            found.add((name, side))
    return frozenset(found)


def _voter_elsewhere(sentence: str, source: str) -> bool:
    own = _voters(sentence)
    if not own:
        return False
    its = _voters(source)
    known = {name for name, _ in its}
    sides = {side for _, side in its}
    return any(
        (name, side) not in its and (name in known or side in sides or side != "pour")
        for name, side in own
    )


_UNANIMOUS = re.compile(r"\bunanim\w*")


@lru_cache(maxsize=2048)
def _ballots(text: str) -> tuple[tuple[int, frozenset[tuple[str, str]], bool], ...]:
    """(end, counts, unanimous) of each vote that a text tells; counts side by side are one."""
    marks: list[tuple[int, int, tuple[str, str] | None]] = [
        (value.start, value.end, value.said) for value in values(text) if value.kind == "vote"
    ]
    marks += [(m.start(), m.end(), None) for m in _UNANIMOUS.finditer(fold(text))]
    found: list[tuple[int, set[tuple[str, str]], bool]] = []
    for start, end, said in sorted(marks, key=lambda mark: mark[:2]):
        side = said[1].split()[0] if said else ""
        if (
            said is None
            or not found
            or found[-1][2]
            or any(other.split()[0] == side for _, other in found[-1][1])
            or _parted(text[found[-1][0] : start])
        ):
            found.append((end, set(), said is None))
        if said:
            found[-1][1].add(said)
            found[-1] = (end, found[-1][1], False)
    return tuple((end, frozenset(counts), unanimous) for end, counts, unanimous in found)


def _parted(between: str) -> bool:
    """Whether so much stands between two counts that they are of two votes."""
    return len(placed_stems(re.sub(r"\([^)]*\)", " ", between))) > 4


def _vote_elsewhere(sentence: str, source: str) -> bool:
    told = _ballots(sentence)
    ballots = _ballots(source)
    if len(told) != 1 or not ballots:
        return False
    _, counts, unanimous = told[0]
    fits = [_fits(counts, unanimous, ballot) for ballot in ballots]
    if not any(fits):
        return True
    against = any(
        kind.startswith("cont") and kind != "cont 0" for _, c, _ in ballots for _, kind in c
    )
    if unanimous and against and len(ballots) < 3:
        return True
    sought = stems(sentence)
    shared = [len(sought & stems(part)) for part in _parts(source, ballots)]
    best = max(shared)
    return not any(fit and count == best for fit, count in zip(fits, shared, strict=True))


def _fits(
    counts: frozenset[tuple[str, str]],
    unanimous: bool,
    ballot: tuple[int, frozenset[tuple[str, str]], bool],
) -> bool:
    return ballot[2] if unanimous else counts <= ballot[1]


def _parts(
    source: str, ballots: Sequence[tuple[int, frozenset[tuple[str, str]], bool]]
) -> list[str]:
    """What stands before each vote, up to the vote before."""
    ends = [0, *(end for end, *_ in ballots)]
    return [source[start:end] for start, end in pairwise(ends)]
