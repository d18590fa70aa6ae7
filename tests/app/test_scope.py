"""What Greffe is not asked for."""

import pytest

from app.scope import outside, private


@pytest.mark.parametrize(
    "question",
    [
        "bonjour",
        "Merci !",
        "12",
        " ? ",
        "Est-elle légale ?",
        "Quelle heure est-il ?",
        "Est-ce que la délibération 2014/182 est légale ?",
    ],
)
def test_small_talk_and_advice_are_no_questions_on_the_records(question: str) -> None:
    assert outside(question)


@pytest.mark.parametrize(
    "question",
    [
        "Bonjour, quel est le tarif ?",
        "budget 2014",
        "cantine",
        "Quel jour est fermée la mairie ?",
        "À quelle heure est-il prévu d'ouvrir ?",
    ],
)
def test_a_short_or_polite_question_is_one(question: str) -> None:
    assert not outside(question)


@pytest.mark.parametrize(
    "question",
    [
        "Quel est le numéro de téléphone de Romain Ribeiro ?",
        "Quel est le salaire de Mme Demouy ?",
        "Combien gagne Hélène MANDROUX ?",
        "Quel âge a M. Papin ?",
        "l'âge du maire de Flaux",
        "Quelle est la date de naissance du maire ?",
    ],
)
def test_a_private_life_is_not_told_unless_the_act_tells_it(question: str) -> None:
    assert private(question, ["Un manque à gagner pour la Ville, dit Romain Ribeiro."])
    assert not private(question, ["Téléphone, salaire, âge, né le 3 mai : « elle gagne »."])


def test_the_children_of_somebody_are_not_those_an_act_speaks_of() -> None:
    asked = "Combien d'enfants a Hélène Mandroux ?"
    assert private(asked, ["Hélène MANDROUX : " + "Nous débattons. " * 9 + "Les enfants d'abord."])
    assert not private(asked, ["Hélène MANDROUX, mère de deux enfants, préside la séance."])


@pytest.mark.parametrize(
    "question",
    [
        "Quelle est l'adresse de la mairie de Couthenans ?",
        "Quelle est l'indemnité du maire ?",
        "Quel est le salaire d'un agent saisonnier ?",
        "Qui est Romain Ribeiro ?",
        "Quelle cotisation au Réseau Français des Villes Santé OMS ?",
    ],
)
def test_public_matters_are_not_private_lives(question: str) -> None:
    assert not private(question, ["Rien de tel."])
