"""Pieces: where a text of records is cut into sentences, list items and rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

_END = re.compile(
    r"(?<!\bM)(?<!\bMM)(?<!\bart)(?<!\bArt)(?<!\bMme)(?<!\bMr)(?<!\bL)(?<!\bR)(?<!\bD)(?<!\bn)"
    r"(?<!\b[1lL]er)"
    r"(?<!\d)[.!?]\s+(?=[A-ZÉÈÀÂÎÔÇ«\-–•])|(?<=\d\.)\s+(?=[A-ZÉÈÀÂ][a-zé]+ )|;\s*\n"
)
_OPENS = re.compile(
    r"^\s*(?:[-–—•●▪*\uf000-\uf0ff]\s|\d{1,2}\s*[.)/°-]|[a-z]\)|[IVX]+\s*[.)-]|article\b|art\.|vu\b"
    r"|considérant|vote\b|pour\s*:|contre\s*:|abst|objet|décide|approuve|autorise|le conseil"
    r"|après)",
    re.I,
)
_SUM = re.compile(r"\d\s?[€%]\s*$")  # the end of a row, however long it is
_WITH_TAX = re.compile(r"\s*(?:H\.?\s?T|T\.?\s?T\.?\s?C)\b")
_LONGEST = 600


def pieces(text: str, cuts: frozenset[int] = frozenset()) -> Iterator[tuple[int, int]]:
    """(start, end) of each piece: wrapped lines joined, sentences parted, across no cut."""
    start = 0
    for end in _block_ends(text, cuts):
        at = start
        for stop in _END.finditer(text, start, end):
            yield at, stop.start() + 1
            at = stop.end()
        if at < end:
            yield at, end
        start = end + 1


def _block_ends(text: str, cuts: frozenset[int]) -> Iterator[int]:
    """Where a line ends that the next one does not carry on."""
    lines = text.split("\n")
    at = 0
    begun = 0
    for index, line in enumerate(lines):
        end = at + len(line)
        after = lines[index + 1] if index + 1 < len(lines) else None
        stops = after is None or end in cuts or not _goes_on(line, after)
        if stops or end - begun > _LONGEST:
            yield end
            begun = end + 1
        at = end + 1


def _goes_on(line: str, after: str) -> bool:
    if not line.strip() or not after.strip() or _OPENS.match(after):
        return False
    if line.rstrip().endswith((".", ":", ";", "!", "?")):
        return False
    first = after.lstrip()[:1]
    wrapped = len(line) > 60 and not (_SUM.search(line) and not _WITH_TAX.match(after))
    return first.islower() or first in ":;,)" or wrapped
