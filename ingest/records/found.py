"""A fact while it is read: its place is still counted in the act's own text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """One value of one of `ingest.records.record.FACTS`, and its range in the text."""

    name: str
    value: str
    start: int
    end: int
