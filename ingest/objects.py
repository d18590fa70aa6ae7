"""The objects of acts as digests: a text that holds one is known by it, and they quote nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple

from ingest.records.fold import fold

LEAST = 2  # words: a shorter object stands in any question
_LONG = 20  # characters: so long are two words that say something of their own
_WORD = re.compile(r"\w+")
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "Oe", "æ": "ae", "Æ": "Ae"})


class Object(NamedTuple):
    """An object, by its folded words."""

    length: int  # words
    first: str  # digest of the first LEAST words: looked for before the rest
    whole: str


def objects_of(titles: Iterable[str]) -> set[Object]:
    """The objects that are long enough to be known by."""
    found = [words for title in titles if _tells(words := _words(title))]
    return {Object(len(words), _digest(words[:LEAST]), _digest(words)) for words in found}


def _tells(words: Sequence[str]) -> bool:
    return len(words) > LEAST or (len(words) == LEAST and len(" ".join(words)) >= _LONG)


class Sought:
    """Objects that are looked for in texts."""

    def __init__(self, objects: Iterable[Object]) -> None:
        self._by_first: dict[str, list[Object]] = {}
        for one in objects:
            self._by_first.setdefault(one.first, []).append(one)

    def held_by(self, text: str) -> set[Object]:
        """Those whose words all stand in a text, one after the other."""
        words = _words(text) if self._by_first else []
        return {
            one
            for at in range(len(words) - LEAST + 1)
            for one in self._by_first.get(_digest(words[at : at + LEAST]), ())
            if _digest(words[at : at + one.length]) == one.whole
        }


def _words(text: str) -> list[str]:
    composed = unicodedata.normalize("NFKC", text).translate(_LIGATURES)
    return _WORD.findall(fold(composed))


def _digest(words: Sequence[str]) -> str:
    return blake2b(" ".join(words).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
