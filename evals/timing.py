"""Timing: what a list of durations comes to, and how the bench scripts print it."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.table import Table


@dataclass(frozen=True, slots=True)
class Times:
    """The durations of one kind of call, in milliseconds."""

    n: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float
    errors: int = 0  # calls that failed; they are timed too


def times(seconds: Sequence[float], errors: int = 0) -> Times | None:
    """Sum up durations given in seconds; None when there are none."""
    if not seconds:
        return None
    ordered = sorted(seconds)

    def at(share: float) -> float:
        return round(ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000, 2)

    return Times(len(ordered), at(0.50), at(0.95), at(0.99), at(1.0), errors)


def machine() -> dict[str, str]:
    """What the figures depend on: processor, cores allowed, Python."""
    allowed = getattr(os, "sched_getaffinity", None)
    cores = len(allowed(0)) if allowed else os.cpu_count()
    return {"processeur": _processor(), "cœurs": str(cores), "python": platform.python_version()}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def times_table(title: str, rows: Mapping[str, Times | None]) -> Table:
    """One row a kind of call; kinds without a call are left out."""
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("appel")
    for column in ("n", "p50 (ms)", "p95 (ms)", "p99 (ms)", "max (ms)", "erreurs"):
        table.add_column(column, justify="right")
    for name, one in rows.items():
        if one is not None:
            table.add_row(name, *_cells(one))
    return table


def _cells(one: Times) -> Iterable[str]:
    spent = (one.p50_ms, one.p95_ms, one.p99_ms, one.max_ms)
    return str(one.n), *(f"{ms:.0f}" for ms in spent), str(one.errors)
