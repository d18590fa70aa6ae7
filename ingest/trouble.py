"""Expected trouble, as typed facts. What a user reads of it stands in app/errors.py.

Trouble
├── InputMissing      a folder or file that was named is not there, or may not be read
├── DataUnusable      the data folder is a file, or may not be read or written
├── DiskFull          the data folder's disk has no room left
├── RunLocked         another run holds the lock; its owner is named
├── CatalogueUnusable the catalogue is damaged, or of a newer program
├── TooManyGone       a run would withdraw more than a tenth of a fonds
└── Unreadable        one file cannot be read: it is set aside, the run goes on
"""

from __future__ import annotations

from functools import partial
from typing import Any


class Trouble(Exception):
    """Base of everything that a town hall may meet on a normal day.

    `facts` fills the holes of the sentence in app/errors.py.
    """

    def __init__(self, **facts: object) -> None:
        super().__init__(", ".join(f"{key}={value}" for key, value in facts.items()))
        self.facts = facts

    def __reduce__(self) -> tuple[Any, ...]:
        """It passes from one process to another."""
        return partial(type(self), **self.facts), ()


class InputMissing(Trouble):
    """Facts: path."""


class DataUnusable(Trouble):
    """Facts: path, detail."""


class DiskFull(Trouble):
    """Facts: path, free_mb."""


class RunLocked(Trouble):
    """Facts: pid, command, since, path."""


class CatalogueUnusable(Trouble):
    """Facts: path, detail."""


class TooManyGone(Trouble):
    """Facts: fonds, gone, total."""


class Unreadable(Trouble):
    """One file cannot be read. Facts: reason (a key of app.errors.SET_ASIDE), detail."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason=reason, detail=detail)
        self.reason = reason
        self.detail = detail
