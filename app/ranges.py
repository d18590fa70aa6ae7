"""Which row of a tariff a figure falls in: 300 € in « de 291 € à 335 € »."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_UNIT = r"(?P<unit{0}>€|euros?|m[23²³]|ans|mois|jours?|heures?|kg|km|tonnes?|personnes?|habitants?)"
_NUMBER = r"(?P<{0}>\d+(?: \d{{3}})*(?:[.,]\d+)?)"
_QUANTITY = re.compile(rf"(?<![\d,.]){_NUMBER.format('n')} ?{_UNIT.format('')}(?![\w²³])", re.I)
_BETWEEN = re.compile(
    rf"(?:\bde|\bentre|:)\s+{_NUMBER.format('low')}\s*(?:{_UNIT.format('1')})?\s+(?:à|et)\s+"
    rf"(?:moins de )?{_NUMBER.format('high')}\s*{_UNIT.format('2')}", re.I,
)  # fmt: skip
_ABOVE = re.compile(
    rf"(?:\bplus de|\bau[- ]delà de|supérieure?s? (?:ou égale?s? )?à|>)\s*"
    rf"{_NUMBER.format('low')}\s*{_UNIT.format('1')}"
    rf"|{_NUMBER.format('least')}\s*{_UNIT.format('2')}\s+et\s+plus", re.I,
)  # fmt: skip
_BELOW = re.compile(
    rf"(?:\bmoins de|\bjusqu['’]à|inférieure?s? (?:ou égale?s? )?à|<)\s*{_NUMBER.format('high')}\s*"
    rf"{_UNIT.format('1')}", re.I,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit."""

    number: float
    unit: str  # "€", "m3", "an": folded, in the singular


def quantities(text: str) -> list[Quantity]:
    """The figures of a question that a row may cover: those with a unit."""
    return [Quantity(_value(m["n"]), _unit(m["unit"])) for m in _QUANTITY.finditer(text)]


def covers(text: str, asked: Sequence[Quantity]) -> bool:
    """Whether a row is about a range that one of the quantities falls in."""
    return any(
        low <= quantity.number <= high and unit == quantity.unit
        for low, high, unit in _ranges(text)
        for quantity in asked
    )


def _ranges(text: str) -> list[tuple[float, float, str]]:
    found = [
        (_value(m["low"]), _value(m["high"]), _unit(m["unit2"])) for m in _BETWEEN.finditer(text)
    ]
    for m in _ABOVE.finditer(text):
        found.append(
            (_value(m["low"] or m["least"]), float("inf"), _unit(m["unit1"] or m["unit2"]))
        )
    for m in _BELOW.finditer(text):
        found.append((float("-inf"), _value(m["high"]), _unit(m["unit1"])))
    return found


def _value(number: str) -> float:
    return float(number.replace(" ", "").replace(",", "."))


def _unit(unit: str) -> str:
    folded = unit.lower().replace("²", "2").replace("³", "3")
    if folded.startswith("euro"):
        return "€"
    return folded if folded == "mois" else folded.rstrip("s")
