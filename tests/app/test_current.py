"""A price that is asked without a time is the latest one that an act gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.assembly import open_desk
from app.current import asks_today
from app.settings import load
from tests.command_line import indexed
from vectorstore.question import read_question

TARIFF = """Commune de Courvallon-sur-Sélande
Extrait du registre des délibérations du conseil municipal
Séance du 12 décembre {year}
Objet : Tarifs de location de la salle des Tanneurs
Le conseil municipal, après en avoir délibéré, décide :
Article 1er : la location de la salle des Tanneurs coûte {price} € à la journée.
"""


@pytest.mark.parametrize(
    ("question", "today"),
    [
        ("Combien coûte un repas à la cantine ?", True),
        ("Quel est le tarif de la salle des fêtes ?", True),
        ("Quel loyer paie l'association ?", True),
        ("Combien coûtait un repas à la cantine ?", False),
        ("À quel prix la commune a-t-elle vendu la parcelle ?", False),
        ("Quel prix a été fixé pour la salle ?", False),
        ("Quel est le tarif de la cantine en 2023 ?", False),
        ("Quel tarif fixe la délibération n° 2023-029 ?", False),
        ("Quelle subvention reçoit le club ?", False),
    ],
)
def test_what_asks_for_the_price_of_today(question: str, today: bool) -> None:
    assert asks_today(read_question(question, ()), question) == today


def test_of_two_tariffs_the_latest_answers_unless_a_year_is_named(own_town: Path) -> None:
    for year, price in (("2019", "150"), ("2031", "185"), ("2024", "165")):
        text = TARIFF.format(year=year, price=price)
        indexed(own_town, f"tarifs/{year}.txt", text, "tarifs")
    with open_desk(load(own_town)) as desk:

        def price_said(question: str) -> str:
            return " ".join(sentence.text for sentence in desk.ask(question).sentences)

        today = price_said("Combien coûte la location de la salle des Tanneurs à la journée ?")
        assert "185 €" in today
        assert not any(older in today for older in ("150 €", "165 €"))
        assert "150 €" in price_said(
            "Combien coûte la location de la salle des Tanneurs à la journée en 2019 ?"
        )
