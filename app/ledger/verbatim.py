"""Word for word: whether a sentence stands in its source, and where."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "«": '"', "»": '"', "“": '"', "”": '"'})
_NOTHING = re.compile(r"[\s\-‐-―_\"'*|\ufffe\x02]")  # spaces, hyphens, quotes: they prove nothing
SHORTEST = 8  # letters and figures: « oui » stands in « Louis »


@lru_cache(maxsize=4096)
def squeeze(text: str) -> str:
    """Letters and figures alone, one spelling: spaces, hyphens, quotes and case do not count."""
    return "".join(_kept(text)[0])


@lru_cache(maxsize=1024)
def _kept(text: str) -> tuple[list[str], list[int]]:
    """The characters that count, and where each stands in the text."""
    chars: list[str] = []
    places: list[int] = []
    for at, char in enumerate(text):
        same = unicodedata.normalize("NFKC", char).translate(QUOTES).lower()
        for one in same:
            if not _NOTHING.match(one):
                chars.append(one)
                places.append(at)
    return chars, places


def occurrences(sentence: str, source: str) -> Iterator[tuple[int, int]]:
    """(start, end) in the source of each place where the sentence stands in whole words.

    « 5 voix » does not stand in « 15 voix », nor « 200 € » in « 1 200 € » or « -200 € ».
    """
    own = squeeze(sentence).rstrip(".;:,")
    if len(own) < SHORTEST:
        return
    _, places = _kept(source)
    within = squeeze(source)
    at = within.find(own)
    while at >= 0:
        start, end = places[at], places[at + len(own) - 1] + 1
        if _whole(source, start, end) and _minuses(source[start:end]) == _minuses(sentence):
            yield start, end
        at = within.find(own, at + 1)


def _minuses(text: str) -> int:
    return len(re.findall(r"(?<!\S)[-\u2212](?=\d)", text))


# What figures must not run into: « 1 » of « 1 200 », a minus; nor on: « ,50 », « 000 ».
_RUNS_INTO = re.compile(r"\w\Z|\d[ \u00a0\u202f.,]\Z|(?:^|\s)[-\u2212]\Z")
_RUNS_ON = re.compile(r"^\w|^[.,]\d|^[ \u00a0\u202f]\d{3}(?!\d)")


def _whole(source: str, start: int, end: int) -> bool:
    before, after = source[max(0, start - 2) : start], source[end : end + 5]
    if source[start].isdigit() and _RUNS_INTO.search(before):
        return False
    if source[end - 1].isdigit() and _RUNS_ON.match(after):
        return False
    return not (before[-1:].isalnum() or after[:1].isalnum())
