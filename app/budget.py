"""Budget: what a model can be shown at once, in tokens counted too high rather than too low."""

from __future__ import annotations

import re
from collections.abc import Sequence

_LETTERS = re.compile(r"[^\W\d_]+")
_SPACES = re.compile(r"\s+")
_PER_TOKEN = 2.5  # letters of a French word; docs/log.md has what tokenizers make of it
AROUND = 40  # tokens that a server's chat template adds


def tokens(text: str) -> int:
    """At most so many: a digit or a sign is one, a word one for each 2.5 letters begun."""
    words = _LETTERS.findall(text)
    letters = sum(map(len, words))
    others = len(_SPACES.sub("", text)) - letters
    lines = text.count("\n")
    return others + lines + sum(-int(-len(word) // _PER_TOKEN) for word in words)


def fitting(room: int, extracts: Sequence[str]) -> int:
    """How many extracts fit whole in so many tokens, best first."""
    for count, extract in enumerate(extracts):
        room -= tokens(extract)
        if room < 0:
            return count
    return len(extracts)
