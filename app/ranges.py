"""Which row of a tariff a figure falls in: 300 € in « de 291 € à 335 € »."""

from __future__ import annotations

import math
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
    rf"(?:(?P<least>\bau moins|supérieure?s? ou égale?s? à)|\bplus de|\bau[- ]delà de"
    rf"|supérieure?s? à|>)\s*{_NUMBER.format('low')}\s*{_UNIT.format('1')}"
    rf"|(?<!\d){_NUMBER.format('from')}\s*{_UNIT.format('2')}\s+(?:et|ou)\s+plus", re.I,
)  # fmt: skip
_BELOW = re.compile(
    rf"(?:(?P<most>\bjusqu['’]à|\bau plus|inférieure?s? ou égale?s? à)|\bmoins de"
    rf"|inférieure?s? à|<)\s*{_NUMBER.format('high')}\s*{_UNIT.format('1')}", re.I,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit."""

    number: float
    unit: str  # "€", "m3", "an": folded, in the singular


def quantities(text: str) -> list[Quantity]:
    """The figures of a question that a row may cover: those with a unit.

    « Moins de 3 500 habitants » is the whole number below, « plus de » the one above.
    """
    bounds = {m.start("high"): _value(m["high"]) - (not m["most"]) for m in _BELOW.finditer(text)}
    bounds |= {
        m.start("low"): _value(m["low"]) + (not m["least"])
        for m in _ABOVE.finditer(text)
        if m["low"]
    }
    return [
        Quantity(bounds.get(m.start("n"), _value(m["n"])), _unit(m["unit"]))
        for m in _QUANTITY.finditer(text)
    ]


def covers(text: str, asked: Sequence[Quantity]) -> bool:
    """Whether a row is about a range that one of the quantities falls in."""
    return any(_met(text, asked))


def leaves_out(text: str, asked: Sequence[Quantity]) -> bool:
    """Whether a row is about ranges of what is asked, and none of the quantities falls in one."""
    met = _met(text, asked)
    return bool(met) and not any(met)


def _met(text: str, asked: Sequence[Quantity]) -> list[bool]:
    """For each range of a row, in a unit that is asked: whether a quantity falls in it."""
    units = {quantity.unit for quantity in asked}
    return [
        any(low <= one.number <= high for one in asked if one.unit == unit)
        for low, high, unit in _ranges(text)
        if unit in units
    ]


def _ranges(text: str) -> list[tuple[float, float, str]]:
    found = [
        (_value(m["low"]), _value(m["high"]), _unit(m["unit2"])) for m in _BETWEEN.finditer(text)
    ]
    for m in _ABOVE.finditer(text):
        found.append((_above(m), math.inf, _unit(m["unit1"] or m["unit2"])))
    for m in _BELOW.finditer(text):
        found.append((-math.inf, _below(m), _unit(m["unit1"])))
    return found


def _above(found: re.Match[str]) -> float:
    """The least number that a match of _ABOVE takes in."""
    least = _value(found["low"] or found["from"])
    return least if found["least"] or found["from"] else math.nextafter(least, math.inf)


def _below(found: re.Match[str]) -> float:
    """The greatest number that a match of _BELOW takes in."""
    most = _value(found["high"])
    return most if found["most"] else math.nextafter(most, -math.inf)


def _value(number: str) -> float:
    return float(number.replace(" ", "").replace(",", "."))


def _unit(unit: str) -> str:
    folded = unit.lower().replace("²", "2").replace("³", "3")
    if folded.startswith("euro"):
        return "€"
    return folded if folded == "mois" else folded.rstrip("s")
