"""Where a run is, for whoever watches it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of the whole run is behind us."""

    stage: str  # "reading" | "embedding" | "publishing"
    done: float  # files, those under way counted in part
    total: int  # files
    current: str = ""  # the file that was just read


Tell = Callable[[Progress], None]
