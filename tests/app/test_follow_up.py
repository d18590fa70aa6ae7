"""A follow-up that asks the same of something else is put in full, any other is left as it is."""

from __future__ import annotations

import pytest

from app.follow_up import asks_vote, asks_when, in_full, last_of

ARTICLE = "Que dit l'article L2121-10 du CGCT en 2012 ?"


@pytest.mark.parametrize(
    ("question", "full"),
    [
        ("Et en 2010 ?", "Que dit l'article L2121-10 du CGCT en 2010 ?"),
        ("et au 1er mars 2022 ?", "Que dit l'article L2121-10 du CGCT au 1er mars 2022 ?"),
        ("Et aujourd'hui ?", "Que dit l'article L2121-10 du CGCT aujourd'hui ?"),
        ("et l'article L. 2121-11 ?", "et l'article L. 2121-11 du CGCT ?"),
        ("et l'article L. 311-2 du CRPA ?", "et l'article L. 311-2 du CRPA ?"),
        ("Et pour une commune de 500 habitants ?", "Et pour une commune de 500 habitants ?"),
    ],
)
def test_a_follow_up_on_an_article_is_put_in_full(question: str, full: str) -> None:
    assert in_full(question, ARTICLE) == full


@pytest.mark.parametrize(
    ("question", "full"),
    [
        ("et de Pierrefonds ?", "Qui est le maire de Pierrefonds ?"),
        ("Et à Couthenans ?", "Qui est le maire de Couthenans ?"),
        ("Et pour Saint-Malo", "Qui est le maire de Saint-Malo ?"),
        ("Et à la commune de Pierrefonds ?", "Qui est le maire de Pierrefonds ?"),
        ("Et celui de la ville de Lyon ?", "Qui est le maire de Lyon ?"),
        ("et pour les adjoints ?", "et pour les adjoints ?"),
        ("et le budget de Pierrefonds ?", "et le budget de Pierrefonds ?"),
    ],
)
def test_a_follow_up_of_another_commune_asks_it_the_same(question: str, full: str) -> None:
    assert in_full(question, "Qui est le maire de Flaux ?") == full


@pytest.mark.parametrize(
    "question",
    [
        "Et le 29 septembre 2025 ?",
        "et celui du 29 septembre 2025 ?",
        "Et au conseil du 29 septembre 2025",
    ],
)
def test_a_follow_up_of_another_day_asks_it_the_same(question: str) -> None:
    for before in ("7 juillet 2025", "lundi 7 juillet 2025", "07/07/2025"):
        full = in_full(question, f"Qui était présent au conseil municipal du {before} ?")
        assert full == "Qui était présent au conseil municipal du 29 septembre 2025 ?"


@pytest.mark.parametrize(
    ("before", "question", "full"),
    [
        (
            "Quel est le budget de la mairie de Lyon ?",
            "Et la métropole de Saint-Étienne ?",
            "Quel est le budget de la métropole de Saint-Étienne ?",
        ),
        (
            "Quel est le budget de la ville d'Uzès ?",
            "et à Saint-Étienne Métropole ?",
            "Quel est le budget de Saint-Étienne Métropole ?",
        ),
        (
            "Quel est le budget de la communauté de communes des Lisières de l'Oise ?",
            "Et de Pierrefonds ?",
            "Quel est le budget de Pierrefonds ?",
        ),
        (
            "Quel est le budget de Lyon et de Paris ?",
            "Et la métropole de Saint-Étienne ?",
            "Et la métropole de Saint-Étienne ?",
        ),
    ],
)
def test_a_grouping_of_communes_takes_the_place_of_a_town(
    before: str, question: str, full: str
) -> None:
    assert in_full(question, before) == full


@pytest.mark.parametrize(
    ("context", "full"),
    [("La redevance d'Uzès ?", "La redevance de Compiègne ?"),
     ("Le budget de Flaux ?", "Le budget de Compiègne ?"),
     ("Combien d'habitants de onze ans à Flaux ?", "Combien d'habitants de onze ans à Compiègne ?"),
     ("Que verse Paul à Pau ?", "Que verse Paul à Compiègne ?")],
)  # fmt: skip
def test_a_name_is_elided_as_it_begins(context: str, full: str) -> None:
    assert in_full("et pour Compiègne ?", context) == full
    assert in_full("et pour Uzès ?", "Le budget de Flaux ?") == "Le budget d'Uzès ?"


@pytest.mark.parametrize(
    ("question", "context", "full"),
    [
        ("Et en 2023 ?", "Combien coûte la cantine ?", "Combien coûte la cantine en 2023 ?"),
        ("et en 2013 ?", "Qui était maire en mai 2014 ?", "Qui était maire en 2013 ?"),
        ("et pour 2022 ?", "Flaux : prix de l'eau 2024", "Flaux : prix de l'eau 2022"),
        (
            "et en 2022 ?",
            "Prix du pain en 2024 ? et du lait ?",
            "Prix du pain ? et du lait en 2022 ?",
        ),
        ("et en 2023 ?", "Tarif pour 300 € en 2024 ?", "Tarif pour 300 € en 2023 ?"),
        ("Et en 2013 ?", "Quel est le budget 2014 ?", "Quel est le budget 2013 ?"),
        ("Et le budget 2015 ?", "Combien coûte la cantine ?", "Et le budget 2015 ?"),
        ("et l'an dernier ?", "Combien coûte la cantine ?", "et l'an dernier ?"),
    ],
)
def test_a_time_alone_takes_the_place_of_the_one_before(
    question: str, context: str, full: str
) -> None:
    assert in_full(question, context) == full


@pytest.mark.parametrize(
    ("question", "full"),
    [
        ("et dans celles de 3 500 habitants et plus ?", "Quel délai dans les communes de 3 500"
         " habitants et plus ?"),
        ("et pour moins de 1 000 habitants ?", "Quel délai dans les communes de moins de 1 000"
         " habitants ?"),
        ("et pour les départements ?", "et pour les départements ?"),
    ],
)  # fmt: skip
def test_communes_of_another_size_are_asked_the_same(question: str, full: str) -> None:
    assert in_full(question, "Quel délai dans les communes de moins de 3 500 habitants ?") == full


def test_a_size_between_two_is_one_size() -> None:
    context = "Combien d'élus dans une commune de 100 à 499 habitants ?"
    full = "Combien d'élus dans une commune de 5 000 habitants ?"
    assert in_full("et pour une commune de 5 000 habitants ?", context) == full


@pytest.mark.parametrize(
    ("question", "whether"),
    [("à l'unanimité ?", True), ("Quel vote ?", True), ("Et le vote ?", True),
     ("avec combien de voix ?", True), ("et quel est le résultat du vote ?", True),
     ("Qui a voté contre ?", False), ("à l'école ?", False)],
)  # fmt: skip
def test_a_vote_alone_is_asked_of_what_was_answered(question: str, whether: bool) -> None:
    assert asks_vote(question) == whether


@pytest.mark.parametrize(
    ("question", "steps"),
    [("et l'article suivant ?", 1), ("que dit l'article précédent ?", -1), ("et le suivant ?", 1)],
)
def test_the_next_article_is_asked_by_its_name(question: str, steps: int) -> None:
    asked: list[tuple[str, int]] = []

    def next_to(question: str, steps: int) -> str:
        asked.append((question, steps))
        return "l'article L. 2121-11 du CGCT"

    assert in_full(question, ARTICLE, next_to) == "Que dit l'article L. 2121-11 du CGCT ?"
    assert asked == [(ARTICLE, steps)]
    assert in_full(question, ARTICLE) == question  # there is none
    longer = "Et l'article suivant s'applique-t-il aux départements ?"
    assert in_full(longer, ARTICLE, next_to) == longer


@pytest.mark.parametrize(
    ("question", "whether"),
    [("quand ?", True), ("Depuis quand ?", True), ("et à quelle date ?", True),
     ("c'était quand ?", True), ("Quand a-t-il été élu ?", False), ("combien ?", False)],
)  # fmt: skip
def test_when_alone_is_asked_of_what_was_answered(question: str, whether: bool) -> None:
    assert asks_when(question) == whether


def test_the_last_of_several_questions_is_told_apart() -> None:
    assert last_of("Prix du pain ? et du lait en 2022 ?") == (
        "Prix du pain ?",
        "et du lait en 2022 ?",
    )
    assert last_of("Prix du pain ?") == ("", "Prix du pain ?")
