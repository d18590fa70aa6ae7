"""How many of what: « combien d'adjoints ? » is answered by a number beside « adjoints »."""

from __future__ import annotations

import re
from collections.abc import Callable, Set

_HOW_MANY = re.compile(
    r"\b(?:combien (?:y a-t-il |compte-t-on |faut-il )?|quel (?:est le )?nombre )"
    r"(?:d['’]|de |des )(?P<what>[^\W\d]\w+)", re.I,
)  # fmt: skip
# counted in units of their own, told otherwise: « deux semaines » for days, « 7 pour » for voices
_MEASURES = frozenset(
    {"temps", "fois", "jours", "mois", "ans", "années", "heures", "voix", "votes"}
)
_WORD = re.compile(r"[\w'’.,]+")
_NUMBER = re.compile(
    r"\d[\d.,]*\w{0,2}|(?:une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize"
    r"|quatorze|quinze|seize|vingt|trente|quarante|cinquante|soixante|cent|mille)[.,]?", re.I,
)  # fmt: skip
_BEFORE, _BEHIND = 3, 4  # words between a number and what it counts


def counted(question: str) -> str:
    """What a question wants the number of; empty where it asks for no such thing."""
    found = _HOW_MANY.search(question)
    return found["what"] if found and found["what"].lower() not in _MEASURES else ""


def counts(text: str, what: Set[str], terms: Callable[[str], list[str]]) -> bool:
    """Whether a number stands beside a word of `what` (terms of the lexical index)."""
    words = _WORD.findall(text)
    numbers = [at for at, word in enumerate(words) if _NUMBER.fullmatch(word)]
    around = {
        near
        for at in numbers
        for near in range(at - _BEHIND, at + _BEFORE + 1)
        if 0 <= near < len(words)
    }
    return any(not what.isdisjoint(terms(words[at])) for at in sorted(around))
