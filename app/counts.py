"""How many of what: « combien d'adjoints ? » is answered by a number beside « adjoints »."""

from __future__ import annotations

import re
from collections.abc import Callable, Set

from ingest.records.fold import fold

_HOW_MANY = re.compile(
    r"\b(?:combien (?:y a-t-il |compte-t-on |faut-il )?|quel (?:est le )?nombre )"
    r"(?:d['’]|de |des )(?P<what>[^\W\d]\w+)", re.I,
)  # fmt: skip
# counted in units of their own, told otherwise: « deux semaines » for days, « 7 pour » for voices
_MEASURES = frozenset(
    {"temps", "fois", "jours", "mois", "ans", "années", "heures", "voix", "votes"}
)
_WORD = re.compile(r"[\w'’.,]+")
# « 8° Région académique », « loi n° 2013-906 », « plus de 5 000 habitants »: ranks, names, bounds
_NO_COUNT = re.compile(
    r"\b\d+°|\b(?:n[°o]|articles?)\s?[\w.-]*\d[\w.-]*|\b[LRDA]\.? ?\d[\d-]*"
    r"|\b(?:communes?|villes?) (?:de|comptant|ayant) (?:(?:plus|moins) de |au moins )?"
    r"\d[\d \u00a0]*habitants(?: (?:et|ou) (?:plus|moins))?"
    r"|\d[\d \u00a0]*habitants (?:et|ou) (?:plus|moins)",
    re.I,
)  # fmt: skip
_NUMBER = re.compile(
    r"\d[\d.,]*\w{0,2}|(?:une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize"
    r"|quatorze|quinze|seize|vingt|trente|quarante|cinquante|soixante|cent|mille)[.,]?", re.I,
)  # fmt: skip
_ENDING = 2  # letters: « animal », « animaux »; « conseillers », « conseillères »
_BEFORE, _BEHIND = 3, 4  # words between a number and what it counts


def counted(question: str) -> str:
    """What a question wants the number of; empty where it asks for no such thing."""
    found = _HOW_MANY.search(question)
    return found["what"] if found and found["what"].lower() not in _MEASURES else ""


def counts(
    text: str, what: Set[str], terms: Callable[[str], list[str]], asked: str = ""
) -> bool:  # fmt: skip
    """Whether a number stands beside a word of `what` (terms of the lexical index).

    `asked`: the word as it was asked, since « habitants » and « habitation » are one term.
    """
    words = _WORD.findall(_NO_COUNT.sub(" ; ", text))
    numbers = [at for at, word in enumerate(words) if _NUMBER.fullmatch(word)]
    around = {
        near
        for at in numbers
        for near in range(at - _BEHIND, at + _BEFORE + 1)
        if 0 <= near < len(words)
    }
    others = what - set(terms(asked))  # what it is also called
    return any(
        not others.isdisjoint(found)
        or (not what.isdisjoint(found) and (not asked or _inflects(words[at], asked)))
        for at in sorted(around)
        for found in [terms(words[at])]
    )


def _inflects(word: str, asked: str) -> bool:
    """Whether two words of one stem are forms of one word: only their last two letters differ."""
    one, other = (fold(re.split("['’]", some)[-1]).strip(".,") for some in (word, asked))
    stem = min(len(one), len(other)) - _ENDING
    return one[:stem] == other[:stem]
