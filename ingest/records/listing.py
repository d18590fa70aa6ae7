"""The list of a séance's délibérations, as it is put up in town: one record a row or bullet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.records.fold import fold
from ingest.records.heading import Heading
from ingest.records.lines import Line
from ingest.records.numbers import DATED
from ingest.records.record import Vote

_LISTING = re.compile(r"^\W*liste des (?:deliberations|affaires|actes)\b")
_ROW = re.compile(rf"^\W{{0,3}}(?:n ?° ?)?(?P<number>{DATED})\W*(?P<title>.*)$")
_BULLET = re.compile(r"^\W{0,2}[-•▪●○❖➢\uf000-\uf0ff]\s*(?=[A-ZÀ-Þ])")
_OUTCOME = re.compile(
    r"\b(?:approuvee?s?|adoptee?s?|rejetee?s?|retiree?s?|actee?s?|prend acte"
    r"|a l'unanimite|a la majorite)\b.*$"
)
_OUTCOMES = {"adopte": r"approuv|adopt|unanimite|majorite", "rejete": "rejet", "retire": "retir"}
_HEAD_LINES = 12
_LONGEST = 6  # lines of a title
_FEW = 3  # rows below which a list is left as it is


def is_listing(lines: Sequence[Line]) -> bool:
    """Whether a file calls itself the list of the délibérations."""
    return any(_LISTING.match(line.folded) for line in lines[:_HEAD_LINES])


def rows_of(lines: Sequence[Line]) -> list[Heading]:
    """A heading for each numbered row, else for each bullet; none where there are too few."""
    kept = [index for index, line in enumerate(lines) if not line.running]
    rows = [index for index in kept if _ROW.match(lines[index].folded)]
    if len(rows) < _FEW:
        rows = [index for index in kept if _BULLET.match(lines[index].text)]
    if len(rows) < _FEW:
        return []
    ends = [*rows[1:], min(rows[-1] + _LONGEST, len(lines))]
    return _sure([_row(lines, row, end) for row, end in zip(rows, ends, strict=True)])


def row_vote(text: str) -> Vote | None:
    """« Approuvée à l'unanimité », as a row ends."""
    match = _OUTCOME.search(fold(" ".join(text.split())))
    if match is None:
        return None
    words = match.group()
    outcome = next((name for name, word in _OUTCOMES.items() if re.search(word, words)), None)
    return Vote(outcome, unanimite="unanim" in words) if outcome else None


def _sure(rows: Sequence[Heading]) -> list[Heading]:
    """Numbers of a séance follow each other: one that fits neither neighbour was misread."""
    figures = [_figures(row.number) for row in rows]
    kept = []
    for at, row in enumerate(rows):
        year, rank = figures[at]
        near = [figures[i] for i in (at - 1, at + 1) if 0 <= i < len(rows)]
        fits = row.number and any((year, rank) in ((y, n - 1), (y, n + 1)) for y, n in near)
        kept.append(row if fits else replace(row, number=None))
    return kept


def _figures(number: str | None) -> tuple[int, int]:
    """Year and rank of « 2026_006 », in whatever order; (0, 0) where there are not two figures."""
    found = [int(figure) for figure in re.findall(r"\d+", number or "")]
    return (found[0], found[-1]) if len(found) > 1 else (0, 0)


def _row(lines: Sequence[Line], index: int, end: int) -> Heading:
    line = lines[index]
    match = _ROW.match(line.folded)
    start = match.start("title") if match else 0
    first = line.text[start:] if match else _BULLET.sub("", line.text)
    rest = [other.text for other in lines[index + 1 : min(end, index + _LONGEST)]]
    title = " ".join(" ".join([first, *rest]).split())
    title = title[: cut.start()] if (cut := _OUTCOME.search(fold(title))) else title
    number = line.text[slice(*match.span("number"))].strip() if match else None
    return Heading(index, title.strip(" .:|-") or None, number, "deliberation")
