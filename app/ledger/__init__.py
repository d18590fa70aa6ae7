"""The ledger: each sentence against its sources, in code, whoever wrote it.

"verbatim": the words stand in the cited passage. "supported": a few lines of the source that
follow each other state every value and name of the sentence, beside the same words, deny what it
denies, take its side wherever words exclude each other, and hold most of its words. "unverified":
everything else; it is never shown as fact.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.ledger.attachment import misplaced
from app.ledger.negation import denies_otherwise, states_what_is_denied
from app.ledger.opposites import contradicts, only_proposed, taken
from app.ledger.roles import by_others, swapped
from app.ledger.values import missing, plain, values
from app.ledger.verbatim import occurrences, squeeze
from app.ledger.words import names, opposed, placed_stems, spelled_out, stems
from app.pieces import pieces
from ingest.records.fold import fold

__all__ = ["squeeze", "verdict"]

LEAST_SHARED = 0.5  # of a paraphrase's words that carry meaning
WINDOW = 3  # lines of a source that may prove one sentence together …
WIDEST = 500  # … or more, as far as they have so many characters
_MARKERS = re.compile(r"\s*\[\d+\]")


def verdict(sentence: str, sources: Sequence[str], around: str = "") -> str:
    """The status of a sentence, given the texts of the passages that it cites.

    Args:
        sentence: with or without its markers.
        sources: the passages that it cites.
        around: what is known of the act itself: kind, number, date, body, object.
    """
    bare = _MARKERS.sub("", sentence).strip()
    if not bare or not sources:
        return "unverified"
    if any(next(occurrences(bare, source), None) for source in sources):
        return "verbatim"
    parts = [plain(part) for part in re.split(r"\s*;\s", bare)]
    read = [[plain(source[start:end]) for start, end in pieces(source)] for source in sources]
    if all(any(_supported(part, lines, plain(around)) for lines in read) for part in parts):
        return "supported"
    return "unverified"


def _supported(sentence: str, lines: Sequence[str], around: str) -> bool:
    whole = " \n ".join(lines)
    if _more_than(sentence, whole, around):
        return False
    if misplaced(sentence, whole) or by_others(sentence, lines):
        return False
    if states_what_is_denied(sentence, whole) or swapped(sentence, whole):
        return False
    sought = stems(sentence)
    if not sought and not values(sentence):
        return False
    unsaid = sought - stems(around) - _apart(sentence)
    most = (1 - LEAST_SHARED) * len(sought)
    return any(
        _says(sentence, window, whole, around) and len(unsaid - stems(window)) <= most
        for window in _windows(lines)
    )


def _windows(lines: Sequence[str]) -> Iterator[str]:
    """Lines that follow each other: one, a few, as many as WIDEST holds."""
    for first in range(len(lines)):
        window = ""
        for count, line in enumerate(lines[first:]):
            window = f"{window} ; {line}" if window else line
            if count >= WINDOW and len(window) > WIDEST:
                break
            yield window


def _says(sentence: str, window: str, whole: str, around: str) -> bool:
    if _more_than(sentence, window, around):
        return False
    if contradicts(sentence, window, whole) or only_proposed(sentence, window, whole):
        return False
    return not opposed(sentence, window) and not denies_otherwise(sentence, window)


def _apart(sentence: str) -> frozenset[str]:
    """The words of its values and of the sides it takes: they are checked by themselves."""
    apart = [(value.start, value.end) for value in values(sentence)]
    apart += [(side.start, side.end) for side in taken(sentence)]
    return frozenset(
        stem
        for stem, at in placed_stems(sentence)
        if any(start <= at < end for start, end in apart)
    )


def _more_than(sentence: str, text: str, around: str) -> bool:
    """Whether the sentence states a value or a name that the text does not."""
    loss = re.search(r"\b(?:pertes?|déficits?|négati\w+)\b", sentence) is not None
    if missing(values(sentence), values(text), values(around), loss=loss):
        return True
    there = set(re.findall(r"\w+", fold(f"{text} {around}")))
    return any(name not in there and not spelled_out(name, text) for name, _ in names(sentence))
