"""Who does what: the subject of a sentence, who a thing is done by, and what replaces what."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.ledger.words import WHO, bearers, stem_of, stems
from ingest.records.fold import fold

_WHO = rf"{WHO}|commune|ville"
_SUBJECT = re.compile(
    rf"^\W*(?:le |la |l'|les |m\. |mme |monsieur |madame |m |mm\. ){{0,2}}(?P<who>{_WHO})\b"
)
_BY = re.compile(
    r"\b(?P<verb>[a-z]{4,})s? par (?:le |la |l'|les |un |une |monsieur |madame )?(?:1er )?"
    rf"(?P<who>{_WHO})\b"
)


def by_others(sentence: str, lines: Sequence[str]) -> bool:
    """Whether the source has another one do what the sentence says.

    Args:
        sentence: plain text.
        lines: of the source, plain.
    """
    done = {(stem_of(m["verb"]), m["who"]) for line in lines for m in _BY.finditer(fold(line))}
    for match in _BY.finditer(fold(sentence)):
        verb, who = stem_of(match["verb"]), match["who"]
        if any(verb == other for other, _ in done) and (verb, who) not in done:
            return True
    own = _subject(sentence)
    if own is None:
        return False
    said = stems(sentence)
    nearest = max(lines, key=lambda line: len(said & stems(line)), default="")
    its = _subject(nearest)
    return its is not None and its != own and own not in re.findall(r"\w+", fold(nearest))


def _subject(text: str) -> str | None:
    """« Madame le maire … » → « maire », « M. Leblanc … » → « leblanc »; None for another word."""
    match = _SUBJECT.match(fold(text))
    if match:
        return match["who"]
    if not re.match(r"\W*(?:M\.|Mme|Mr|Monsieur|Madame)\s", text):
        return None
    named = bearers(text)
    return named[0][0] if named and named[0][1] < 30 else None


_REPLACES = re.compile(r"\b(?:remplac|substitu|succed|au lieu|la place)")


def swapped(sentence: str, window: str) -> bool:
    """Whether two names change places around a word that tells them apart: « A remplace B »."""
    own, its = _replaced(sentence), _replaced(window)
    return any((after, before) in its for before, after in own if (before, after) not in its)


def _replaced(text: str) -> set[tuple[str, str]]:
    """(name before, name behind) each word of replacement; all names of the clause behind it."""
    named = bearers(text)
    found: set[tuple[str, str]] = set()
    for match in _REPLACES.finditer(fold(text)):
        before = [name for name, at in named if at < match.start()][-2:]
        behind = [name for name, at in named if at > match.start()][:3]
        found |= {(one, other) for one in before for other in behind}
    return found
