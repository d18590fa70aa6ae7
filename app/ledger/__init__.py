"""The ledger: each sentence against its sources, in code, whoever wrote it.

"verbatim": the words stand in the cited passage. "supported": a few lines of the source that
follow each other state every value and name of the sentence, beside the same words, deny what it
denies, take its side wherever words exclude each other, and hold most of its words. "unverified":
everything else; it is never shown as fact.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from app.ledger.agents import done_by_others, opened_by_another, unnamed
from app.ledger.attachment import crossed, misplaced
from app.ledger.ballots import votes_otherwise
from app.ledger.bindings import bound_otherwise
from app.ledger.families import families_of, related
from app.ledger.negation import denies_otherwise, states_what_is_denied
from app.ledger.opposites import contradicts, only_proposed, taken
from app.ledger.roles import by_others, swapped
from app.ledger.rows import off_its_row
from app.ledger.values import missing, plain, values
from app.ledger.verbatim import occurrences, squeeze
from app.ledger.words import names, opposed, placed_stems, placed_words, spelled_out, stem_of, stems
from app.pieces import pieces
from ingest.records.fold import fold

__all__ = ["squeeze", "verdict"]

LEAST_SHARED = 0.5  # of a paraphrase's words that carry meaning
SLACK = 1  # words by which the lines that prove may say less than those that say most
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
    proved = all(
        any(
            _supported(part, lines, plain(around)) and not off_its_row(part, source)
            for source, lines in zip(sources, read, strict=True)
        )
        for part in parts
    )
    return "supported" if proved else "unverified"


def _supported(sentence: str, lines: Sequence[str], around: str) -> bool:
    whole = " \n ".join(lines)
    if _more_than(sentence, whole, around):
        return False
    if misplaced(sentence, whole) or by_others(sentence, lines):
        return False
    if unnamed(sentence, f"{whole} {around}") or opened_by_another(sentence, whole):
        return False
    if done_by_others(sentence, whole) or votes_otherwise(sentence, whole):
        return False
    if crossed(sentence, whole) or bound_otherwise(sentence, whole):
        return False
    if states_what_is_denied(sentence, whole) or swapped(sentence, whole):
        return False
    sought = stems(sentence)
    if not sought and not values(sentence):
        return False
    known, apart = stems(around), _apart(sentence)
    unsaid = {
        stem: related(word)
        for word, _ in placed_words(sentence)
        if (stem := stem_of(word)) not in known and stem not in apart
    }
    most = (1 - LEAST_SHARED) * len(sought)
    windows = [(_unsaid(unsaid, window), window) for window in _windows(lines)]
    most = min(most, SLACK + min(left for left, _ in windows))
    return any(left <= most and _says(sentence, window, whole, around) for left, window in windows)


def _unsaid(sought: Mapping[str, frozenset[int]], window: str) -> int:
    """How many of the words a window says neither itself nor by a word of the same family."""
    there = stems(window)
    left = [families for stem, families in sought.items() if stem not in there]
    if not left:
        return 0
    said = families_of(window)
    return sum(not families & said for families in left)


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
