"""A refusal says why: which words stand nowhere, or not together, or outside what was chosen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.answer import Desk
from app.assembly import open_desk
from app.bar import NOTHING
from app.settings import load
from vectorstore.narrow import Narrow
from vectorstore.retriever import Found

NEVER = Narrow(first="1789-01-01", last="1789-12-31")


@pytest.fixture(scope="module")
def desk(town: Path) -> Iterator[Desk]:
    with open_desk(load(town)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("Quel est le tarif du téléphérique ?",
         "Le mot « téléphérique » n'est dans aucun des documents cherchés."),
        ("Quelle est la recette de la tarte tatin ?",
         "Les mots « tarte », « tatin » ne sont dans aucun des documents cherchés."),
        ("Qui est Jean Dupont ?", "Aucune phrase trouvée ne dit qui est cette personne."),
    ],
)  # fmt: skip
def test_a_refusal_names_the_words_that_no_document_holds(
    desk: Desk, question: str, why: str
) -> None:
    answer = desk.tried(question)
    assert answer.status == "not_in_records"
    assert answer.message == f"{NOTHING} {why}"
    assert answer.nearest


@pytest.mark.parametrize(
    "question",
    ["Pourquoi le maire a-t-il démissionné ?", "Quel parc de la bibliothèque est gratuit le lundi",
     "Que pense la commission des feux de la cantine ?", "Combien pèse le budget participatif ?",
     "xyzzy", "Quelle est la capitale de l'Italie ?"],
)  # fmt: skip
def test_no_refusal_is_without_a_reason_of_its_own(desk: Desk, question: str) -> None:
    answer = desk.tried(question)
    assert answer.sentences or answer.message.removeprefix(NOTHING).strip()


def test_where_nothing_is_left_to_search_the_choice_is_the_reason(desk: Desk) -> None:
    answer = desk.ask("Quel est le tarif de la cantine ?", narrow=NEVER)
    assert answer.message.endswith("(fonds, genres ou période) n'en approche.")


def test_a_word_of_a_fonds_that_was_not_searched_is_as_one_that_nobody_wrote(desk: Desk) -> None:
    lexical = desk.retriever.indexes.lexical
    [term] = lexical.terms("cantine")
    assert lexical.holds(term, ["mairie"])
    assert not lexical.holds(term, [])
    assert not lexical.holds(term, ["autre"])


def test_how_a_list_is_asked_for_is_no_word_that_a_passage_must_hold(desk: Desk) -> None:
    for asked in (
        "Liste de toutes les délibérations sur le téléphérique",
        "Combien coûte aujourd'hui le téléphérique ?",
    ):
        message = desk.tried(asked).message
        assert message.endswith("« téléphérique » n'est dans aucun des documents cherchés.")


def test_where_a_collectivity_decided_nothing_near_the_acts_of_others_are_shown(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of_nobody(found: Found) -> Found:
        return replace(found, hits=())

    monkeypatch.setattr("app.answer.relevant", of_nobody)
    answer = desk.tried("Combien coûte le téléphérique de Courvallon-sur-Sélande ?")
    assert answer.message == f"{NOTHING} Aucun acte de « Courvallon-sur-Sélande » n'en approche."
    assert len(answer.nearest) == 3
