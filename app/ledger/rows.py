"""Tables whose columns were lost: a label, then figures one behind the other.

« Bols d'air 400 € 500 € 400 € » with « 2024 2025 » above: which figure is which is told by the
columns' heads, where they can be counted, and otherwise by nothing; the last figure of a row is
what the table comes to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.ledger.values import Value, plain, values
from app.ledger.words import stems

_FIGURES = ("amount", "percent", "number")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table."""

    label: frozenset[str]  # the words before its figures
    figures: tuple[str, ...]  # of one kind
    years: tuple[str, ...]  # those of the head above it


def off_its_row(sentence: str, source: str) -> bool:
    """Whether a figure of a sentence stands in another row or column of its source.

    Args:
        sentence: plain text.
        source: as it was extracted, line by line.
    """
    rows, listed = _rows(source), _listed(source)
    if len(rows) < 2 and not listed:
        return False
    own = [value for value in values(sentence) if value.kind in _FIGURES and len(value.value) > 1]
    if any(_of_another_label(value.value, sentence, listed) for value in own):
        return True
    loose = _loose(source)
    return len(rows) > 1 and any(
        value.value not in loose and _off(value, sentence, rows, [one.value for one in own])
        for value in own
    )


def _of_another_label(
    figure: str, sentence: str, listed: Sequence[tuple[frozenset[str], str]]
) -> bool:
    """Whether the sentence says more of another label than of the one its figure goes with."""
    said = stems(sentence)
    mine = [len(said & label) for label, value in listed if value == figure]
    others = [len(said & label) for label, value in listed if value != figure]
    return bool(mine and others) and max(others) > max(mine)


@lru_cache(maxsize=512)
def _listed(source: str) -> tuple[tuple[frozenset[str], str], ...]:
    """(label, amount) of labels one under the other with their amounts below, in the same order."""
    lines = [plain(line) for line in source.split("\n")]
    alone = [_alone(line) for line in lines]
    found: list[tuple[frozenset[str], str]] = []
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and alone[end]:
            end += 1
        count = end - at
        labels = lines[max(0, at - count) : at]
        if count > 1 and len(labels) == count and all(map(_bare_label, labels)):
            found += [(stems(a), b) for a, b in zip(labels, alone[at:end], strict=True)]
        at = max(end, at + 1)
    return tuple(found)


def _alone(line: str) -> str:
    """The amount that is all a line holds, or nothing."""
    stated = [value for value in values(line) if value.kind in ("amount", "number")]
    bare = len(stated) == 1 and not re.search(r"[^\W\d_]{3,}", line.replace("euros", ""))
    return stated[0].value if bare else ""


def _bare_label(line: str) -> bool:
    return bool(stems(line)) and not any(value.kind == "amount" for value in values(line))


def _off(value: Value, sentence: str, rows: Sequence[Row], stated: Sequence[str]) -> bool:
    holding = [row for row in rows if value.value in row.figures]
    if not holding:
        return False
    said = stems(sentence)
    best = [row for row in holding if _labelled(row, said, rows)]
    return not any(_in_column(value.value, row, sentence, stated) for row in best)


def _labelled(row: Row, said: frozenset[str], rows: Sequence[Row]) -> bool:
    """Whether no other row's label holds more of the sentence."""
    mine = len(said & row.label)
    return all(len(said & other.label) <= mine for other in rows)


def _in_column(figure: str, row: Row, sentence: str, stated: Sequence[str]) -> bool:
    figures = row.figures
    if len(set(figures)) == 1 or figures[-1] == figure:
        return not _another_year(figure, row, sentence)
    if len(row.years) == len(figures):
        return not _another_year(figure, row, sentence)
    return sum(one in figures for one in set(stated)) > 1


def _another_year(figure: str, row: Row, sentence: str) -> bool:
    if len(row.years) != len(row.figures):
        return False
    said = {value.value for value in values(sentence) if value.kind == "year"} & set(row.years)
    at = {year for year, one in zip(row.years, row.figures, strict=True) if one == figure}
    return bool(said) and not said & at


@lru_cache(maxsize=512)
def _rows(source: str) -> tuple[Row, ...]:
    found: list[Row] = []
    years: tuple[str, ...] = ()
    for line in source.split("\n"):
        text = plain(line)
        stated = values(text)
        head = tuple(value.value for value in stated if value.kind == "year")
        if len(head) > 1 and not any(value.kind in _FIGURES for value in stated):
            years = head
            continue
        run = _run(text, stated)
        if run:
            label = stems(text[: run[0].start])
            for kind in dict.fromkeys(value.kind for value in run):
                figures = tuple(value.value for value in run if value.kind == kind)
                found.append(Row(label, figures, years))
    return tuple(found)


def _run(text: str, stated: Sequence[Value]) -> list[Value]:
    """The figures that a line ends with, no words between them: two at least."""
    run: list[Value] = []
    for value in reversed(stated):
        if value.kind not in _FIGURES:
            continue
        behind = text[value.end : run[-1].start if run else len(text)]
        if run and re.search(r"[^\W\d_]{2,}", behind.replace("EUR", "")):
            break
        if not run and len(re.findall(r"[^\W\d_]{3,}", behind)) > 6:
            break
        run.append(value)
    return run[::-1] if len(run) > 1 else []


@lru_cache(maxsize=512)
def _loose(source: str) -> frozenset[str]:
    """The figures that stand outside of any row."""
    found = set()
    for line in source.split("\n"):
        text = plain(line)
        stated = values(text)
        run = {value.start for value in _run(text, stated)}
        found |= {v.value for v in stated if v.kind in _FIGURES and v.start not in run}
    return frozenset(found)
