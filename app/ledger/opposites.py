"""Words that exclude each other, from a list that was read over by hand (contraires.txt)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from ingest.records.fold import fold

# « n'approuve », « ne peut pas », « aucune », « sans »: what stands between it and what it denies.
_DENIED = re.compile(
    r"(?:\bn'|\bne )(?:[\w'-]+ ){0,3}$|\b(?:pas|aucune?|sans|jamais|plus) (?:de |d')?(?:[\w'-]+ )?$"
)
_ONLY = re.compile(
    r"^[\w'-]*(?: (?!pas\b|plus\b|jamais\b)[\w'-]+){0,5}? qu(?:e\b|')"
)  # « ne … que »


_NOTHING_BUT = re.compile(
    r"\b(?:ne |n')(?!(?:[\w']+ ){0,3}(?:pas|plus|jamais)\b)(?:[\w']+ ){1,4}qu(?:e\b|')"
)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the sides that exclude each other."""

    pattern: re.Pattern[str]  # over folded text
    strict: bool  # a sentence may take it only where its source does


@dataclass(frozen=True, slots=True)
class Taken:
    """A side that a text takes, and where."""

    group: str
    side: int
    start: int
    end: int


@cache
def groups() -> dict[str, tuple[Side, ...]]:
    """The reviewed list: name → sides."""
    text = resources.files("app.ledger").joinpath("contraires.txt").read_text("utf-8")
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    listed = (line.partition(" : ") for line in lines)
    return {name: tuple(map(_side, sides.split(" | "))) for name, _, sides in listed}


def _side(listed: str) -> Side:
    ways = (way.strip() for way in listed.strip("! ").split(","))
    return Side(re.compile("|".join(map(_pattern, ways))), listed.strip().startswith("!"))


def _pattern(way: str) -> str:
    """« vote* pour » → whole words, « * » for the rest of one, « # » for figures."""
    opens = r"(?<!\w)" if way[0].isalnum() else ""
    closes = r"(?!\w)" if way[-1].isalnum() else ""
    parts = (re.escape(part).replace(r"\#", r"\d") for part in way.split("*"))
    return opens + r"\w*".join(parts) + closes


@lru_cache(maxsize=8192)
def taken(text: str) -> tuple[Taken, ...]:
    """The sides that a plain text takes. A word that is denied counts for the other side."""
    folded = fold(text)
    only = [Taken("exclusivité", 0, *match.span()) for match in _NOTHING_BUT.finditer(folded)]
    return (
        *only,
        *_by_words(folded),
    )


def _by_words(folded: str) -> Iterator[Taken]:
    return (
        Taken(name, _flipped(number, sides, folded, match), match.start(), match.end())
        for name, sides in groups().items()
        for number, side in enumerate(sides)
        for match in side.pattern.finditer(folded)
    )


def _flipped(number: int, sides: tuple[Side, ...], folded: str, match: re.Match[str]) -> int:
    if number > 1 or len(sides) < 2:
        return number
    before, after = folded[max(0, match.start() - 40) : match.start()], folded[match.start() :]
    before = re.split(r"[.,;:()]", before)[-1]
    if not _DENIED.search(before) or _ONLY.match(after[:80]):
        return number
    return 1 - number


_BESIDE = ("obligation",)  # one paragraph obliges, the next one allows
_VOTED = ("décision", "unanimité")  # the vote stands below what it adopts


def contradicts(sentence: str, window: str, whole: str) -> bool:
    """Whether a sentence takes a side that its source does not take.

    Args:
        sentence: plain text.
        window: the lines that should prove it.
        whole: the passage that they stand in; a vote may stand below what it adopts.
    """
    near, far = _by_group(window), _by_group(whole)
    for name, said in _by_group(sentence).items():
        there = near.get(name, frozenset())
        if name in _VOTED or (not there and name not in _BESIDE):
            there |= far.get(name, frozenset())
        strict = any(groups()[name][side].strict for side in said)
        if not said <= there and (there or strict):
            return True
    return False


def _by_group(text: str) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for one in taken(text):
        found.setdefault(one.group, set()).add(one.side)
    return {name: frozenset(sides) for name, sides in found.items()}


# --- proposed, or adopted

_PROPOSED = re.compile(
    r"\bpropos(?:e|es|ee|ees|ent|ition|itions)\b|\bprojet d|\bpour projet\b|\benvisag|\bsouhait"
    r"|\bsollicit|\best demande\b|\bdemande\w* (?:aux?|a l['a])|\bd'accord pour\b|\bsuggere"
)
_ADOPTED = re.compile(
    r"\bdecid(?:e|es|ent|ee|ees)\b|\badopt(?:e|es|ee|ees|ent|ion)\b|\bapprouv(?:e|es|ee|ees|ent)\b"
    r"|\bvot(?:e|es|ee|ees|ent)\b|\bunanimite\b|\bautorise(?:e|s|nt)?\b|\bfix(?:e|ee|es|ees|ent)\b"
    r"|\baccepte(?:e|s|nt)?\b|\bvalide(?:e|s|nt)?\b|\bvoix pour\b"
)


_DONE = re.compile(
    r"\b(?:a|ont|ete|est|sont)(?: ete| egalement| ainsi)? (?:vote|adopte|approuve|renouvele"
    r"|consenti|fixe|porte|accorde|attribue|decide|valide|cree|autorise|instaure|institue|acquis|cede|retenu)"
    r"(?:e|s|es)?\b"
)


def only_proposed(sentence: str, window: str, whole: str) -> bool:
    """Whether a sentence states as done what its source proposes and never says was adopted."""
    if _PROPOSED.search(fold(sentence)) or _ADOPTED.search(fold(whole)):
        return False
    done = _DONE.search(fold(sentence)) is not None
    return _PROPOSED.search(fold(whole if done else window)) is not None
