"""What years an act is about: « Tarification 2024 », voted in December 2023, is about 2024."""

from __future__ import annotations

import re

from ingest.records.label import MONTHS
from ingest.rows import RecordRow

_YEARS = re.compile(
    r"(?<![\w/.-])(?P<first>(?:19|20)\d\d)(?:\s?[-/–]\s?(?P<last>(?:19|20)\d\d|\d\d))?(?![\w°]|[/.–-]\d)"
)
# A year behind these is that of a day, or of another act: not what this act is about.
_OF_ANOTHER = re.compile(rf"(?:{'|'.join(MONTHS)}|n°)\s*$", re.I)
_LONGEST = 15  # years that a title may span: « programme 2014-2020 »


def years_of(title: str) -> frozenset[int]:
    """The years that a title names as its subject; « 2024-2025 » and « 2022/26 » are ranges."""
    years: set[int] = set()
    for found in _YEARS.finditer(title):
        if _OF_ANOTHER.search(title[: found.start()]):
            continue
        first = int(found["first"])
        last = int(found["last"] or first)
        last += first // 100 * 100 if last < 100 else 0
        if first <= last <= first + _LONGEST:
            years.update(range(first, last + 1))
    return frozenset(years)


def is_about(record: RecordRow, year: int) -> bool:
    """Whether an act is about a year: the one its title names, else that of its own date."""
    named = years_of(record.title or "")
    return year in named if named else (record.date or "").startswith(str(year))
