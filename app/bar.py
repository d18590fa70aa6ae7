"""The bar below which nothing is shown as an answer. Calibrated on data, never lowered."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.extract import Chosen
from vectorstore.question import Reading
from vectorstore.retriever import Found, Hit


@dataclass(frozen=True, slots=True)
class Bar:
    """Logistic weights over the evidence; docs/log.md has the calibration."""

    bias: float = -4.0
    dense: float = 4.0
    coverage: float = 5.0
    threshold: float = 0.5

    def confidence(self, dense: float, coverage: float) -> float:
        """0 to 1: how surely the evidence answers."""
        return 1 / (1 + math.exp(-(self.bias + self.dense * dense + self.coverage * coverage)))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to answer, and the French sentence that says why not."""

    answers: bool
    confidence: float
    why: str = ""


_NOTHING = "Les documents indexés ne répondent pas à cette question."
_ADVICE = re.compile(
    r"\b(?:à votre avis|selon vous|que pensez-vous|pensez-vous|aurait-(?:il|elle|on) dû"
    r"|devrait-(?:il|elle|on)|est-ce (?:bien|juste)|faut-il voter"
    r"|était-(?:il|elle) (?:légale?|légal|régulier|régulière|valable|illégale?)"
    r"|est-(?:il|elle) (?:légale?|régulière?|illégale?))\b",
    re.I,
)


def judge(found: Found, chosen: Sequence[Chosen], bar: Bar) -> Verdict:
    """Decide on the evidence. An exact reference that was found is evidence enough."""
    reading = found.reading
    if _ADVICE.search(reading.text):
        return Verdict(
            False, 0.0, "Greffe rapporte ce que disent les actes ; il ne donne ni avis personnel"
            " ni conclusion sur la légalité.",
        )  # fmt: skip
    if reading.unknown_place:
        return Verdict(False, 0.0, f"Aucun acte de « {reading.unknown_place} » n'est indexé.")
    if not found.hits or not chosen:
        return Verdict(False, 0.0, _NOTHING)
    if found.exact:
        return Verdict(True, 1.0)
    missing = missing_year(reading, found.hits)
    if missing:
        return Verdict(False, 0.0, f"{_NOTHING} Rien ne s'y rapporte à l'année {missing}.")
    confidence = bar.confidence(found.hits[0].evidence.dense, chosen[0].coverage)
    return Verdict(confidence >= bar.threshold, confidence, _NOTHING)


def missing_year(reading: Reading, hits: Sequence[Hit]) -> int | None:
    """The first year that the question names, when no near passage is of any of its years."""
    if any(_of_year(hit, year) for hit in hits[:10] for year in reading.years):
        return None
    return reading.years[0] if reading.years else None


def _of_year(hit: Hit, year: int) -> bool:
    dated = (hit.record.date or "").startswith(str(year))
    return dated or str(year) in hit.passage.text or str(year) in hit.passage.heading
