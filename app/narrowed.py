"""What a search was narrowed to, in French, and what the page sends to narrow it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.records.label import short_date
from ingest.trouble import Trouble
from vectorstore.narrow import EVERYTHING, Narrow

KINDS = {
    "deliberation": "délibérations",
    "arrete": "arrêtés",
    "decision": "décisions",
    "proces_verbal": "procès-verbaux",
    "convocation": "convocations",
    "convention": "conventions",
    "rapport": "rapports",
    "reglement": "règlements",
    "article": "articles de loi",
    "autre": "autres documents",
}
WIDEN = " Rien n'y répond : élargissez la recherche et reposez la question."


class PeriodRefused(Trouble):
    """Years between which nothing can be searched. Facts: since, until."""


def narrowed_to(narrow: Narrow, fonds: Sequence[str]) -> str:
    """« Recherche limitée : fonds arretes ; délibérations ; du 01/01/2020 au 31/12/2022. »"""
    parts = [f"fonds {', '.join(fonds)}"] if fonds else []
    if narrow.kinds:
        parts.append(", ".join(KINDS[kind] for kind in narrow.kinds))
    if narrow.first and narrow.last:
        parts.append(f"du {short_date(narrow.first)} au {short_date(narrow.last)}")
    elif narrow.first:
        parts.append(f"depuis le {short_date(narrow.first)}")
    elif narrow.last:
        parts.append(f"jusqu'au {short_date(narrow.last)}")
    return f"Recherche limitée : {' ; '.join(parts)}."


def narrow_of(kinds: object, since: object, until: object) -> Narrow:
    """What the page's fields ask for: names of kinds, and years as they were typed.

    Raises:
        PeriodRefused.
    """
    wanted = [kind for kind in kinds if kind in KINDS] if isinstance(kinds, list) else []
    typed = _typed(since), _typed(until)
    try:
        first, last = map(_year, typed)
    except ValueError as error:
        raise PeriodRefused(since=typed[0], until=typed[1]) from error
    if first and last and first > last:
        raise PeriodRefused(since=typed[0], until=typed[1])
    if not wanted and not first and not last:
        return EVERYTHING
    return Narrow(tuple(wanted), f"{first}-01-01" if first else "", f"{last}-12-31" if last else "")


def _typed(value: object) -> str:
    return value.strip()[:20] if isinstance(value, str) else ""


def _year(typed: str) -> int | None:
    if not typed:
        return None
    if not re.fullmatch(r"[12]\d{3}", typed):
        raise ValueError(typed)
    return int(typed)
