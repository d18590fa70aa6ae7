"""A follow-up takes what it leans on from the questions before."""

from __future__ import annotations

import pytest

from app.citations import Answer
from app.conversation import EMPTY, Conversation, alone, context_of


def talk(*questions: str, status: str = "answered") -> Conversation:
    made = EMPTY
    for question in questions:
        made = made.then(question, Answer("x", question, status))
    return made


def test_a_short_question_that_opens_with_et_follows_up_the_one_before() -> None:
    before = "Quelle amende pour un dépôt sauvage à Pierrefonds ?"
    assert context_of("Et pour une entreprise ?", talk(before)) == before


def test_a_chain_of_follow_ups_goes_back_to_the_question_that_stood_alone() -> None:
    first = "Combien coûte la cantine à Courvallon en 2024 ?"
    second = "Et en cas d'inscription tardive ?"
    assert context_of("Et pour une entreprise ?", talk(first, second)) == f"{first} {second}"


@pytest.mark.parametrize(
    "alone",
    [
        "Quel est le prix du mètre cube d'eau à Couthenans en 2022 ?",
        "Quelle est la capitale de l'Italie ?",
        "Qui préside l’Agglomération ?",
    ],
)
def test_a_question_that_stands_alone_takes_nothing(alone: str) -> None:
    before = talk("Quelle amende pour un dépôt sauvage à Pierrefonds ?")
    assert context_of(alone, before) == ""


def test_the_first_question_leans_on_nothing() -> None:
    assert context_of("Et alors ?", EMPTY) == ""


ARTICLE = "Que dit l'article L2121-10 du CGCT en 2012 ?"


def test_the_article_asked_last_is_the_one_that_is_followed_up() -> None:
    said = talk(ARTICLE, "et l'article L. 2121-11 ?", "Et en 2015 ?")
    assert context_of("Et aujourd'hui ?", said) == "et l'article L. 2121-11 du CGCT en 2015 ?"


def test_what_follows_a_refusal_is_asked_with_all_that_was_refused() -> None:
    before, after = "Quelle est la capitale de l'Italie ?", "Et de l'Espagne ?"
    refused = alone(after, talk(before, status="not_in_records"), lambda question, steps: "")
    assert (refused.text, refused.context) == (f"{before} {after}", "")
    answered = alone(after, talk(before), lambda question, steps: "")
    assert (answered.text, answered.context) == (after, before)
