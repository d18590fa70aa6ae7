"""Words that say one thing in an act, from a list that was read over by hand (familles.txt)."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache, lru_cache
from importlib import resources

from ingest.records.fold import fold


@cache
def _listed() -> dict[str, frozenset[int]]:
    """Word, or beginning of words with its « * » → its families."""
    text = resources.files("app.ledger").joinpath("familles.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found: dict[str, set[int]] = defaultdict(set)
    for number, line in enumerate(lines):
        for word in line.split(","):
            found[word.strip()].add(number)
    return {word: frozenset(numbers) for word, numbers in found.items()}


@lru_cache(maxsize=65536)
def related(word: str) -> frozenset[int]:
    """The families of a folded word."""
    listed = _listed()
    whole = listed.get(word, frozenset())
    begun = (listed.get(f"{word[:end]}*", frozenset()) for end in range(2, len(word) + 1))
    return whole.union(*begun)


@lru_cache(maxsize=8192)
def families_of(text: str) -> frozenset[int]:
    """The families of all words of a plain text."""
    return frozenset().union(*(related(word) for word in set(re.findall(r"[a-z]{2,}", fold(text)))))
