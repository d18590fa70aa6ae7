"""What the words of a question are worth beside its meaning."""

from __future__ import annotations

import pytest

from vectorstore.fusion import Evidence, Weights, score, trust
from vectorstore.question import without_bodies

TOWNS = ["Courvallon-sur-Sélande", "Communauté de communes des Lisières de l'Oise", "Uzès"]


@pytest.mark.parametrize(
    ("asked", "searched"),
    [
        ("Le prix de la cantine à Uzès", "Le prix de la cantine à  "),
        ("Courvallon en 2024 : la cantine", "  en 2024 : la cantine"),
        ("La cantine à Brest", "La cantine à Brest"),  # no body of the index: it must be found
        ("Uzès", "Uzès"),  # nothing else to search for
        ("Uzès ?", "Uzès ?"),
    ],
)
def test_the_name_of_a_town_with_acts_is_not_searched_for_as_words(
    asked: str, searched: str
) -> None:
    assert without_bodies(asked, TOWNS) == searched


def test_words_are_trusted_as_far_as_the_best_passage_holds_the_question() -> None:
    assert trust(best=0.0, idf=8.0) == 0.0
    assert trust(best=6.0, idf=8.0) == pytest.approx(0.5)
    assert trust(best=12.0, idf=8.0) == trust(best=40.0, idf=8.0) == 1.0
    assert trust(best=3.0, idf=0.0) == 0.0  # none of its words is in any passage


def test_a_passage_near_in_meaning_beats_one_that_shares_a_word_of_an_everyday_question() -> None:
    near, shares = Evidence(dense=0.6, lexical=0.0), Evidence(dense=0.4, lexical=1.0)
    assert score(shares, Weights()) > score(near, Weights())
    doubted = Evidence(dense=0.4, lexical=trust(best=3.0, idf=8.0))
    assert score(doubted, Weights()) < score(near, Weights())
