"""A report: figures by set and by group, the outcome of each question, and what they hold for.

Outcomes are kept question by question, so that two reports are compared on the same
questions (a paired comparison sees differences that two intervals hide).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from app.noise import Statistic, interval, mean, median, quantile
from ingest.trouble import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

FORMAT = 1  # of the JSON file


class BaselineInvalid(Trouble):
    """A baseline that cannot be read. Facts: path, detail (a French clause)."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the figures hold for."""

    model: str = ""  # chat model, or "extractif"
    prompt_version: str = ""
    generation: str = ""  # of the index
    settings: dict[str, str] = field(default_factory=dict)  # embedding model, OCR, limits …


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one question gave."""

    set: str
    id: str
    groups: dict[str, str]  # "kind" → "amount", "collection" → "pierrefonds" …
    values: dict[str, float]  # measure → 0 to 1, or a count, or seconds; absent: not applicable
    answer: str = ""  # id of the answer in the journal; empty where none was asked for


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the table, over the questions where it applies."""

    value: float
    low: float | None  # 95 % interval; None under ten questions
    high: float | None
    n: int  # questions


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one set, or of one group of its questions."""

    set: str
    group: str  # "ensemble", "kind", "collection", "scanned"
    label: str  # "" for the whole set
    n: int  # questions
    figures: dict[str, Figure]


@dataclass(frozen=True, slots=True)
class Report:
    """One evaluation."""

    date: str  # ISO, with the time
    command: str  # what gives these figures again
    conditions: Conditions
    outcomes: tuple[Outcome, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """Each set, then its groups."""
        names = _in_order(outcome.set for outcome in self.outcomes)
        return tuple(row for name in names for row in _rows_of_set(name, self.outcomes))

    def row(self, name: str, group: str = "ensemble", label: str = "") -> Row:
        """One row; KeyError when it is not there."""
        for row in self.rows:
            if (row.set, row.group, row.label) == (name, group, label):
                return row
        raise KeyError(f"{name} {group} {label}")


# figure → the measure it is taken from, and how. A measure not named here is averaged.
STATISTICS: dict[str, tuple[str, Statistic]] = {
    "sentences": ("sentences", median),
    "search_p50_s": ("search_s", quantile(0.50)),
    "search_p95_s": ("search_s", quantile(0.95)),
    "ask_p50_s": ("ask_s", quantile(0.50)),
    "ask_p95_s": ("ask_s", quantile(0.95)),
    "first_p50_s": ("first_s", quantile(0.50)),
    "first_p95_s": ("first_s", quantile(0.95)),
}


def figures(outcomes: Sequence[Outcome]) -> dict[str, Figure]:
    """Every figure that these outcomes can give."""
    special = {measure for measure, _ in STATISTICS.values()}
    wanted = {
        name: (name, mean)
        for name in _in_order(name for o in outcomes for name in o.values)
        if name not in special
    } | STATISTICS
    taken: dict[str, Figure] = {}
    for name, (measure, statistic) in wanted.items():
        values = [o.values[measure] for o in outcomes if measure in o.values]
        if values:
            taken[name] = _figure(values, statistic)
    return taken


def _figure(values: Sequence[float], statistic: Statistic) -> Figure:
    low, high = interval(values, statistic) or (None, None)
    return Figure(float(statistic(np.asarray(values, dtype=float))), low, high, len(values))


def _rows_of_set(name: str, outcomes: Sequence[Outcome]) -> Iterable[Row]:
    mine = [outcome for outcome in outcomes if outcome.set == name]
    yield Row(name, "ensemble", "", len(mine), figures(mine))
    for group in _in_order(group for outcome in mine for group in outcome.groups):
        for label in sorted({o.groups[group] for o in mine if group in o.groups}):
            some = [o for o in mine if o.groups.get(group) == label]
            yield Row(name, group, label, len(some), figures(some))


def _in_order(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


# -- JSON ----------------------------------------------------------------------------------


def to_json(report: Report) -> dict[str, Any]:
    """The report as plain data: rows for readers, outcomes for later comparisons."""
    from evals.table import NAMES

    conditions = asdict(report.conditions)
    measured = dict.fromkeys(name for row in report.rows for name in row.figures)
    return {
        "format": FORMAT,
        "date": report.date,
        "command": report.command,
        "conditions": conditions,
        "names": {name: NAMES.get(name, name) for name in measured},
        "rows": [asdict(row) | conditions for row in report.rows],
        "outcomes": [_told(outcome) for outcome in report.outcomes],
    }


def _told(outcome: Outcome) -> dict[str, Any]:
    found = asdict(outcome)
    if not outcome.answer:
        del found["answer"]
    return found


def from_json(data: object) -> Report:
    """The report that `to_json` wrote. Rows are taken again from the outcomes.

    Raises ValueError, with a French clause, when the data is something else.
    """
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ValueError(f"ce n'est pas un rapport d'évaluation au format {FORMAT}")
    try:
        return Report(
            date=data["date"],
            command=data["command"],
            conditions=Conditions(**data["conditions"]),
            outcomes=tuple(Outcome(**outcome) for outcome in data["outcomes"]),
        )
    except (KeyError, TypeError) as trouble:
        raise ValueError(f"ce rapport d'évaluation est incomplet ({trouble})") from None


def save(report: Report, path: Path) -> None:
    """Write the report, one outcome a line so that a difference reads well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = to_json(report)
    lists = {name: data.pop(name) for name in ("rows", "outcomes")}
    head = json.dumps(data, ensure_ascii=False, indent=1)[:-2]
    for name, items in lists.items():
        lines = ",\n  ".join(json.dumps(item, ensure_ascii=False) for item in items)
        head += f',\n "{name}": [\n  {lines}\n ]'
    path.write_text(head + "\n}\n", encoding="utf-8")


def load(path: Path) -> Report:
    """Read a saved report. Raises BaselineInvalid."""
    try:
        return from_json(json.loads(path.read_text(encoding="utf-8")))
    except OSError as trouble:
        detail = f"impossible de l'ouvrir ({trouble.strerror})"
        raise BaselineInvalid(path=path, detail=detail) from trouble
    except json.JSONDecodeError as trouble:
        raise BaselineInvalid(path=path, detail=f"ce n'est pas du JSON ({trouble})") from None
    except ValueError as trouble:
        raise BaselineInvalid(path=path, detail=str(trouble)) from None
