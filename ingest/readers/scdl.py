"""CSV: the national layout of délibérations (SCDL) as records; any other table row by row.

SCDL: https://schema.data.gouv.fr/scdl/deliberations/ . Real files deviate: another delimiter,
a byte order mark, an extra first column, French dates.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from ingest.clean import clean
from ingest.pages import Document, Page
from ingest.readers import Limits
from ingest.readers.text import decode
from ingest.records.dates import iso, parse
from ingest.records.facts import with_facts
from ingest.records.label import french_date
from ingest.records.record import Record, Span, Vote
from ingest.trouble import Unreadable


def read(file: Path, limits: Limits) -> Document:
    """SCDL: one page and one record a row. Other tables: one page, a line a row.

    Raises:
        Unreadable: not a table.
    """
    rows = list(_rows(decode(file.read_bytes()).lstrip("\r\n")))
    if not rows:
        raise Unreadable("damaged", "aucune ligne")
    if {"DELIB_ID", "DELIB_OBJET"} <= set(rows[0]):
        return _acts(rows)
    lines = (" ; ".join(f"{k} : {v}" for k, v in row.items() if k and v) for row in rows)
    return Document((Page(1, clean("\n".join(lines))),))


def _rows(text: str) -> Iterator[dict[str, str]]:
    csv.field_size_limit(10_000_000)
    first = text.split("\n", 1)[0]
    delimiter = max(";,\t|", key=first.count)
    try:
        for row in csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=False):
            pairs = ((key, value) for key, value in row.items() if isinstance(value, str))
            yield {(key or "").strip(): " ".join(value.split()) for key, value in pairs}
    except csv.Error as error:
        raise Unreadable("damaged", str(error)) from error


def _acts(rows: list[dict[str, str]]) -> Document:
    pages: list[Page] = []
    records: list[Record] = []
    for row in rows:
        if not row.get("DELIB_OBJET"):
            continue
        number = len(pages) + 1
        pages.append(Page(number, clean(_sentence(row))))
        records.append(_record(row, number, pages[-1].text))
    return Document(tuple(pages), with_facts(pages, records))


def _count(value: str | None) -> int | None:
    return int(value) if value and re.fullmatch(r"\d+", value) else None


def _day(written: str) -> str | None:
    """ISO, as the schema wants it, or a French date."""
    found = re.match(r"(\d{4})-(\d\d)-(\d\d)(?!\d)", written)
    return iso(*map(int, found.groups())) if found else parse(written)


def _record(row: Mapping[str, str], page: int, text: str) -> Record:
    vote = Vote(
        pour=_count(row.get("VOTE_POUR")),
        contre=_count(row.get("VOTE_CONTRE")),
        abstentions=_count(row.get("VOTE_ABSTENTION")),
    )
    return Record(
        ordinal=page - 1,
        kind="deliberation",
        spans=(Span(page, 0, len(text)),),
        number=row.get("DELIB_ID") or None,
        date=_day(row.get("DELIB_DATE", "")),
        title=row["DELIB_OBJET"],
        body=row.get("COLL_NOM") or None,
        vote=None if vote == Vote() else vote,
    )


def _sentence(row: Mapping[str, str]) -> str:
    """The row as a clerk would read it out: that is what is embedded and cited."""
    date = _day(row.get("DELIB_DATE", ""))
    lines = [
        f"Délibération n° {row.get('DELIB_ID', '')}"
        + (f" du {french_date(date)}" if date else "")
        + (f" – {row['COLL_NOM']}" if row.get("COLL_NOM") else ""),
        f"Objet : {row['DELIB_OBJET']}",
    ]
    if row.get("DELIB_MATIERE_NOM"):
        lines.append(f"Matière : {row['DELIB_MATIERE_NOM']}")
    if row.get("BUDGET_NOM") or row.get("BUDGET_ANNEE"):
        budget = f"Budget : {row.get('BUDGET_NOM', '')} {row.get('BUDGET_ANNEE', '')}"
        lines.append(" ".join(budget.split()))
    names = (("VOTE_POUR", "pour"), ("VOTE_CONTRE", "contre"), ("VOTE_ABSTENTION", "abstentions"))
    votes = [f"{row[key]} {name}" for key, name in names if row.get(key)]
    if votes:
        lines.append("Vote : " + ", ".join(votes))
    if row.get("PREF_DATE"):
        received = _day(row["PREF_DATE"])
        lines.append(
            f"Reçu en préfecture le {french_date(received) if received else row['PREF_DATE']}"
        )
    return "\n".join(lines)
