"""Intervals: wide on few questions, the same each time, silent under ten."""

from __future__ import annotations

import numpy as np
import pytest

from app.noise import interval, mean, median, quantile, wilson


def test_the_interval_of_a_share_is_the_binomial_one() -> None:
    bounds = interval([1.0] * 50 + [0.0] * 50, mean)
    assert bounds is not None
    assert bounds == pytest.approx((0.40, 0.60), abs=0.02)  # 1.96 standard errors of 0.05


def test_the_same_outcomes_give_the_same_interval() -> None:
    values = [float(x) for x in range(30)]
    assert interval(values, median) == interval(values, median)


def test_under_ten_questions_nothing_is_said() -> None:
    assert interval([1.0] * 9, mean) is None


def test_a_quantile_is_a_value_that_was_measured() -> None:
    values = np.asarray([4.0, 1.0, 3.0, 2.0])
    assert quantile(0.5)(values) == 3.0
    assert quantile(0.95)(values) == 4.0
    assert quantile(1.0)(values) == 4.0


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(0, 20, 0.0, 0.161), (20, 20, 0.839, 1.0), (5, 10, 0.237, 0.763), (0, 0, 0.0, 1.0)],
)
def test_the_wilson_interval_of_a_share(hits: int, n: int, low: float, high: float) -> None:
    found = wilson(hits, n)
    assert (round(found[0], 3), round(found[1], 3)) == (low, high)
