"""Noise: how far a figure would move with other questions of the same sort.

Percentile bootstrap (Efron 1979): questions are drawn again with replacement, the figure is
taken each time, and the middle 95 % of those figures is the interval. The seed is fixed, so
the same outcomes give the same interval.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.floating[Any]]
Statistic = Callable[[Numbers], Numbers]  # (…, n) → (…)

DRAWS = 1000
SEED = 20140522
FEWEST = 10  # below, the interval of a share is often one point, and says nothing


def mean(values: Numbers) -> Numbers:
    return np.asarray(values.mean(axis=-1))


def median(values: Numbers) -> Numbers:
    return np.asarray(np.median(values, axis=-1))


def quantile(share: float) -> Statistic:
    """The value below which `share` of the values lie, always one that was measured."""

    def of(values: Numbers) -> Numbers:
        count = values.shape[-1]
        return np.asarray(np.sort(values, axis=-1)[..., min(int(count * share), count - 1)])

    return of


def interval(values: Sequence[float], statistic: Statistic) -> tuple[float, float] | None:
    """The 95 % interval of a statistic over questions; None under ten questions."""
    if len(values) < FEWEST:
        return None
    observed = np.asarray(values, dtype=float)
    draws = np.random.default_rng(SEED).integers(0, len(observed), (DRAWS, len(observed)))
    low, high = np.percentile(statistic(observed[draws]), (2.5, 97.5))
    return float(low), float(high)


def wilson(hits: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927): it says something at 0 % and at 100 % too.

    (0, 1) where there is nothing to count.
    """
    if not n:
        return 0.0, 1.0
    share, spread = hits / n, z * z / n
    middle = (share + spread / 2) / (1 + spread)
    reach = z / (1 + spread) * sqrt(share * (1 - share) / n + spread / n / 4)
    return max(0.0, middle - reach), min(1.0, middle + reach)
