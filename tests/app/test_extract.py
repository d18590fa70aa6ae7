"""What a question asks for, and what belongs together in an answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.answer import Desk
from app.assembly import open_desk
from app.extract import wanted
from app.ledger import squeeze
from app.settings import load


@pytest.fixture(scope="module")
def desk(town: Path) -> Iterator[Desk]:
    with open_desk(load(town)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "holds"),
    [
        ("Combien coûte le repas ?", "4,95 €"),
        ("Qui a voté contre ?", "Contre : M. Papin"),
        ("Sur quel article s'appuie la commune ?", "l'article L. 812-3"),
        ("Sur quelle durée la commune emprunte-t-elle ?", "pour une durée de 15 ans"),
        ("Quand le séjour a-t-il lieu ?", "du 18 au 22 mai 2026"),
    ],
)
def test_the_kind_of_thing_that_is_asked_is_known(question: str, holds: str) -> None:
    kind = wanted(question)
    assert kind is not None
    assert kind.search(holds)
    assert not kind.search("Le conseil municipal remercie les agents")


def test_what_an_act_decides_is_answered_by_its_decision(desk: Desk) -> None:
    answer = desk.ask("Que décide la délibération 2024-031 ?")
    assert answer.status == "answered"
    assert squeeze("pris acte du barème de l'amende administrative") in squeeze(answer.text)
    assert {citation.act_number for citation in answer.citations} == {"2024-031"}


@pytest.mark.parametrize(
    "question",
    [
        "Quel est le tarif de la piscine en 1850 ?",
        "Quel est le tarif de la piscine en 2040 ?",
        "Quel est le tarif de la piscine de lyon ?",
        "Quel est le tarif de la piscine du Havre ?",
        "Tarif piscine Strasbourg 2022 ?",
    ],
)
def test_a_year_or_a_commune_that_is_not_there_is_refused(desk: Desk, question: str) -> None:
    assert desk.ask(question).status == "not_in_records"


def test_the_same_question_of_this_commune_is_answered(desk: Desk) -> None:
    assert desk.ask("Quel était le tarif de la piscine en 2022 ?").status == "answered"


def test_a_table_is_quoted_with_its_header(desk: Desk) -> None:
    answer = desk.ask("Quelle est l'amende pour un dépôt sauvage ?")
    assert squeeze("Volume ou nature du dépôt Amende") in squeeze(answer.sentences[0].text)
    assert "1 900 €" in answer.sentences[0].text.replace("\u202f", " ").replace("\u00a0", " ")
