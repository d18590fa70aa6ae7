"""The words that would tell whether a closed fonds is looked at, drawn from a real index."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from app.assembly import catalogue_of
from app.settings import load
from evals.closed_fonds import by_chance, slower
from evals.closed_words import invented, texts_of, words_of_the_closed
from tests.conftest import FONDS
from vectorstore.lexical import Lexical

OPENED = ("Le conseil approuve le budget.", "La cantine ferme à midi.")
CLOSED = (
    "Madame Quorblinex demande une dérogation au budget.",
    "La dérogation est refusée ; l'ombrifuge sera rendu.",
    "Une dérogation de plus, et une cantine de moins.",
)


@pytest.fixture(scope="module")
def lexical(town: Path) -> Lexical:
    return Lexical(town / "lexical")


def test_the_words_are_those_of_the_closed_passages_alone(lexical: Lexical) -> None:
    common, once = words_of_the_closed(CLOSED, OPENED, lexical.terms, 10, 3)
    assert common == ["dérogation"]
    assert {"quorblinex", "ombrifuge"} <= set(once)
    assert not {"budget", "cantine", "budgets"} & set(once)  # an open passage holds them


def test_another_form_of_an_open_word_is_none_of_the_closed(lexical: Lexical) -> None:
    _, once = words_of_the_closed(["Des cantines et des budgets."], OPENED, lexical.terms, 10)
    assert once == []


def test_no_more_words_than_asked_and_the_same_each_time(lexical: Lexical) -> None:
    drawn = [words_of_the_closed(CLOSED, (), lexical.terms, 3)[1] for _ in range(2)]
    assert drawn[0] == drawn[1]
    assert len(drawn[0]) == 3


def test_the_texts_are_those_of_the_fonds_that_are_named(town: Path) -> None:
    catalogue = catalogue_of(load(town))
    assert len(list(texts_of(catalogue, [FONDS]))) == catalogue.counts()[FONDS]["passages"]
    assert list(texts_of(catalogue, ["ailleurs"])) == []
    catalogue.close()


def test_invented_words_have_the_same_letters_and_stand_nowhere(lexical: Lexical) -> None:
    unheard = lexical.idf("")
    words = ["délibération", "cantine", "subvention"]
    made = invented(words, lambda word: all(
        lexical.idf(term) == unheard for term in lexical.terms(word)))  # fmt: skip
    assert [Counter(word) for word in made] == [Counter(word) for word in words]
    assert not set(made) & set(words)


def test_a_true_difference_is_beyond_what_chance_gives_and_none_is_within() -> None:
    words, rounds = 30, 10
    draw = random.Random(3)
    of_the_word = [draw.uniform(0.1, 0.2) for _ in range(words)]
    times = [one + draw.gauss(0, 0.01) for _ in range(rounds) for one in of_the_word]
    again = [one + draw.gauss(0, 0.01) for _ in range(rounds) for one in of_the_word]
    low, high = by_chance(times, again, words)
    assert low < slower(times, again) < high
    later = [one + 0.01 for one in times]
    low, high = by_chance(later, again, words)
    assert slower(later, again) > high
