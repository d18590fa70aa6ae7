"""What a text denies: « ne permettent pas », « sans condition », « aucun crédit »."""

from __future__ import annotations

import re
from functools import lru_cache

from app.ledger.words import stem_of
from ingest.records.fold import fold

_DENIES = re.compile(
    r"(?:\bn'|\bne )(?=[^.,;:()]{0,60}?"
    r"\b(?:pas|jamais|plus(?! (?:de |d')?\d)|aucune?|ni|rien|point)\b)"
    r"|\b(?:sans|aucune?|non|faute d|defaut d|absence d)[ '-]"
)
_LITTLE = frozenset(
    re.findall(
        r"\w+",
        "est sont ete etre avoir ont eut fut peut peuvent pourra doit doivent sera seront soit"
        " soient avait avaient etait etaient ait aient pas plus jamais les des une uns aux que qui",
    )
)
_WORD = re.compile(r"[a-z]{3,}")


@lru_cache(maxsize=8192)
def _stated_and_denied(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The words that a plain text states, and those that it denies: the next behind each denial."""
    folded = fold(text)
    denied: dict[int, str] = {}
    for match in _DENIES.finditer(folded):
        for word in _WORD.finditer(folded, match.end()):
            if word.group() not in _LITTLE:
                denied[word.start()] = stem_of(word.group())
                break
    stated = frozenset(
        stem_of(word.group())
        for word in _WORD.finditer(folded)
        if word.start() not in denied and word.group() not in _LITTLE
    )
    return stated, frozenset(denied.values())


def denies_otherwise(sentence: str, window: str) -> bool:
    """Whether a sentence denies what its source states, or states what its source denies."""
    _, own = _stated_and_denied(sentence)
    there, its = _stated_and_denied(window)
    if own and not own & its and (own & there or not its):
        return True
    return states_what_is_denied(sentence, window)


def states_what_is_denied(sentence: str, source: str) -> bool:
    """Whether a sentence states what its source denies and states nowhere."""
    said, own = _stated_and_denied(sentence)
    there, its = _stated_and_denied(source)
    return bool((its & said) - there) and not own & its
