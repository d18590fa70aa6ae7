"""From an act to what it names, and back: certain links only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.catalogue import Catalogue
from ingest.links import in_words, naming, reference_to, targets, version_meant
from ingest.pages import Document, Page
from ingest.passages import CUTTING, passages
from ingest.readers import READING
from ingest.records.record import Fact, Record, Span
from ingest.records.version import Version, pack
from ingest.rows import RecordRow
from tests.ingest.catalogue_town import FONDS, digest, found

ALL = [FONDS]
CGCT = "Code général des collectivités territoriales"


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    opened = Catalogue(tmp_path / "catalogue.sqlite")
    yield opened
    opened.close()


def act(number: str, date: str, *named: tuple[str, str], body: str = "Valbourg") -> Record:
    facts = tuple(Fact(role, value, Span(1, 0, 4)) for role, value in named)
    return Record(0, "deliberation", (Span(1, 0, 9),), number, date, body=body, facts=facts)


def article(number: str, code: str = CGCT) -> Record:
    return Record(0, "article", (Span(1, 0, 9),), number, "2020-01-01", body=code, article_id="x")


def add(catalogue: Catalogue, path: str, record: Record) -> RecordRow:
    document = Document((Page(1, "Le texte."),), (record,))
    with catalogue.writing():
        source = catalogue.stage(FONDS, found(path), digest(path), "staged", (READING, CUTTING), 1)
        pieces = list(passages(document.pages, [record], path, paper=False))
        catalogue.add_content(source, document, [record], pieces)
    catalogue.publish([source])
    (row,) = catalogue.records_of_source(source)
    return row


def test_an_article_is_found_by_its_code_and_number(catalogue: Catalogue) -> None:
    wanted = add(catalogue, "cgct.jsonl", article("L2121-29"))
    add(catalogue, "autre.jsonl", article("L2121-29", "Code de l'éducation"))
    assert targets(catalogue, "CGCT L2121-29", "Valbourg", ALL) == [wanted]
    assert targets(catalogue, "CGCT L2121-30", "Valbourg", ALL) == []
    assert targets(catalogue, "CGCT", "Valbourg", ALL) == []


def test_an_act_is_found_by_its_number_day_and_collectivity(catalogue: Catalogue) -> None:
    ours = add(catalogue, "a.pdf", act("2023-029", "2023-06-21"))
    add(catalogue, "b.pdf", act("2023-029", "2023-06-21", body="Montclar"))
    assert targets(catalogue, "délibération 2023-029 2023-06-21", "Valbourg", ALL) == [ours]
    assert targets(catalogue, "délibération 2023-029", "Valbourg", ALL) == [ours]
    assert targets(catalogue, "délibération 2023-029 2022-01-01", "Valbourg", ALL) == []
    assert targets(catalogue, "arrêté 2023-029", "Valbourg", ALL) == []


def test_a_day_alone_is_not_certain_enough(catalogue: Catalogue) -> None:
    add(catalogue, "a.pdf", act("2023-029", "2023-06-21"))
    assert targets(catalogue, "délibération 2023-06-21", "Valbourg", ALL) == []


def test_who_relies_on_an_article_newest_first(catalogue: Catalogue) -> None:
    law = add(catalogue, "cgct.jsonl", article("L2121-29"))
    old = add(catalogue, "a.pdf", act("2022-1", "2022-01-05", ("renvoi", "CGCT L2121-29")))
    new = add(catalogue, "b.pdf", act("2024-1", "2024-01-05", ("visa", "CGCT L2121-29")))
    add(catalogue, "c.pdf", act("2024-2", "2024-01-05", ("visa", "CGCT L2121-30")))
    assert naming(catalogue, law, ALL) == [(new, "visa"), (old, "renvoi")]
    assert naming(catalogue, law, ["autre fonds"]) == []


def test_an_act_that_takes_another_back_is_named_with_its_role(catalogue: Catalogue) -> None:
    first = add(catalogue, "a.pdf", act("2023-029", "2023-06-21"))
    later = add(
        catalogue, "b.pdf",
        act("2024-038", "2024-06-26", ("rapporte", "délibération 2023-029 2023-06-21")),
    )  # fmt: skip
    add(catalogue, "c.pdf", act("7", "2024-06-26", ("visa", "délibération 2023-029"), body="Autre"))
    assert reference_to(first) == ["délibération 2023-029", "délibération 2023-029 2023-06-21"]
    assert naming(catalogue, first, ALL) == [(later, "rapporte")]


def test_facts_leave_with_their_source(catalogue: Catalogue) -> None:
    row = add(catalogue, "a.pdf", act("1", "2024-01-05", ("visa", "CGCT L2121-29")))
    assert catalogue.facts_of(row.id) == [Fact("visa", "CGCT L2121-29", Span(1, 0, 4))]
    catalogue.retire([row.source_id])
    assert catalogue.naming("CGCT L2121-29", ALL) == []
    catalogue.purge([row.source_id])
    assert catalogue.facts_of(row.id) == []


def test_an_act_relies_on_the_version_of_its_day(catalogue: Catalogue) -> None:
    old, new = (
        Version(
            "x", begun, ended, page, version_id=id, number="L2121-29", body=CGCT,
            stamp="2024-01-01", text=pack(text),
        )
        for page, id, begun, ended, text in (
            (1, "v1", "2000-01-01", "2015-01-01", "Avant."), (2, "v2", "2015-01-01", None, "Après.")
        )
    )  # fmt: skip
    document = Document((), (), versions=(old, new))
    with catalogue.writing():
        source = catalogue.stage(FONDS, found("v"), digest("v"), "staged", (READING, CUTTING), 1)
        catalogue.add_content(source, document, [], [])
    catalogue.publish([source])
    meant = version_meant(catalogue, "CGCT L2121-29", "2014-05-22", ALL)
    assert meant is not None
    assert (meant.version_id, meant.text) == ("v1", "Avant.")
    assert version_meant(catalogue, "CGCT L2121-29", "1999-01-01", ALL) is None
    assert version_meant(catalogue, "C. urb. L2121-29", "2014-05-22", ALL) is None
    assert version_meant(catalogue, "délibération 2014-05-22", "2014-05-22", ALL) is None


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ("délibération 2013-05-06", "la délibération du 6 mai 2013"),
        ("délibération 2013/464 2013-11-25", "la délibération n° 2013/464 du 25 novembre 2013"),
        ("arrêté AR-2020-061", "l'arrêté n° AR-2020-061"),
        ("loi 1901-07-01", "la loi du 1er juillet 1901"),
        ("décret 2021-1123", "le décret n° 2021-1123"),
        ("CGCT L2121-20", "l'article L. 2121-20 du code général des collectivités territoriales"),
        ("C. éduc. R531-52", "l'article R. 531-52 du code de l'éducation"),
        ("CCP", "le code de la commande publique"),
    ],
)
def test_what_an_act_names_stands_in_a_sentence_as_a_lawyer_writes_it(
    value: str, named: str
) -> None:
    assert in_words(value).replace("\xa0", " ") == named
