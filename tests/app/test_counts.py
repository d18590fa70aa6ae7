"""A number beside what is counted."""

import pytest

from app.counts import counted, counts


@pytest.mark.parametrize(
    ("question", "what"),
    [
        ("Combien d'adjoints le conseil a-t-il prévus ?", "adjoints"),
        ("Combien y a-t-il de caméras ?", "caméras"),
        ("Et quel est le nombre de places ?", "places"),
        ("Combien de temps dure le bail ?", ""),
        ("Combien coûte un repas ?", ""),
    ],
)
def test_what_is_counted(question: str, what: str) -> None:
    assert counted(question) == what


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("La capacité est de 6 enfants maximum.", True),
        ("Six enfants sont accueillis.", True),
        ("Nombre d'enfants inscrits : 1 250", True),
        ("Le Top 14 accueille des enfants des écoles.", True),
        ("En 2013, la maison que la commune a fait bâtir accueille des enfants.", False),
        ("Les enfants sont accueillis.", False),
        ("8° Enfants confiés au service", False),
        ("L'article L. 2121-7 est affiché aux enfants.", False),
        ("Les communes de plus de 5 000 habitants, enfants compris", False),
    ],
)
def test_a_number_stands_beside_it(text: str, holds: bool) -> None:
    assert counts(text, {"enfants"}, _terms) == holds


def _terms(word: str) -> list[str]:
    return [word.lower().strip(".,").removeprefix("d'")]


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("La commune compte 1 888 habitants.", True),
        ("Un habitant sur 3 est abonné.", True),
        ("Taxe d'habitation : 9,97 %", False),
        ("Population municipale : 1 888", True),  # what it is also called
    ],
)
def test_a_word_of_the_same_stem_is_not_what_is_counted(text: str, holds: bool) -> None:
    def stems(word: str) -> list[str]:
        return ["habit" if "habit" in word.lower() else word.lower()]

    assert counts(text, {"habit", "population"}, stems, "habitants") == holds
