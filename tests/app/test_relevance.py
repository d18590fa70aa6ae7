"""Which of the passages found are read for an answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.assembly import open_desk
from app.relevance import of_its_places, of_its_years, spread
from app.settings import load
from tests.command_line import greffe
from vectorstore.retriever import Hit, Query

OURS = """Délibération n° 2024-003 du 4 mars 2024
Objet : plan local d'urbanisme, modification simplifiée n° 2
La modification simplifiée n° 2 du plan local d'urbanisme est votée ; elle a été votée par tous.
"""
THEIRS = """Délibération n° 2024-009 du 6 mai 2024
Objet : avis sur le plan local d'urbanisme de Vézelay
Un avis favorable est donné à la modification simplifiée n° 2 de Vézelay.
"""
ASKED = "Quand la modification simplifiée n° 2 du plan local d'urbanisme de {} a-t-elle été votée ?"


def test_of_a_commune_without_acts_what_names_it_is_read_and_all_where_nothing_does(
    tmp_path: Path, empty_town: Path
) -> None:
    folder = tmp_path / "actes"
    folder.mkdir()
    (folder / "ours.txt").write_text(OURS, "utf-8")
    (folder / "theirs.txt").write_text(THEIRS, "utf-8")
    assert greffe(empty_town, "ingest", folder).code == 0
    with open_desk(load(empty_town)) as desk:
        read = {}
        for place in ("Vézelay", "Nantes"):
            found = desk.retriever.search(Query(ASKED.format(place)), desk.fonds(), 10)
            assert found.reading.places == (place,)
            assert len(found.hits) == 2
            read[place] = [hit.source.path for hit in of_its_places(found, found.hits)]
    assert read["Vézelay"] == ["theirs.txt"]
    assert len(read["Nantes"]) == 2


MEALS = """Délibération n° {number} du 28 juin {year}
Objet : Restauration scolaire : tarification {year}/{after}
Le repas de la restauration scolaire est à {price} € de septembre {year} à juillet {after}.
"""


def test_a_school_year_is_that_of_the_title_which_names_it(
    tmp_path: Path, empty_town: Path
) -> None:
    folder = tmp_path / "actes"
    folder.mkdir()
    for year, price in ((2022, "3,10"), (2023, "3,30"), (2024, "3,55")):
        text = MEALS.format(number=f"{year}-021", year=year, after=year + 1, price=price)
        (folder / f"{year}.txt").write_text(text, "utf-8")
    assert greffe(empty_town, "ingest", folder).code == 0
    with open_desk(load(empty_town)) as desk:
        asked = "Quels sont les tarifs de la restauration scolaire en {} ?"
        found = desk.retriever.search(Query(asked.format("2023/2024")), desk.fonds(), 10)
        assert {hit.source.path for hit in of_its_years(found)} == {"2023.txt"}
        found = desk.retriever.search(Query(asked.format("2023")), desk.fonds(), 10)
        assert len({hit.source.path for hit in of_its_years(found)}) > 1


COUNCIL = """Commune de Vézelay
Délibération n° 2024-012 du 4 mars 2024
Objet : composition du conseil municipal
Le conseil municipal de Vézelay est composé de Paul DEUX, né le 28/02/1974, élu le 15/03/2020.
"""


def test_a_year_of_birth_is_not_the_year_of_what_is_asked(tmp_path: Path, empty_town: Path) -> None:
    folder = tmp_path / "actes"
    folder.mkdir()
    (folder / "conseil.txt").write_text(COUNCIL, "utf-8")
    assert greffe(empty_town, "ingest", folder).code == 0
    asked = "Quelle était la composition du conseil municipal de Vézelay en {} ?"
    with open_desk(load(empty_town)) as desk:
        assert "1974" in desk.ask(asked.format(1974)).message
        assert "2020" not in desk.ask(asked.format(2020)).message


def test_hits_to_be_looked_through_hold_an_article_once_and_then_its_section(town: Path) -> None:
    with open_desk(load(town)) as desk:
        plain = desk.retriever.search(Query("cantine"), desk.fonds(), 1).hits[0]

    def article(name: str, section: str, score: float) -> Hit:
        record = replace(plain.record, kind="article", article_id=name, section_path=(section,))
        return replace(plain, record=record, score=score)

    good = [article(f"A{n}", "good", 0.9 - n / 100) for n in range(10)]
    twice = [article("A0", "good", 0.75)]
    far, near = article("B", "other", 0.7), article("A10", "good", 0.6)
    act = replace(plain, score=0.5)
    found = spread([*good, *twice, far, near, act, act])
    assert [hit.record.article_id for hit in found[:10]] == [f"A{n}" for n in range(10)]
    assert [hit.record.article_id for hit in found[10:12]] == ["A10", "B"]
    assert [hit.rank for hit in found] == list(range(1, len(found) + 1))
    assert len(found) == 13  # the passage of an act is there once, too
