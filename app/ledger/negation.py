"""What a text denies: « ne permettent pas », « sans condition », « aucun crédit »."""

from __future__ import annotations

import re
from functools import lru_cache

from app.ledger.opposites import taken
from app.ledger.words import root_of
from ingest.records.fold import fold

_DENIES = re.compile(
    r"(?:\bn'|\bne )(?=[^.,;:()]{0,60}?"
    r"\b(?:pas|jamais|plus(?! (?:de |d')?\d)|aucune?|ni|rien|point)\b)"
    r"|\b(?:sans|aucune?|non|faute d|defaut d|absence d)[ '-]|\b(?:mais|et|ou) pas\b"
)
_LITTLE = frozenset(
    re.findall(
        r"\w+",
        "est sont ete etre avoir ont eut fut peut peuvent pourra doit doivent sera seront soit"
        " soient avait avaient etait etaient ait aient pas plus jamais les des une uns aux que qui"
        " aucun aucune non leur leurs ses son sa cette ces pour par",
    )
)
_WORD = re.compile(r"(?P<itself>\b(?:se |s'))?(?P<word>[a-z]{3,})")


def _root(match: re.Match[str]) -> str:
    """« s'arrêter » is not « l'arrêt » of a bus."""
    return ("se " if match["itself"] else "") + root_of(match["word"])


@lru_cache(maxsize=8192)
def _stated_and_denied(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The words that a plain text states, and those that it denies: the next behind each denial."""
    folded = fold(text)
    denied: dict[int, str] = {}
    for match in _DENIES.finditer(folded):
        for word in _WORD.finditer(folded, match.end()):
            if word["word"] not in _LITTLE:
                denied[word.start()] = _root(word)
                break
    stated = frozenset(
        _root(word)
        for word in _WORD.finditer(folded)
        if word.start() not in denied and word["word"] not in _LITTLE
    )
    return stated, frozenset(denied.values())


def denies_otherwise(sentence: str, window: str) -> bool:
    """Whether a sentence denies what its source states, or states what its source denies."""
    own = _stated_and_denied(sentence)[1] - _said_otherwise(sentence, window)
    there, its = _stated_and_denied(window)
    if own and not own & its and (own & there or not its):
        return True
    return states_what_is_denied(sentence, window)


def _said_otherwise(sentence: str, window: str) -> frozenset[str]:
    """What a sentence denies where its source says the opposite: « ne paient pas », exonérés."""
    sides = [side for side in taken(sentence) if side.group in _DENIABLE]
    if not sides:
        return frozenset()
    there = {(side.group, side.side) for side in taken(window)}
    return frozenset(
        root_of(match["word"])
        for side in sides
        if (side.group, side.side) in there
        for match in _WORD.finditer(fold(sentence), side.start, side.end)
    )


_DENIABLE = ("prix", "décision", "hausse", "ouverture")


def states_what_is_denied(sentence: str, source: str) -> bool:
    """Whether a sentence states what its source denies and states nowhere, or the other way."""
    said, own = _stated_and_denied(sentence)
    own -= _said_otherwise(sentence, source)
    there, its = _stated_and_denied(source)
    if bool((its & said) - there - own) and not own & its:
        return True
    if (own & there) - its:
        return True
    stated, denied = _pairs(sentence)
    its_stated, its_denied = _pairs(source)
    return bool((stated & its_denied) - its_stated or (denied & its_stated) - its_denied)


_SUBJECT = re.compile(
    r"\b(?P<who>[a-z]{4,}) (?P<not>ne |n')?(?:se |s'|y |en |lui |leur )?"
    r"(?:(?:est|sont|sera|seront|a|ont|ete|peut|peuvent|doit|doivent) (?:pas |plus |jamais )?)?"
    r"(?P<verb>[a-z]{4,})(?P<pas> pas\b| plus\b| jamais\b| aucun)?"
)


@lru_cache(maxsize=4096)
def _pairs(text: str) -> tuple[frozenset[tuple[str, str]], frozenset[tuple[str, str]]]:
    """(word, verb behind it) that a plain text states, and those that it denies."""
    stated: set[tuple[str, str]] = set()
    denied: set[tuple[str, str]] = set()
    folded = fold(text)
    at = 0
    while match := _SUBJECT.search(folded, at):
        pair = root_of(match["who"]), root_of(match["verb"])
        (denied if match["not"] else stated).add(pair)
        at = match.end("who")
    return frozenset(stated), frozenset(denied)
