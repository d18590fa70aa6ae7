"""The card of a record: what it states and where, what it names, and who names it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.catalogue import Catalogue
from ingest.links import naming, targets, version_meant
from ingest.records.record import Fact
from ingest.records.version import VersionRow
from ingest.rows import RecordRow, Source
from vectorstore.question import read_question
from vectorstore.references import look_up

ROLES = ("visa", "renvoi", "rapporte")


@dataclass(frozen=True, slots=True)
class Reference:
    """A norm or an act that a record names, and the indexed records that this is."""

    fact: Fact
    records: tuple[RecordRow, ...]
    version: VersionRow | None = None  # of an article, on the day of the record


@dataclass(frozen=True, slots=True)
class Card:
    """All that the catalogue knows of one record."""

    record: RecordRow
    source: Source
    facts: tuple[Fact, ...]  # without the references
    references: tuple[Reference, ...]
    named_by: tuple[tuple[RecordRow, str], ...]  # act and role, newest first


def cards(catalogue: Catalogue, reference: str, fonds: Sequence[str]) -> list[Card]:
    """The cards of the records that « délibération 2014/216 », « L. 2121-29 du CGCT » name."""
    reading = read_question(reference, catalogue.bodies(fonds))
    ids = look_up(catalogue, reading, fonds)
    rows = catalogue.records_of(ids)
    return [card(catalogue, rows[id], fonds) for id in ids]


def card(catalogue: Catalogue, record: RecordRow, fonds: Sequence[str]) -> Card:
    """The card of one record; only records of these fonds are named in it."""
    facts = catalogue.facts_of(record.id)
    references = tuple(
        Reference(
            fact,
            tuple(targets(catalogue, fact.value, record.body, fonds)),
            version_meant(catalogue, fact.value, record.date, fonds),
        )
        for fact in facts
        if fact.name in ROLES
    )
    return Card(
        record=record,
        source=catalogue.sources_of([record.source_id])[record.source_id],
        facts=tuple(fact for fact in facts if fact.name not in ROLES),
        references=references,
        named_by=tuple(naming(catalogue, record, fonds)),
    )
