"""Units: the pieces of a passage that can stand as a sentence, and what belongs together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from app.citations import Quote
from app.pieces import pieces
from ingest.rows import PassageRow
from vectorstore.retriever import Hit


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece of a passage that can stand as a sentence."""

    hit: Hit
    start: int  # into the passage's text
    end: int
    text: str  # on one line
    opening: str  # the line that opens the list it belongs to, or ""


def widened(hit: Hit, neighbours: Sequence[PassageRow]) -> Hit:
    """The hit with the passages before and after it in its record: a table may be cut in two.

    `neighbours` are all passages of the record, in order.
    """
    at = next((i for i, row in enumerate(neighbours) if row.id == hit.passage.id), None)
    if at is None:
        return hit
    near = neighbours[max(0, at - 1) : at + 2]
    whole = replace(
        hit.passage,
        text="\n".join(row.text for row in near),
        spans=tuple(span for row in near for span in row.spans),
        page_first=near[0].page_first,
        page_last=near[-1].page_last,
    )
    return replace(hit, passage=whole)


# « FOYER NAPOLÉON : », « MARCHÉ HEBDOMADAIRE : droit de place »: what the rows below are of
_SECTION = re.compile(r"^(?=.{4,80}$)(?=[^a-zà-ÿ]*[A-ZÀ-Þ]{4})[^a-zà-ÿ\d€]+(?::[^\d€]*)?$")
_FURNITURE = re.compile(
    r"^\W*(?:envoyé|reçu|affiché|publiée?) (?:en préfecture )?le\b|^\W*ID\s*:\s*\d"
    r"|\bpage\s*\d+\s*(?:/|sur)\s*\d+\s*$",
    re.I,
)


def units(hit: Hit) -> Iterator[Unit]:
    """Cut a passage into sentences, list items and rows, in order."""
    text = hit.passage.text
    opening = section = ""
    for start, end in pieces(text, seams(hit.passage)):
        line = " ".join(text[start:end].split())
        if not re.search(r"\w{2,}", line) or _FURNITURE.search(line):
            continue
        item = bool(_ITEM.match(line))
        if _SECTION.match(line):
            section = line
        rows = _is_row(line) or _is_head(line)
        yield Unit(hit, start, end, line, opening if item else section if rows else "")
        if line.endswith(":"):
            opening = line
        elif not item:
            opening = ""


def seams(passage: PassageRow) -> frozenset[int]:
    """Where a passage's text passes to another page, or over words left out: no unit crosses."""
    ends = accumulate(span.end - span.start + 1 for span in passage.spans)
    return frozenset(end - 1 for end in ends)  # of the "\n" that joins two spans


# --- what belongs together


def inside(unit: Unit, other: Unit) -> bool:
    """Whether two units overlap on their record, or one's words are all in the other's."""
    if unit.hit.record.id == other.hit.record.id:
        own, its = quote_of(unit), quote_of(other)
        if own.page == its.page and own.start < its.end and its.start < own.end:
            return True
    return re.sub(r"\W", "", unit.text.lower()) in re.sub(r"\W", "", other.text.lower())


_ITEM = re.compile(
    r"^(?:[-–—•●▪*\uf000-\uf0ff]|\d{1,2}\s*[.)°]|[a-z]\)|(?:Article|ARTICLE|Art\.)\s+(?:\d|premier|unique)"
    r")"
)
VOTE_LINE = re.compile(
    r"^\W*(?:\d+\s*(?:voix\s*)?)?(?:vote|(?:pour|contre)(?=\W*(?:\d|:|\(|$|à l['’]|M\.|Mme))"
    r"|abst\w*|unanimit\w*|votants|à l['’]unanimité)\b",
    re.I,
)
_ROW = re.compile(r"\d|\bgratuite?s?\b", re.I)
_LONGEST_ROW = 120  # characters
_LONGEST_RUN = 600  # characters


def is_vote(unit: Unit) -> bool:
    """Whether a unit is a line that counts votes."""
    return VOTE_LINE.match(unit.text) is not None


def _kind(unit: Unit) -> str:
    """Units of one kind that follow each other belong together: items, rows, lines of a vote."""
    if is_vote(unit):
        return "vote"
    if _ITEM.match(unit.text):
        return "item"
    return "row" if _is_row(unit.text) else ""


def _is_row(line: str) -> bool:
    """Whether a line may be a row of a table: short, with a figure, not a sentence."""
    short = len(line) <= _LONGEST_ROW and not line.endswith((".", ";", ":"))
    return short and _ROW.search(line) is not None


def with_its_run(unit: Unit, others: Sequence[Unit]) -> Unit:
    """A list item with its list, a row with its table, a vote with all its lines.

    `others` are the units of the passage, in order; the lines are kept apart by "\\n".
    """
    first = last = next(i for i, piece in enumerate(others) if piece.start == unit.start)
    opens = unit.text.endswith(":")
    kind = _kind(others[last + 1]) if opens and last + 1 < len(others) else _kind(unit)
    if not kind:
        return unit
    while last + 1 < len(others) and _kind(others[last + 1]) == kind:
        if not _fits(others, first, last + 1):
            break
        last += 1
    while not opens and first > 0 and _fits(others, first - 1, last):
        opens = others[first - 1].text.endswith(":")
        if not opens and _kind(others[first - 1]) != kind:
            break
        first -= 1
    if kind == "row" and not opens and first > 0 and _is_head(others[first - 1].text):
        first -= _fits(others, first - 1, last)
    text = "\n".join(piece.text for piece in others[first : last + 1])
    return Unit(unit.hit, others[first].start, others[last].end, text, unit.opening)


def _is_head(line: str) -> bool:
    """Whether a line may be the header of a table: short, without figures or a full stop."""
    return len(line) <= 80 and not re.search(r"[.;:,!?]$|\d", line)


def _fits(others: Sequence[Unit], first: int, last: int) -> bool:
    start, end = others[first].start, others[last].end
    crosses = any(start < cut < end for cut in seams(others[first].hit.passage))
    return end - start <= _LONGEST_RUN and not crosses


def quote_of(unit: Unit) -> Quote:
    """Where the unit stands on its page: it never runs over two."""
    at = 0
    for span in unit.hit.passage.spans:
        length = span.end - span.start
        if unit.start < at + length:
            start = span.start + unit.start - at
            end = min(span.end, span.start + unit.end - at)
            return Quote(unit.text, span.page, start, end)
        at += length + 1
    last = unit.hit.passage.spans[-1]
    return Quote(unit.text, last.page, last.start, last.end)
