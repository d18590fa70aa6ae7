"""What a question wants the price of."""

from __future__ import annotations

import pytest

from app.kinds import AMOUNT, NUMBER, wanted
from app.priced import priced


@pytest.mark.parametrize(
    ("question", "what"),
    [
        ("Combien coûte une nuit au camping ?", "nuit"),
        ("À combien s'élève la taxe d'affouage par foyer ?", "affouage"),
        ("Quel est le montant de la taxe de séjour ?", "séjour"),
        ("Quel est le prix de la location d'un vélo ?", "vélo"),
        ("Combien la commune a-t-elle dépensé pour les guirlandes ?", "guirlandes"),
        ("Combien de conseillers étaient présents ?", ""),
    ],
)
def test_what_is_priced_is_the_noun_behind_the_price(question: str, what: str) -> None:
    assert priced(question) == what


def test_how_much_is_paid_is_an_amount_and_how_many_pay_is_a_number() -> None:
    assert wanted("Combien la mairie a-t-elle payé le terrain ?") is AMOUNT
    assert wanted("Combien d'habitants ont payé la taxe ?") is not AMOUNT
    assert wanted("Combien d'élèves mangent à la cantine ?") is NUMBER
