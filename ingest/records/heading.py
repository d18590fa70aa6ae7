"""A heading of a procès-verbal, where a record of its own begins."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """Where a record of a procès-verbal begins, and what its heading says."""

    begin: int  # index into the lines: the heading, or the section title right above it
    title: str | None
    number: str | None = None  # of the act, as written; a point's rank is no number
    kind: str | None = None  # where the number tells; else the text of the record decides
