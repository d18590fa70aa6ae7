"""What a question wants the price of: « combien coûte une nuit au camping ? » is about a night.

A town hall prices many things in one act. What gives a price, and names nowhere what is priced,
gives the price of something else.
"""

from __future__ import annotations

import re

_AMOUNT = (
    r"(?:prix|tarifs?|montants?|coûts?|coût(?:e|ent|ait|é)|taxes?|taux|loyers?|redevances?|amendes?"
    r"|subventions?|locations?|abonnements?|emplacements?|factures?|devis|droits?|dépens(?:es?|é)"
    r"|budgets?|payé|paye|paie|cotisations?|primes?|forfaits?|participations?)"
)
_OF = (
    r"(?:(?:pour|dans|sur|à|en|de) )?"
    r"(?:les? |la |l['’]|des? |du |d['’]|une? |au |aux |pour )+"
)
_PRICED = re.compile(
    rf"\b{_AMOUNT}(?: [^\W\d]+(?:el|elle|al|ale|aire|ire|ique)s?)?"
    rf"(?: {_OF}{_AMOUNT}(?: [^\W\d]+(?:el|elle|al|ale|aire|ire|ique)s?)?)*"
    rf" {_OF}(?P<what>[^\W\d_]{{3,}})",
    re.I,
)


def priced(question: str) -> str:
    """The noun whose price a question asks; empty where none is found."""
    found = _PRICED.search(question)
    return found["what"] if found else ""
