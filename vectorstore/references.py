"""Exact references: an act by its number, an article by its own; looked up, never guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from ingest.catalogue import Catalogue
from ingest.records.fold import fold
from vectorstore.question import Reading

_Id = TypeVar("_Id", int, str)

# Short names in use for codes, and words that tell each from the others.
CODES = {
    "CGCT": "collectivites territoriales",
    "CGFP": "fonction publique",
    "CRPA": "relations entre le public",
    "CASF": "action sociale",
    "CJA": "justice administrative",
    "CGPPP": "propriete des personnes publiques",
    "CG3P": "propriete des personnes publiques",
    "CCH": "construction et de l'habitation",
    "CSI": "securite interieure",
}


def look_up(catalogue: Catalogue, reading: Reading, fonds: Sequence[str]) -> list[int]:
    """Ids of the records that the question names by number, in the fonds that may be read."""
    found: list[int] = []
    for article in reading.articles:
        candidates = catalogue.articles_named(article, fonds)
        found += of_the_code(candidates, reading.text)
    for number in reading.numbers:
        of_its_day = _of_its_day(catalogue, number, reading.days, fonds)
        found += of_its_day or catalogue.acts_numbered(number, fonds)
    return list(dict.fromkeys(found))


def _of_its_day(
    catalogue: Catalogue, number: str, days: Sequence[str], fonds: Sequence[str]
) -> list[int]:
    """« n° 182 du 22 mai 2014 » for 2014/182 of that day."""
    return [
        id
        for day in days
        for id, row in catalogue.records_of(
            catalogue.acts_numbered(f"{day[:4]}-{number}", fonds)
        ).items()
        if row.date == day
    ]


def of_the_code(candidates: Sequence[tuple[_Id, str]], text: str) -> list[_Id]:
    """Of articles (id, code) with one number, those of the code that a question names, else all."""
    named = [id for id, code in candidates if _is_named(code, text)]
    return named or [id for id, _ in candidates]


def _is_named(code: str, text: str) -> bool:
    """Whether a question names a code, in full or by its short name."""
    folded = fold(code)
    if folded in fold(text):
        return True
    return any(
        words in folded and re.search(rf"\b{short}\b", text) for short, words in CODES.items()
    )
