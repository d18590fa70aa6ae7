"""What a question that names acts and articles by their number gets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import named
from app.answer import Desk
from app.assembly import open_desk
from app.settings import load
from tests import command_line
from tests.conftest import copy_town

CGCT = "Code général des collectivités territoriales"
ARTICLES = [
    ("T1/L9121-29", CGCT, "L9121-29", "Le conseil tient un registre numérique des alambics."),
    ("T1/R9121-29", CGCT, "R9121-29", "Le registre des alambics est relié en cuir."),
    ("T1/L9121-3", CGCT, "L9121-3", "Le maire préside la séance des alambics."),
    ("T2/L9121-29", "Code de l'éducation", "L9121-29", "L'école prête ses alambics."),
]
VISA = "Vu l'article L. 9121-29 du code général des collectivités territoriales ;"
ACT = (
    "Commune de Courvallon-sur-Sélande\n\nConseil municipal du {day}\n\n"
    "Délibération n° {number}\nObjet : {title}\n\n"
    f"{VISA}\n"
    "Le conseil municipal, après en avoir délibéré, DÉCIDE : de restaurer l'alambic.\n"
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, indexed: Path) -> Iterator[Desk]:
    data = copy_town(indexed, tmp_path_factory.mktemp("numeros") / "donnees")
    law = [
        {"id": id, "code": code, "num": number, "text": text, "etat": "VIGUEUR",
         "date_debut": "2019-07-01", "date_fin": None}
        for id, code, number, text in ARTICLES
    ]  # fmt: skip
    lines = "\n".join(json.dumps(one, ensure_ascii=False) for one in law)
    command_line.indexed(data, "loi/core.jsonl", lines, "droit")
    for day, number, title in (
        ("4 novembre 2024", "2024-091", "Restauration de l'alambic municipal"),
        ("3 novembre 2025", "2025-091", "Alambic municipal, seconde tranche"),
    ):
        act = ACT.format(day=day, number=number, title=title)
        command_line.indexed(data, f"alambics/{number}.txt", act, "alambics")
    with open_desk(load(data)) as opened:
        yield opened


def labels(desk: Desk, question: str) -> list[str]:
    answer = desk.ask(question)
    return [c.label.replace("\N{NO-BREAK SPACE}", " ") for c in answer.citations or answer.nearest]


@pytest.mark.parametrize(
    "question",
    [
        "Quels actes visent l'article L9121-29 du CGCT ?",
        "Combien de délibérations s'appuient sur l'article L. 9121-29 du CGCT ?",
    ],
)
def test_the_acts_that_rely_on_an_article_are_listed_by_the_line_that_does(
    desk: Desk, question: str
) -> None:
    answer = desk.ask(question)
    assert [sentence.text for sentence in answer.sentences] == [VISA, VISA]
    assert [citation.date for citation in answer.citations] == ["2024-11-04", "2025-11-03"]
    assert (
        answer.notes[0]
        .replace("\N{NO-BREAK SPACE}", " ")
        .startswith("2 actes citent l'article L. 9121-29 du code général")
    )


@pytest.mark.parametrize(
    "question",
    ["Quels actes vise la délibération 2025-091 ?", "Que dit l'article L9121-29 et L9121-3 ?"],
)
def test_what_an_act_cites_and_two_numbers_at_once_are_no_list(desk: Desk, question: str) -> None:
    answer = desk.ask(question)
    assert not any("citent" in note or "portent ce numéro" in note for note in answer.notes)
    assert "ne cite" not in answer.message


def test_that_no_act_relies_on_an_article_is_said(desk: Desk) -> None:
    answer = desk.ask("Quels actes visent l'article R9121-29 du CGCT ?")
    assert answer.status == "not_in_records"
    assert "Aucun acte indexé ne cite" in answer.message


def test_a_number_that_several_articles_bear_shows_them_all(desk: Desk) -> None:
    several = labels(desk, "L9121-29")
    assert len(several) == 2
    assert {"éducation" in one for one in several} == {True, False}
    without_letter = labels(desk, "9121-29 CGCT")
    assert sorted(one.split(" du ")[0] for one in without_letter) == [
        "Article L. 9121-29", "Article R. 9121-29",
    ]  # fmt: skip


def test_a_number_with_its_code_is_one_article(desk: Desk) -> None:
    assert {*labels(desk, "article L. 9121-29 du CGCT")} == {f"Article L. 9121-29 du c{CGCT[1:]}"}


def test_an_article_that_is_not_there_is_said_so_with_its_neighbours(desk: Desk) -> None:
    answer = desk.ask("Que dit l'article L9121-92 du CGCT ?")
    assert answer.status == "not_in_records"
    assert "« L. 9121-92 »" in answer.message
    assert answer.nearest[0].record_id != ""
    assert {citation.kind for citation in answer.nearest} == {"article"}


@pytest.mark.parametrize("question", ["délibération 2025-091", "n° 91 du 3 novembre 2025"])
def test_an_act_named_and_nothing_else_tells_what_it_decides(desk: Desk, question: str) -> None:
    answer = desk.ask(question)
    assert {citation.act_number for citation in answer.citations} == {"2025-091"}
    said = " ".join(sentence.text for sentence in answer.sentences)
    assert "DÉCIDE" in said or "Alambic municipal" in said


def test_the_last_act_about_something(desk: Desk) -> None:
    answer = desk.ask("Quelle est la dernière délibération sur l'alambic municipal ?")
    assert [citation.act_number for citation in answer.citations] == ["2025-091"]


@pytest.mark.parametrize(
    ("period", "numbers"),
    [
        ("depuis 2024", ["2024-091", "2025-091"]),
        ("depuis 2025", ["2025-091"]),
        ("avant 2025", ["2024-091"]),
        ("entre 2024 et 2025", ["2024-091", "2025-091"]),
        ("en 2024", ["2024-091"]),
    ],
)
def test_the_acts_of_some_years_about_something_are_all_listed_by_date(
    desk: Desk, period: str, numbers: list[str]
) -> None:
    answer = desk.ask(f"Quelles délibérations sur l'alambic municipal {period} ?")
    assert [citation.act_number for citation in answer.citations] == numbers


@pytest.mark.parametrize(
    ("question", "alone"),
    [
        ("Que dit l'article L2121-29 du CGCT ?", True),
        ("Que disait l'article L2121-29 du CGCT au 1er juillet 2010 ?", True),
        ("Quel est le tarif de la délibération 2025-091 ?", False),
        ("Budget de la délibération 2025-091", False),
    ],
)
def test_what_asks_for_an_act_and_nothing_else(question: str, alone: bool) -> None:
    assert named.only_names_it(question) is alone
