"""A version: an article of law as it stood between two days."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

WITHDRAWN = "SUPPRIME"  # our own état: DILA's suppression list names this version
_UNSET = "2222"  # DILA writes 2222-02-22 for a day not yet fixed, 2999-01-01 for none


@dataclass(frozen=True, slots=True)
class Version:
    """One version, as a reader yields it. What the file does not give is empty."""

    article_id: str
    date: str  # ISO, first day in force
    date_end: str | None  # ISO, first day no longer in force; None while no end is known
    page: int  # 1-based, where it stands in its source
    version_id: str = ""  # "LEGIARTI…" where the file names versions
    etat: str = ""  # as LEGI says: "VIGUEUR", "MODIFIE", "ABROGE", "VIGUEUR_DIFF" …
    number: str | None = None
    body: str | None = None  # the code or law
    by: str | None = None  # the act that made this version, as the file words it
    stamp: str = ""  # ISO, day (and time) of the state of the law that the file gives
    current: bool = False  # it is a record of its source too: found and cited as such
    text: bytes | None = None  # packed; None where `current` (its page has it) or not given


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version as stored, the newest word on it. `text` is empty where no file gives it."""

    id: int
    source_id: int
    page: int
    article_id: str
    version_id: str
    date: str
    date_end: str | None
    etat: str
    number: str
    body: str
    by: str
    stamp: str
    current: bool
    text: str

    def stood_on(self, day: str) -> bool:
        """Whether it was in force on a day (ISO)."""
        return self.date <= day and (self.date_end is None or day < self.date_end)


def standing(rows: Sequence[VersionRow], article_id: str) -> list[VersionRow]:
    """The versions of an article, oldest first, where several files speak of the same one.

    The newest state of the law has the word; of two equally new, the file that has the version
    as a record, then the one read last. `rows` may hold versions of other articles which bear
    the same version id: an article that was renumbered or withdrawn.
    """
    kept: list[VersionRow] = []
    for row in sorted(rows, key=lambda r: (r.stamp, r.current, r.source_id), reverse=True):
        if not any(_restates(newer, row) for newer in kept):
            kept.append(row)
    mine = (row for row in kept if row.article_id == article_id and row.etat != WITHDRAWN)
    return sorted(mine, key=lambda row: (row.date, row.page))


def _restates(newer: VersionRow, row: VersionRow) -> bool:
    if newer.source_id == row.source_id:
        return False
    same_day = newer.article_id == row.article_id and newer.date == row.date
    return same_day or (newer.version_id == row.version_id != "")


def end(date: str | None) -> str | None:
    """LEGI's `date_fin`, None where it stands for « no end known »."""
    return date if date and date < _UNSET else None


def pack(text: str) -> bytes:
    """131 MB of the versions of 18 codes become 54."""
    return zlib.compress(text.encode())


def unpack(blob: bytes) -> str:
    """The inverse of `pack`."""
    return zlib.decompress(blob).decode()
