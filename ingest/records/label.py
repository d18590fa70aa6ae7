"""How a clerk names a record: « Délibération n° 2014/216 du 22 mai 2014 »."""

from __future__ import annotations

import re

from ingest.records.fold import fold
from ingest.records.numbers import normalise
from ingest.records.record import Record

KIND_NAMES = {
    "deliberation": "Délibération",
    "arrete": "Arrêté",
    "decision": "Décision",
    "proces_verbal": "Procès-verbal",
    "convocation": "Convocation",
    "convention": "Convention",
    "rapport": "Rapport",
    "reglement": "Règlement",
    "article": "Article",
}
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
    "octobre", "novembre", "décembre",
)  # fmt: skip
_CODES = {  # the short names in use, as the law files may give them
    "CGCT": "code général des collectivités territoriales",
}
# Bodies whose assembly is neither a conseil municipal nor communautaire (on folded text).
_NO_COMMUNE = re.compile(
    r"(?:ccas|cias|centre (?:communal|intercommunal|de gestion)|departement|region|caisse"
    r"|conseil(?! municipal)|collectivite|office|regie|etablissement|sdis|pole|petr)\b"
)
_NBSP = "\u00a0"
_LETTER_DOT = re.compile(r"^([LRDA])\.?\s?(?=\d)")


def label(record: Record, source: str = "") -> str:
    """The record's name for a reader; `source` (a file's path) serves where it has none."""
    if record.kind == "article" and record.number:
        return _article(record)
    day = _day(record.date)
    if record.number:
        name = KIND_NAMES.get(record.kind, "Acte")
        return f"{name} n°{_NBSP}{normalise(record.number)}" + (f" du {day}" if day else "")
    if record.kind in ("deliberation", "proces_verbal") and record.title:
        where = f"{assembly(record.body)} du {day}" if day else assembly(record.body)
        return f"{where}, {_quoted(record.title)}"
    known = KIND_NAMES.get(record.kind)
    if known and day:
        return f"{known} du {day}" + (f", {_quoted(record.title)}" if record.title else "")
    if record.title:
        return f"{known}, {_quoted(record.title)}" if known else record.title
    return source.rsplit("/", 1)[-1] or known or "Document"


def french_date(iso: str) -> str:
    """« 2024-01-01 » → « 1er janvier 2024 », with spaces that do not break."""
    year, month, day = iso.split("-")
    number = "1er" if int(day) == 1 else str(int(day))
    return f"{number}{_NBSP}{MONTHS[int(month) - 1]}{_NBSP}{year}"


def in_a_sentence(number: str, body: str | None) -> str:
    """« l'article L. 2121-29 du code général des collectivités territoriales »."""
    named = label(Record(0, "article", (), number=number, body=body))
    return "l'" + named.replace("Article", "article", 1)


def short_date(iso: str) -> str:
    """« 2024-01-01 » (a time of day after it is left out) → « 01/01/2024 »."""
    return "/".join(reversed(iso[:10].split("-")))


def _day(iso: str | None) -> str | None:
    return french_date(iso) if iso else None


def _quoted(title: str) -> str:
    """Between French quotation marks; marks inside become English ones."""
    inside = re.sub(r"«\s*", "“", re.sub(r"\s*»", "”", title))
    return f"«{_NBSP}{inside}{_NBSP}»"


def assembly(body: str | None) -> str:
    """By which assembly a collectivity decides: « Conseil municipal »; « Séance » if unknown."""
    folded = fold(body or "")
    if not folded or _NO_COMMUNE.match(folded):
        return "Séance"
    if folded.startswith(("communaute", "metropole", "cc ", "ca ")):
        return "Conseil communautaire"
    return "Comité syndical" if folded.startswith("syndicat") else "Conseil municipal"


def _article(record: Record) -> str:
    number = _LETTER_DOT.sub(rf"\1.{_NBSP}", record.number or "")
    code = _CODES.get(record.body or "", record.body or "")
    if not code:
        return f"Article {number}"
    code = code[0].lower() + code[1:]
    of = "de la " if code.startswith(("loi", "constitution", "convention", "charte")) else "du "
    of = "de l'" if fold(code)[0] in "aeiouyh" else of
    return f"Article {number} {of}{code}"
