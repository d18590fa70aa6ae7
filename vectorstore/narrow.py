"""Which acts a search is narrowed to: kinds of acts, a period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Dated(Protocol):
    """A record, or a citation of one."""

    @property
    def kind(self) -> str: ...
    @property
    def date(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Narrow:
    """What may be found. Nothing said: everything."""

    kinds: Sequence[str] = ()  # of ingest.records.record.KINDS
    first: str = ""  # ISO day
    last: str = ""  # ISO day

    def __bool__(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.kinds or self.first or self.last)

    def fits(self, act: Dated) -> bool:
        """Whether an act may be found. Of a period, only an act that is dated."""
        if self.kinds and act.kind not in self.kinds:
            return False
        if not self.first and not self.last:
            return True
        day = (act.date or "")[:10]
        return bool(day) and day >= self.first and (not self.last or day <= self.last)


EVERYTHING = Narrow()
