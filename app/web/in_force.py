"""When a version of an article of law was in force, as HTML."""

from __future__ import annotations

from collections.abc import Callable

from app import law
from app.words import as_french
from ingest.records.version import VersionRow


def in_force(row: VersionRow, escape: Callable[[str], str]) -> str:
    """« version du 29 janvier 2014 au 19 juin 2014 (loi n° …) »: the law keeps its French name."""
    named = law.made_by(row.by or "")
    by = f"{escape(' (')}{as_french(escape(named))}{escape(')')}" if named else ""
    return escape(law.in_force(row)) + by
