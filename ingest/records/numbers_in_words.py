"""Small numbers as French writes them: « trente et un », « deux mille vingt-cinq »."""

from __future__ import annotations

import re

_UNITS = {
    "un": 1, "une": 1, "premier": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6,
    "sept": 7, "huit": 8, "neuf": 9, "dix": 10, "onze": 11, "douze": 12, "treize": 13,
    "quatorze": 14, "quinze": 15, "seize": 16, "vingt": 20, "vingts": 20, "trente": 30,
    "quarante": 40, "cinquante": 50, "soixante": 60,
}  # fmt: skip
_NOUGHT = ("/", "neant", "aucun", "aucune", "zero")


def number_in_words(phrase: str) -> int | None:
    """« deux mille vingt-cinq » → 2025, « quatre-vingt-dix » → 90; folded text, no figures."""
    total = part = 0
    for word in re.split(r"[\s-]+", phrase.strip()):
        if word == "et":
            continue
        if word in ("mil", "mille"):
            total, part = (part or 1) * 1000, 0
        elif word in ("cent", "cents"):
            part = (part or 1) * 100
        elif word in ("vingt", "vingts") and part % 100 == 4:
            part += 76  # quatre-vingt
        elif word in _UNITS:
            part += _UNITS[word]
        else:
            return None
    return total + part or None


def small_number(word: str) -> int:
    """« 12 », « trois » or « néant » (a count of votes, folded) → 12, 3, 0."""
    if word.isdigit():
        return int(word)
    return 0 if word in _NOUGHT else number_in_words(word) or 0
