"""Compare: what changed between a baseline and a report, beyond the noise of the questions.

Paired bootstrap: each question's difference is drawn again with replacement. A mean whose 95 %
interval leaves out zero has changed; so one that is only worse by chance is called worse in at
most 2.5 % of comparisons.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.noise import interval, mean

if TYPE_CHECKING:
    from evals.report import Outcome, Report

LOWER_IS_BETTER = frozenset({"wrong_refusals", "errors", "search_s", "ask_s", "struck", "first_s"})
UNJUDGED = frozenset({"sentences"})  # more is neither better nor worse
TIMES = frozenset({"search_s", "ask_s", "first_s"})
TIME_TOLERANCE = 0.10  # of the baseline's mean: below, the clock and the neighbours' load
TIME_FLOOR_S = 0.001


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of one set that moved; the same questions on both sides."""

    set: str
    measure: str
    before: float  # mean over the questions that both reports have
    after: float
    low: float  # 95 % interval of after - before
    high: float
    n: int  # questions
    beyond: bool  # the noise: the interval leaves out zero, and a time moved by a tenth

    @property
    def better(self) -> bool | None:
        """None where more is neither better nor worse."""
        if self.measure in UNJUDGED:
            return None
        return (self.after < self.before) == (self.measure in LOWER_IS_BETTER)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two reports side by side."""

    measured: tuple[Difference, ...]  # sets and measures in the report's order
    changed: dict[str, tuple[str, str]]  # condition → (baseline, report)
    shared: int  # questions in both reports
    only_baseline: int  # questions the report did not ask
    only_report: int

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Those beyond the noise."""
        return tuple(difference for difference in self.measured if difference.beyond)

    @property
    def worse(self) -> tuple[Difference, ...]:
        """What got worse beyond the noise."""
        return tuple(difference for difference in self.differences if difference.better is False)

    @property
    def regressions(self) -> tuple[Difference, ...]:
        """What got worse, times left out: they tell of the machine too."""
        return tuple(difference for difference in self.worse if difference.measure not in TIMES)


def compare(report: Report, baseline: Report) -> Comparison:
    """Each measure's difference on the shared questions, and what else is not the same."""
    now = {(o.set, o.id): o for o in report.outcomes}
    then = {(o.set, o.id): o for o in baseline.outcomes}
    pairs = [(then[key], now[key]) for key in now if key in then]
    found = []
    for name in dict.fromkeys(after.set for _, after in pairs):
        of_set = [pair for pair in pairs if pair[1].set == name]
        for measure in dict.fromkeys(m for _, after in of_set for m in after.values):
            difference = _difference(name, measure, of_set)
            if difference is not None:
                found.append(difference)
    return Comparison(
        measured=tuple(found),
        changed=_changed(report, baseline),
        shared=len(pairs),
        only_baseline=len(then) - len(pairs),
        only_report=len(now) - len(pairs),
    )


def _difference(name: str, measure: str, pairs: list[tuple[Outcome, Outcome]]) -> Difference | None:
    """The paired difference of one measure; None under ten questions."""
    both = [
        (before.values[measure], after.values[measure])
        for before, after in pairs
        if measure in before.values and measure in after.values
    ]
    if not both:
        return None
    before, after = np.asarray(both).T
    bounds = interval(list(after - before), mean)
    if bounds is None:
        return None
    moved = abs(float(after.mean() - before.mean()))
    beyond = not bounds[0] <= 0 <= bounds[1]
    if measure in TIMES:
        beyond = beyond and moved > max(TIME_FLOOR_S, TIME_TOLERANCE * before.mean())
    return Difference(
        name, measure, float(before.mean()), float(after.mean()), *bounds, n=len(both),
        beyond=bool(beyond),
    )  # fmt: skip


def _changed(report: Report, baseline: Report) -> dict[str, tuple[str, str]]:
    now, then = _conditions(report), _conditions(baseline)
    names = dict.fromkeys([*then, *now])
    pairs = {name: (then.get(name, ""), now.get(name, "")) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _conditions(report: Report) -> dict[str, str]:
    conditions = report.conditions
    return {
        "modèle": conditions.model,
        "consigne": conditions.prompt_version,
        "génération": conditions.generation,
        **conditions.settings,
    }
