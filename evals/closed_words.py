"""Words that tell whether a closed fonds is looked at: in it alone, and in no fonds at all."""

from __future__ import annotations

import random
import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ingest.catalogue import Catalogue

COMMON = 50  # passages
_WORD = re.compile(r"[a-zà-öø-ÿœ]{6,14}")


def texts_of(catalogue: Catalogue, fonds: Iterable[str]) -> Iterator[str]:
    """The text of each live passage of these fonds."""
    for name in fonds:
        for source in catalogue.sources("live", name):
            yield from (row.text for row in catalogue.passages_of_source(source.id))


def words_of_the_closed(
    closed: Iterable[str],
    opened: Iterable[str],
    terms: Callable[[str], Sequence[str]],
    n: int,
    common_in: int = COMMON,
) -> tuple[list[str], list[str]]:
    """Words of closed passages whose term no open one holds: common ones, and those of one passage.

    At most `n` of each, the same at each call. Common: held by `common_in` passages or more.
    """
    held: Counter[str] = Counter()
    for text in closed:
        held.update(set(_WORD.findall(text.lower())))
    known = {term for text in opened for term in terms(text)}
    common: list[str] = []
    once: list[str] = []
    for word, count in sorted(held.items()):
        if (count >= common_in or count == 1) and not known.intersection(terms(word)):
            (once if count == 1 else common).append(word)
    draw = random.Random(7)  # noqa: S311 - the same at each call
    return tuple(draw.sample(some, min(n, len(some))) for some in (common, once))  # type: ignore[return-value]


def invented(words: Sequence[str], nowhere: Callable[[str], bool]) -> list[str]:
    """For each word another of the same letters, that no passage of any fonds holds."""
    draw = random.Random(7)  # noqa: S311 - the same at each call
    found = []
    for word in words:
        while not nowhere(other := "".join(draw.sample(word, len(word)))):
            pass
        found.append(other)
    return found
