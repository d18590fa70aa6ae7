"""Numbers of acts: found as written, normalised, and a looser key to look one up.

There is no national form: « n° 2014 / 216 », « D2025-009 », « DEL2025-20 », « DM 2024-01 »,
« 2026_006 », « 2022.00028 », « 30-2020-09-16-009 », « DDTM-SEF-2020-0071 ».
"""

from __future__ import annotations

import re

from ingest.records.fold import fold

_SEPARATOR = r" ?[-/._] ?"
# With its year: on folded text. The letters in front are the clerk's own (D, DEL, DM, CM, AR…).
DATED = (
    r"(?:[a-z]{1,8}[-_. ]?){0,3}(?<!\d)(?:19|20)\d\d" + _SEPARATOR + r"(?:[a-z]{1,5}"
    + _SEPARATOR + r")?\d{1,6}(?:-\d{1,6}){0,3}[a-z]?(?![\w/])"
)  # fmt: skip
# Without: only where the words « arrêté n° » and the like stand in front.
ANY = (
    r"(?:[a-z]{1,6}[-_/. ]?){0,3}\d{1,6}(?:" + _SEPARATOR + r"(?!du\b)[a-z0-9]{1,6}){0,5}(?![\w/])"
)

_N = re.compile(r"^\s*(?:n ?°|numero|no(?=[\s\d.])|n(?=\s?\d))\s*:?\s*")
_AROUND_SEPARATOR = re.compile(r"\s*([-/._])\s*")
_DIGITS = re.compile(r"\d+")


def normalise(number: str) -> str:
    """« n° 2014 / 216 » → « 2014/216 »; « d2025 - 009 » → « D2025-009 »."""
    folded = fold(number)
    match = _N.match(folded)
    kept = folded[match.end() :] if match else folded
    return re.sub(r"\s+", "", _AROUND_SEPARATOR.sub(r"\1", kept)).strip(".,;:-").upper()


def key(number: str) -> str:
    """The figures alone, without leading zeros: what « 2025-009 » and « D2025-009 » share.

    >>> key("D2025-009") == key("2025 / 9") == "2025-9"
    True
    """
    return "-".join(str(int(digits)) for digits in _DIGITS.findall(normalise(number)))
