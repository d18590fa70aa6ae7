"""What a search was narrowed to, in words, and what the page sends to narrow it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.words import N_, _, day
from ingest.trouble import Trouble
from vectorstore.narrow import EVERYTHING, Narrow

KINDS = {
    "deliberation": N_("délibérations"),
    "arrete": N_("arrêtés"),
    "decision": N_("décisions"),
    "proces_verbal": N_("procès-verbaux"),
    "convocation": N_("convocations"),
    "convention": N_("conventions"),
    "rapport": N_("rapports"),
    "reglement": N_("règlements"),
    "article": N_("articles de loi"),
    "autre": N_("autres documents"),
}
WIDEN = N_(" Rien n'y répond : élargissez la recherche et reposez la question.")


class PeriodRefused(Trouble):
    """Years between which nothing can be searched. Facts: since, until."""


def narrowed_to(narrow: Narrow, fonds: Sequence[str]) -> str:
    """« Recherche limitée : fonds arretes ; délibérations ; du 01/01/2020 au 31/12/2022. »"""
    parts = [_("fonds {fonds}").format(fonds=", ".join(fonds))] if fonds else []
    if narrow.kinds:
        parts.append(", ".join(_(KINDS[kind]) for kind in narrow.kinds))
    if narrow.first and narrow.last:
        parts.append(
            _("du {first} au {last}").format(first=day(narrow.first), last=day(narrow.last))
        )
    elif narrow.first:
        parts.append(_("depuis le {first}").format(first=day(narrow.first)))
    elif narrow.last:
        parts.append(_("jusqu'au {last}").format(last=day(narrow.last)))
    return _("Recherche limitée : {parts}.").format(parts=" ; ".join(parts))


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
