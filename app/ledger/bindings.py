"""What a text binds closely together: « moins de 10 », « phase 2 », « le parc de l'Ouest ».

Each check holds a pair of the sentence against the pairs that its source makes with one of the
two: where the source binds it to others, and never to this one, the sentence changes a partner.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import TypeVar

from app.ledger.families import related
from app.ledger.values import Value, values
from app.ledger.words import stem_of
from ingest.records.fold import fold

Pair = tuple[str, str]
T = TypeVar("T")


def bound_otherwise(sentence: str, source: str) -> bool:
    """Whether a sentence binds a word or a value to another than its source does.

    Args:
        sentence: plain text.
        source: plain text.
    """
    return (
        _compared_otherwise(sentence, source)
        or _otherwise(_labels(sentence), _labels(source))
        or _otherwise(_counts(sentence), _counts(source))
        or _complements_otherwise(sentence, source)
    )


def _bound(pairs: Iterable[tuple[T, str]]) -> dict[T, set[str]]:
    """All that each first is bound to."""
    found: dict[T, set[str]] = {}
    for first, other in pairs:
        found.setdefault(first, set()).add(other)
    return found


def _otherwise(own: frozenset[Pair], its: frozenset[Pair]) -> bool:
    """Whether one of the pairs has another partner wherever its first stands in the others."""
    bound = _bound(its)
    return any(word in bound and other not in bound[word] for word, other in own)


# --- comparisons

_LOWER = re.compile(
    r"(?:plus d[e']|au moins|a partir d[e']|minimum(?: d[e'])?|superieure?s? a|au-dessus d[e']"
    r"|au-dela d[e']|des|depasse\w*|\+ de) ?(?:les |la |l'|le )?$"
)
_UPPER = re.compile(
    r"(?:moins d[e']|au plus|jusqu'a|maximum(?: d[e'])?|maximale d[e']|inferieure?s? a"
    r"|en dessous d[e']|au-dessous d[e']|- de|limite d[e']|inferieures? ou egales? a"
    r"|exced\w+(?: (?:une |la )?(?:duree|periode|surface|somme|valeur)(?: \w+)? d[e'])?) ?"
    r"(?:les |la |l'|le )?$"
)
_UPPER_BEHIND = re.compile(r"^[\w ]{0,12}(?:au plus|au maximum|maximum|et moins)\b")
_LOWER_BEHIND = re.compile(
    r"^[\w ]{0,12}(?:au moins\b|au minimum\b|minimum\b|et plus\b|et au-dela\b|et \+|\+)"
)
_DENIED = re.compile(r"(?:\bne |\bn'|\bsans )[\w' ]{0,25}$")


def _compared_otherwise(sentence: str, source: str) -> bool:
    """« moins de 10 » where the source says « à partir de 10 »."""
    sides = _bound(_comparisons(source))
    return any(said in sides and sides[said] - {""} and side not in sides[said]
               for said, side in _comparisons(sentence) if side)  # fmt: skip


@lru_cache(maxsize=4096)
def _comparisons(text: str) -> frozenset[tuple[tuple[str, str], str]]:
    folded = fold(text)
    return frozenset((_figure(value), _side(folded, value)) for value in values(text))


def _figure(value: Value) -> tuple[str, str]:
    return ("", value.value.split(" ")[0]) if value.kind in _COUNTS else value.said


_COUNTS = ("number", "amount", "percent", "measure", "duration")


def _side(folded: str, value: Value) -> str:
    before, after = folded[max(0, value.start - 40) : value.start], folded[value.end :][:30]
    for side, opens, closes in (("low", _LOWER, _LOWER_BEHIND), ("up", _UPPER, _UPPER_BEHIND)):
        match = opens.search(before)
        if match:
            denied = _DENIED.search(before[: match.start()]) is not None
            return {"low": "up", "up": "low"}[side] if denied else side
        if closes.search(after):
            return side
    return ""


# --- labels: a noun and its number


@lru_cache(maxsize=4096)
def _labels(text: str) -> frozenset[Pair]:
    """(word, number or year right behind it): « phase 2 », « annexes 1 et 3 », « budget 2024 »."""
    folded = fold(text)
    found = set()
    last: tuple[str, int] | None = None
    for value in values(text):
        if value.kind not in ("number", "year", "act"):
            last = None
            continue
        before = folded[max(0, value.start - 30) : value.start]
        match = re.search(r"\b([a-z]{4,}) $", before)
        if last and re.fullmatch(r",? ?(?:et|ou|a)? ?", folded[last[1] : value.start]):
            found.add((last[0], value.value))
            last = last[0], value.end
        elif match and match[1] not in _NOT_LABELLED:
            word = stem_of(match[1])
            found.add((word, value.value))
            last = word, value.end
        else:
            last = None
    return frozenset(found)


@lru_cache(maxsize=4096)
def _counts(text: str) -> frozenset[Pair]:
    """(word, number right before it): « quatre projets » is not « les trois projets »."""
    folded = fold(text)
    found = set()
    for value in values(text):
        match = re.match(r" ([a-z]{4,})\b", folded[value.end :])
        if value.kind == "number" and value.value != "1" and match:
            found.add((stem_of(match[1]), value.value))
    return frozenset(found)


_NOT_LABELLED = frozenset(
    re.findall(
        r"\w+",
        "pour avec sans sous dans entre apres avant depuis chez vers contre environ"
        " quelque encore plus moins jusqu par pres outre soit dont compte montant somme"
        " total reste restent sont etait janvier fevrier mars avril juin juillet aout"
        " septembre octobre novembre decembre article articles elle elles leur leurs"
        " cette annee exercice",
    )
)


# --- complements: « X de Y »

_OF = re.compile(
    r"\b(?P<of>[a-z]{4,})(?: (?P<adjective>[a-z]{5,}))? (?:du|des|de la|de l'|de|d')(?: |(?<='))?"
    r"(?P<what>[a-z]{4,})"
)
_EMPTY = frozenset(
    re.findall(
        r"\w+",
        "cette leur leurs deux trois quatre cinq tous toutes chaque plus moins dont"
        " nombre montant somme total ensemble partie cadre titre cours fois suite sein"
        " fait lieu jour mois annee part deca faveur cause raison objet type sorte"
        " majorite plupart moitie tiers quart taux",
    )
)


def _complements_otherwise(sentence: str, source: str) -> bool:
    """« le parc de la Pompignane » where the source has a « parc municipal des Pastourelles »."""
    bound = _bound(_complements(source))
    there = {fold(word) for word in _CAPITAL.findall(source)}
    return any(
        of in bound
        and what in there  # a name that is taken from elsewhere in the source
        and not any(_alike(what, other) for other in bound[of])
        and not _near(of, what, source)
        for of, what in _complements(sentence)
    )


_CAPITAL = re.compile(r"\b[A-ZÉÈÊÀÂÎÔÇ][\wÀ-ÿ]{3,}")


def _alike(one: str, other: str) -> bool:
    return stem_of(one) == stem_of(other) or bool(related(one) & related(other))


@lru_cache(maxsize=4096)
def _complements(text: str) -> frozenset[Pair]:
    found = set()
    folded = fold(text)
    at = 0
    while match := _OF.search(folded, at):
        if match["of"] not in _EMPTY and match["what"] not in _EMPTY:
            found.add((stem_of(match["of"]), match["what"]))
        at = match.start("what")
    return frozenset(found)


def _near(of: str, what: str, source: str, reach: int = 10) -> bool:
    """Whether the two stand within a few words of each other anyway."""
    words = re.findall(r"[a-z]{3,}", fold(source))
    stem = stem_of(what)
    places = [i for i, word in enumerate(words) if stem_of(word) == of]
    return any(stem_of(word) == stem for i in places for word in words[max(0, i - 2) : i + reach])
