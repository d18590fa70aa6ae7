"""The stamps of the préfecture: identifier of the act, dates of reception and publication.

Two layouts: a stamp with a label in front of each value (« Reçu en préfecture le 19/12/2024 »,
« Publié le », « ID : … »), and a footer whose labels come first and whose values follow on one
line (« Envoi Préfecture : / Réception en Préfecture : / 26/05/2014 26/05/2014 034-…-DE »).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.records.dates import DATE, of_match
from ingest.records.found import Found

# Département, SIREN, day, the commune's own number, nature of the act.
_IDENTIFIER = re.compile(
    r"(?<![\w-])\d[\dab]\d-\d{9}-(?:19|20)\d{6}-[a-z0-9_. -]{1,40}?-(?:de|ar|ai|cc|bf|au|rf)\b"
)
_RECEIVED = re.compile(
    r"\b(?:recue?|reception|accuse de reception|transmise?|deposee?|teletransmise?)\b[^\n]{0,30}?"
    rf"\b(?:sous-)?(?:prefecture|controle de legalite)\b[^\n\d]{{0,12}}(?P<at>{DATE})"
)
_PUBLISHED = re.compile(
    r"^[^\w\n]{0,20}(?:date (?:de publication|d'affichage)|publiee?s?|affichee?s?|publication"
    r"|affichage)"
    rf"(?: et affichee?| et publiee?| en mairie| sur le site[a-z ]{{0,30}})?"
    rf"(?: le| du|\W*:)?\W*(?P<at>{DATE})",
    re.MULTILINE,
)
_DATE = re.compile(DATE)


def read_transmission(text: str, folded: str) -> Iterator[Found]:
    """The first identifier, reception and publication that the text of an act states."""
    identifier = _IDENTIFIER.search(folded)
    if identifier:
        start, end = identifier.span()
        yield Found("identifiant", re.sub(r"\s+", "", text[start:end]), start, end)
    received = _received(folded)
    if received:
        yield received
    published = _PUBLISHED.search(folded)
    if published and (day := _day(published)):
        yield Found("publication", day, published.start("at"), published.end("at"))


def _received(folded: str) -> Found | None:
    footer = folded.find("reception en prefecture :")
    if footer >= 0:  # envoi and réception, in this order, on the line of values
        line = re.compile(r"[^\n]*\n+([^\n]*)").match(folded, footer)
        days = list(_DATE.finditer(folded, *line.span(1))) if line else []
        day = of_match(days[-1]) if days else None
        if day:
            return Found("transmission", day, *days[-1].span())
    match = _RECEIVED.search(folded)
    day = _day(match) if match else None
    return Found("transmission", day, match.start("at"), match.end("at")) if match and day else None


def _day(match: re.Match[str]) -> str | None:
    return of_match(match)
