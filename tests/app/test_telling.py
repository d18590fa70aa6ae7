"""Short questions: every word counts, where it stands and how it is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.kinds import measured
from app.telling import Standing, standing, tells, unnamed
from vectorstore.lexical import Lexical

Stand = Callable[..., Standing]


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Stand:
    """How the words of a question stand in a text; each is as rare as the next."""
    lexical = Lexical.for_writing(tmp_path_factory.mktemp("mots"))
    common = frozenset(lexical.terms("quel quelle est comment pour payer nombre"))

    def shown(question: str, text: str, above: str = "") -> Standing:
        weights = dict.fromkeys(set(lexical.terms(question)) - common, 5.0)
        telling = tells(question, weights, common, lambda _: 5.0, lexical.terms)
        return standing(telling, above, text, lexical.terms, set)

    return shown


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Quelle est la capitale de l'Espagne ?", f"capitale {'mot ' * 40} Espagne"),  # far apart
        ("Quelle est la capitale de la France ?", "le capital de la société, en France"),
        ("Comment planter un olivier ?", "les oliviers seront plantés dans des bacs"),
    ],
)
def test_words_told_of_something_else_are_beside_the_question(
    stand: Stand, question: str, text: str
) -> None:
    assert stand(question, text).is_beside(0.19)
    assert not stand(question, text).is_beside(0.6)  # what means the same may say it otherwise


@pytest.mark.parametrize(
    ("question", "text", "above"),
    [
        (
            "Quelle est la caution de la salle ?",
            f"{'mot ' * 40} caution de 800 €",
            "Salle des fêtes",
        ),
        ("Quelle est la caution des salles ?", "une caution est demandée pour la salle", ""),
        ("Comment payer la cantine ?", "Le paiement de la cantine se fait au guichet", ""),
    ],
)
def test_words_that_stand_together_answer(
    stand: Stand, question: str, text: str, above: str
) -> None:
    assert not stand(question, text, above).is_beside(0.1)


def test_a_name_that_stands_nowhere_is_too_little_however_near_the_rest(stand: Stand) -> None:
    question = "Quelle subvention pour les Mésanges bleues ?"
    assert stand(question, "une subvention de 300 € pour les amis").is_scant(0.9)
    assert not stand(question, "subvention de 300 € pour les Mésanges bleues").is_scant(0.0)
    assert stand("Quel nombre d'habitants au Canada ?", "le nombre d'habitants").is_beside(0.9)


def test_one_of_two_words_missing_wants_a_passage_nearer_than_one_of_three(stand: Stand) -> None:
    two, three = (
        stand(question, "le permis est valable")
        for question in ("durée du permis", "durée du permis valable partout")
    )
    assert two.is_scant(0.45)
    assert not two.is_scant(0.55)
    assert three.is_scant(0.35)
    assert not three.is_scant(0.45)


def test_a_long_question_may_be_worded_otherwise_in_each_of_its_details(stand: Stand) -> None:
    asked = "Quel loyer annuel pour le terrain du club sportif municipal ?"
    assert stand(asked, "rien de cela") == Standing()


@pytest.mark.parametrize(
    ("question", "told", "beside"),
    [
        ("Quelle est la vitesse du son ?", "environ 340 m/s", "limitée à 30 km/h"),
        ("Quel est le point de fusion du plomb ?", "fond à 327 °C", "fusion de 4 tonnes par jour"),
    ],
)
def test_a_measure_wants_its_unit(question: str, told: str, beside: str) -> None:
    measure = measured(question)
    assert measure is not None
    assert measure.search(told)
    assert not measure.search(beside)


def test_most_questions_ask_for_no_measure() -> None:
    assert measured("Quel est le tarif de la cantine ?") is None


@pytest.mark.parametrize(
    ("question", "text", "lacks"),
    [
        ("Quel prix Eiffage avait-elle proposé ?", "Le prix proposé par Colas est de 9 €", True),
        ("Quel prix Eiffage avait-elle proposé ?", "Le prix proposé par EIFFAGE est de 9 €", False),
        ("Quel prix a proposé Biallez ?", "Le prix de Canonge et Büallez", False),  # read by OCR
        ("Quel devis du CAUE a été accepté ?", "Le devis est accepté", False),  # may be spelled out
        ("Quel prix a été proposé ?", "Le devis est accepté", False),
    ],
)
def test_who_is_called_by_name_must_be_named(
    tmp_path: Path, question: str, text: str, lacks: bool
) -> None:
    terms = Lexical.for_writing(tmp_path).terms
    weights = dict.fromkeys(terms(question), 5.0)
    telling = tells(question, weights, frozenset(), lambda _: 5.0, terms)

    assert unnamed(telling, ["Voirie", text], terms) is lacks
