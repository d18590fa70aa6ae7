"""What a question says plainly."""

import pytest

from vectorstore.question import read_question


@pytest.mark.parametrize(
    ("asked", "article"),
    [
        ("Que dit l'article LO4435-2 ?", "LO4435-2"),  # organic law: 180 articles of the codes
        ("Que dit l'article L. 2121-29 du CGCT ?", "L2121-29"),
        ("Que dit l'article R*421-14 ?", "R421-14"),
    ],
)
def test_an_article_is_read_with_all_its_letters(asked: str, article: str) -> None:
    assert read_question(asked, []).articles == (article,)


def test_a_collectivity_is_named_without_its_acronym_and_in_any_order() -> None:
    known = ["Saint-etienne metropole (SEM)", "Métropole de Saint-Étienne", "Flaux"]
    asked = "Quel vote à Saint-Étienne Métropole pour le massif de Firminy ?"
    found = read_question(asked, known)
    assert found.bodies == ("Saint-etienne metropole (SEM)", "Métropole de Saint-Étienne")
    assert found.places == ("Firminy",)
