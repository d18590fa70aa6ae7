"""Objects of acts are known in a text by their words, however these are written."""

from __future__ import annotations

import unicodedata

import pytest

from ingest.objects import Sought, objects_of

TITLE = "Rénovation du chœur de l'église"


@pytest.mark.parametrize(
    "text",
    [
        f"Quel est le montant prévu pour « {TITLE} » ?",
        unicodedata.normalize("NFD", f"{TITLE} : combien ?"),
        "RENOVATION DU CHOEUR DE L’EGLISE",
    ],
)
def test_an_object_is_known_however_it_is_spelled(text: str) -> None:
    assert Sought(objects_of([TITLE])).held_by(text) == objects_of([TITLE])


def test_a_part_of_an_object_is_not_it() -> None:
    assert Sought(objects_of([TITLE])).held_by("Rénovation du chœur de la chapelle") == set()


@pytest.mark.parametrize(
    ("title", "known"),
    [
        ("Budget primitif", False),  # two words of any question
        ("Vidéoprotection communale", True),
        ("Tarifs du port", True),
        ("Intercommunalisation", False),
    ],
)
def test_an_object_that_stands_in_any_question_is_none(title: str, known: bool) -> None:
    assert bool(objects_of([title])) is known
    assert bool(Sought(objects_of([title])).held_by(f"Où en est {title.lower()} ?")) is known
