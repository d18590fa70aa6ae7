"""The lines of a file in reading order, each knowing its place; running heads are marked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.pages import Page
from ingest.records.fold import fold

_PAGE_NUMBER = re.compile(r"^\W*(?:page\W*)?\d{1,3}(?:\W*(?:/|sur|-)\W*\d{1,3})?\W*$")
_STAMP = re.compile(
    r"^\W*(?:envoye|recu|accuse de reception|publie) .{0,40}(?:prefecture|ministere)|^\W*id ?: ?\d"
)
_MARGIN = re.compile(  # what a town's paper repeats beside the text
    r"^\W*(?:republique francaise|departement d|nombre de membres|en exercice|qui ont pris part"
    r"|deliberation ?:|dont \d+ procurations?|date de la convocation|objet ?:\W*$)"
)
_EDGE = 3  # lines at the top and bottom of a page that may be a running head


@dataclass(frozen=True, slots=True)
class Line:
    """One line with some text. Blank lines are not kept, but the next line knows of them."""

    page: int  # index into the file's pages, 0-based
    start: int  # 0-based, into Page.text
    text: str  # as written, without the spaces around it
    folded: str  # the same, folded (same length)
    running: bool  # page number, running head or stamp: no part of the act
    first: bool  # first line of its page, running heads left out
    gap: bool  # a blank line stands in front


def read_lines(pages: Sequence[Page]) -> list[Line]:
    """All lines with text, in reading order."""
    raw = [_split(page.text) for page in pages]
    heads = _running_heads(raw)
    lines = []
    for index, page in enumerate(raw):
        first, edge = True, len(page) - _EDGE
        for row, (start, text, folded, gap) in enumerate(page):
            at_edge = row < _EDGE or row >= edge
            running = bool(
                _PAGE_NUMBER.match(folded)
                or _STAMP.match(folded)
                or ((at_edge or _MARGIN.match(folded)) and _shape(folded) in heads)
            )
            lines.append(Line(index, start, text, folded, running, first and not running, gap))
            first = first and running
    return lines


def _split(text: str) -> list[tuple[int, str, str, bool]]:
    found = []
    position, gap = 0, False
    for piece in text.split("\n"):
        stripped = piece.strip()
        if stripped:
            found.append((position, stripped, fold(stripped), gap))
        gap = not stripped
        position += len(piece) + 1
    return found


def _shape(folded: str) -> str:
    return re.sub(r"\d+", "0", folded)


def _running_heads(pages: Sequence[list[tuple[int, str, str, bool]]]) -> frozenset[str]:
    """Shapes of lines at the edge or margin of three pages or more, and of half of the pages."""
    counts: Counter[str] = Counter()
    for page in pages:
        edge = page[:_EDGE] + page[max(_EDGE, len(page) - _EDGE) :]
        edge += [line for line in page if _MARGIN.match(line[2])]
        counts.update({_shape(folded) for _, _, folded, _ in edge})
    enough = max(3, len(pages) // 2)
    return frozenset(shape for shape, count in counts.items() if count >= enough)
