"""Who was there: « combien de conseillers étaient présents le 4 avril 2016 ? », off the fields."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.listing import Listed, Listing, decided_by, lines_of
from app.words import N_, _
from ingest.catalogue import Catalogue
from vectorstore.narrow import Narrow
from vectorstore.question import Reading

_WHO = r"(?:conseill\w+|élus?|membres|personnes|adjoints?)"
_ASKS = re.compile(
    r"\b(?:combien (?:y avait-il )?d(?:e |['’])|quel (?:est|était) le nombre d(?:e |['’])"
    rf"|qui |quels? )(?:{_WHO} )?(?:municipaux |communautaires )?[^?]{{0,40}}?"
    r"(?P<what>présent|absent|procuration|pouvoir)(?:e|s|es)?\b", re.I,
)  # fmt: skip
_VOTING = re.compile(r"\bvot\w+|\bcontre\b|\babst\w+", re.I)
_FACTS = {"pouvoir": "procurations", "procuration": "procurations", "présent": "presents"}
_KINDS = ("proces_verbal", "deliberation")
_MOST = 3  # séances of one day
_THERE = N_("C'est là que la séance nomme ou compte les membres présents, absents ou représentés")


def attended(
    reading: Reading, catalogue: Catalogue, fonds: Sequence[str], narrow: Narrow
) -> Listing | None:
    """The lines of a séance that name or count who was there; None for any other question.

    Of each collectivity the first record of the day that holds them: a procès-verbal, else an act.
    """
    asked = _ASKS.search(reading.text)
    if asked is None or not reading.days or _VOTING.search(reading.text):
        return None
    name = _FACTS.get(asked["what"].lower(), "absents")
    days = [(day, day) for day in reading.days]
    found: dict[tuple[str | None, str | None], list[Listed]] = {}
    for kind in _KINDS:
        for record in catalogue.acts_dated(days, [kind], fonds):
            told = (record.date, record.body)
            if told in found or not narrow.fits(record) or not decided_by(record, reading):
                continue
            if lines := lines_of(record, name, catalogue):
                found[told] = [Listed(record, line) for line in lines]
    listed = [one for lines in list(found.values())[:_MOST] for one in lines]
    return Listing(tuple(listed), _(_THERE)) if listed else None
