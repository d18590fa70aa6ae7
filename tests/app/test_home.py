"""Acts that name no collectivity: the town hall's own, or those of the town they speak of."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.answer import Desk
from app.assembly import open_desk
from app.settings import load
from tests.command_line import greffe
from tests.conftest import new_town

TARIFFS = """Compte rendu de la réunion du 4 juin 2021

3 Tarification du cimetière
425€ concession 50ANS, 60 € pour un dépôt de cendres, 120 € pour le caveau provisoire.

4 Archivage
Tarif de 250 € / jour pour l'archiviste, mission de 5 jours.
"""
LAVOIR = """Compte rendu de la réunion du 9 mai 2022

1 Restauration du lavoir
La maçonnerie du lavoir est confiée à un artisan pour 8 400 €. Fait à Pompidou-les-Bains, commune
de Vézelay.
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Path:
    place = tmp_path_factory.mktemp("maison")
    folder = place / "deliberations"
    folder.mkdir()
    (folder / "reunion-juin.txt").write_text(TARIFFS, "utf-8")
    (folder / "reunion-mai.txt").write_text(LAVOIR, "utf-8")
    town = new_town(place / "donnees", models)
    assert greffe(town, "ingest", folder).code == 0
    return town


@pytest.fixture(scope="module")
def desk(data: Path) -> Iterator[Desk]:
    with open_desk(load(data)) as opened:
        yield opened


def test_the_town_that_is_set_decided_what_names_nobody(data: Path) -> None:
    asked = "Quel est le prix d'une concession de 50 ans au cimetière de Flaux ?"
    assert greffe(data, "ask", asked).code == 1
    ran = greffe(data, "ask", asked, GREFFE_TOWN="Flaux")
    assert ran.code == 0
    assert "425" in ran.out
    assert greffe(data, "ask", asked.replace("Flaux", "Nantes"), GREFFE_TOWN="Flaux").code == 1


def test_a_town_that_is_named_anywhere_in_the_file_is_its_own(desk: Desk) -> None:
    answer = desk.ask("Combien coûte la restauration du lavoir de Vézelay ?")
    assert "8 400" in answer.text
    assert desk.ask("Combien coûte la restauration du lavoir de Nantes ?").status != "answered"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("Tarif journalier de l'archiviste ?", "250"),
        ("Prix d'une concession de 50 ans au cimetière ?", "425"),
    ],
)
def test_a_few_words_are_answered_by_other_words(desk: Desk, asked: str, said: str) -> None:
    assert said in desk.ask(asked).text
