"""From an act to the norms and acts that it names, and back, among those that are indexed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.catalogue import Catalogue, bare_number
from ingest.records.codes import CODES, short_name
from ingest.records.label import french_date, in_a_sentence
from ingest.records.numbers import key, normalise
from ingest.records.version import VersionRow
from ingest.rows import RecordRow

_ARTICLE = re.compile(r"^(?P<code>\D.*?) (?P<number>[LRDA]?\d[\d-]*)$")
_ACT = re.compile(
    r"^(?P<kind>délibération|arrêté)(?: (?P<number>(?!\d{4}-\d\d-\d\d$)\S+))?"
    r"(?: (?P<date>\d{4}-\d\d-\d\d))?$"
)
_KINDS = {"délibération": "deliberation", "arrêté": "arrete"}
_TEXT = re.compile(
    r"^(?P<kind>délibération|arrêté|loi|décret|ordonnance)"
    r"(?: (?P<number>(?!\d{4}-\d\d-\d\d$)\S+))?(?: (?P<date>\d{4}-\d\d-\d\d))?$"
)
_THE = {"délibération": "la ", "arrêté": "l'", "loi": "la ", "décret": "le ", "ordonnance": "l'"}


def targets(
    catalogue: Catalogue, value: str, body: str | None, fonds: Sequence[str]
) -> list[RecordRow]:
    """The indexed records that a normalised reference means; none where it is not certain.

    Args:
        catalogue: where to look.
        value: as `ingest.records.references` writes it, « CGCT L2121-29 ».
        body: who wrote the act that refers: a number means an act of the same collectivity.
        fonds: those that may be read.
    """
    act = _ACT.match(value)
    if act:
        return _acts(catalogue, act, body, fonds)
    article = _ARTICLE.match(value)
    if article is None:
        return []
    ids = [
        id
        for id, code in catalogue.articles_named(article["number"], fonds)
        if short_name(code) == article["code"]
    ]
    return list(catalogue.records_of(ids).values())


def version_meant(
    catalogue: Catalogue, value: str, day: str | None, fonds: Sequence[str]
) -> VersionRow | None:
    """The article that a normalised reference means, as it stood on the day of the act."""
    article = _ARTICLE.match(value)
    if article is None or day is None or _ACT.match(value):
        return None
    for id, code in catalogue.versions_named(article["number"], fonds):
        if short_name(code) == article["code"] and (stood := catalogue.version_on(id, day, fonds)):
            return stood
    return None


def in_words(value: str) -> str:
    """A normalised reference as it stands in a sentence: « la délibération du 6 mai 2013 ».

    « CGCT L2121-29 » → « l'article L. 2121-29 du code général des collectivités territoriales ».
    """
    text = _TEXT.match(value)
    if text:
        kind, number, day = text.group("kind", "number", "date")
        named = f"{_THE[kind]}{kind}" + (f" n°\u00a0{number}" if number else "")
        return named + (f" du {french_date(day)}" if day else "")
    article = _ARTICLE.match(value)
    if article:
        return in_a_sentence(article["number"], CODES.get(article["code"], article["code"]))
    return f"le {CODES[value]}" if value in CODES else value


def reference_to(record: RecordRow) -> list[str]:
    """The normalised values under which others may name a record."""
    if record.kind == "article" and record.number and record.body:
        return [f"{short_name(record.body)} {bare_number(record.number)}"]
    kind = {plain: name for name, plain in _KINDS.items()}.get(record.kind)
    if kind is None or record.number is None:
        return []
    number = normalise(record.number)
    return [f"{kind} {number}"] + ([f"{kind} {number} {record.date}"] if record.date else [])


def naming(
    catalogue: Catalogue, record: RecordRow, fonds: Sequence[str]
) -> list[tuple[RecordRow, str]]:
    """(act, role) of the indexed acts that name a record, newest first, each once."""
    found: dict[int, str] = {}
    for value in reference_to(record):
        for id, role in catalogue.naming(value, fonds):
            found.setdefault(id, role)
    rows = catalogue.records_of(list(found))
    same = [
        row
        for row in rows.values()
        if row.id != record.id and (record.kind == "article" or row.body == record.body)
    ]
    same.sort(key=lambda row: (row.date or "", row.id), reverse=True)
    return [(row, found[row.id]) for row in same]


def _acts(
    catalogue: Catalogue, match: re.Match[str], body: str | None, fonds: Sequence[str]
) -> list[RecordRow]:
    """Acts with this number, of this day where one is given, and of the same collectivity."""
    if match["number"] is None:
        return []  # many acts have one day
    rows = catalogue.records_of(catalogue.acts_numbered(key(match["number"]), fonds)).values()
    return [
        row
        for row in rows
        if row.kind == _KINDS[match["kind"]]
        and (match["date"] is None or row.date is None or row.date == match["date"])
        and (body is None or row.body is None or row.body == body)
    ]
