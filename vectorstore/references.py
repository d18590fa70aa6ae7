"""Exact references: an act by its number, an article by its own; looked up, never guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.catalogue import Catalogue
from ingest.records.fold import fold
from vectorstore.question import Reading

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
    for article, code in reading.articles:
        found += catalogue.articles_named(article, _code_words(code), fonds)
    for number in reading.numbers:
        found += catalogue.acts_numbered(number, fonds)
    return list(dict.fromkeys(found))


def _code_words(code: str | None) -> str:
    """What a code's full name must hold, folded; empty when none was named."""
    if code is None:
        return ""
    if code in CODES:
        return CODES[code]
    words = fold(code).removeprefix("code").strip()
    words = re.sub(
        r"^(?:general|generale)\s+", "", re.sub(r"^(?:de la|de l'|des|du|de)\s*", "", words)
    )
    return re.sub(r"^(?:de la|de l'|des|du|de)\s*", "", words)
