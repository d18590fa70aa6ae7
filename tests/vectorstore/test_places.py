"""Which words of a question are a commune: names of France, as people write them."""

from __future__ import annotations

import pytest

from vectorstore.places import named
from vectorstore.question import read_question


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("Combien coûte la cantine à Brest ?", ("Brest",)),
        ("quel est le prix de la cantine à lyon", ("lyon",)),
        ("Qui est le maire de rennes ?", ("rennes",)),
        ("Quelle subvention la ville de Tours a-t-elle votée ?", ("Tours",)),
        ("L'éclairage public à Saint-Malo et à St Brieuc", ("Saint-Malo", "St Brieuc")),
        ("Les terrains de la commune de La Tour-en-Jarez", ("La Tour-en-Jarez",)),
        ("Le budget d'Uzès", ("Uzès",)),
        ("tarif de la bibliothèque de lyon", ("lyon",)),
        ("tarif de la bibliothèque du Havre", ("Havre",)),
        ("la cantine de La Rochelle", ("La Rochelle",)),
        ("Budget Rennes 2014 ?", ("Rennes",)),
        ("Quimper : taux de la taxe foncière en 2023", ("Quimper",)),
        ("La Roche-sur-Yon taux taxe foncière 2023", ("La Roche-sur-Yon",)),
        ("Gap, séance du 9 juin 2023 : vote du budget", ("Gap",)),
        ("Gap taux de la taxe foncière", ("Gap",)),
        ("taux de la taxe foncière 2023 (Quimper)", ("Quimper",)),
        ("taux de la taxe foncière en 2023, Valence", ("Valence",)),
        ("Le Havre taxe foncière", ("Le Havre",)),
    ],
)
def test_a_commune_is_recognised(question: str, places: tuple[str, ...]) -> None:
    assert named(question) == places


@pytest.mark.parametrize(
    "question",
    [
        "Quel est le tarif de la salle des fêtes ?",
        "Le marché de travaux est-il conclu à titre gratuit ?",
        "Le plan de zonage, le compte de gestion et le budget de la ville",
        "À quelle heure ferme le parc de la Rauze ?",
        "Le droit de place au marché",
        "L'indemnité du Maire votée en Mars 2014, les documents à lire et le bien à louer",
        "la salle de danse, le droit de place et la location de matériel",
        "La subvention de Paul Lyon et le permis de M. Brest",
        "Orange : tarif des poubelles",
        "Don de sang",
        "Cours : tarif de 2023",
        "Tours de magie, Parc et Vienne que pourra",
        "L'hôpital est-il responsable ?",
        "Le Grand Jury d'Appel, la Route de Port et le Compte de Gestion",
    ],
)
def test_common_words_are_no_communes(question: str) -> None:
    assert named(question) == ()


def test_a_commune_whose_acts_are_indexed_is_not_another_place() -> None:
    known = ["Montpellier", "Saint-Quentin-la-Poterie"]
    assert read_question("La cantine à Montpellier", known).places == ()
    assert read_question("La cantine à Saint-Quentin", known).places == ()
    assert read_question("La cantine à Brest", known).places == ("Brest",)
    short = read_question("Qui est la maire de Courvallon ?", ["Courvallon-sur-Sélande"])
    assert (short.bodies, short.towns) == (("Courvallon-sur-Sélande",), ())
    other = read_question("Qui est le maire de Nantes ?", ["Nantes-en-Ratier"])
    assert other.towns == ("Nantes",)
    asked = read_question("La mairie de Villeneuve-les-Licornes", known)
    assert asked.towns == ("Villeneuve-les-Licornes",)


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("Que dit la délibération n° 2014/9999 ?", ("2014-9999",)),
        ("L'arrêté 2024-12 est-il exécutoire ?", ("2024-12",)),
        ("Le budget 2013-2014 de la saison", ()),
    ],
)
def test_a_number_that_is_surely_an_acts(question: str, numbers: tuple[str, ...]) -> None:
    assert read_question(question, []).cited == numbers


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("L'article L. 2121-7 du CGCT en 2010", "2010-12-31"),
        ("L'article L. 2121-7 concerne-t-il les communes de 2000 à 3500 habitants ?", None),
        ("L'article L. 2122-22 vaut-il pour plus de 2000 électeurs ?", None),
    ],
)
def test_a_figure_is_no_year_of_the_law(question: str, day: str | None) -> None:
    assert read_question(question, []).law_day == day


def test_a_commune_asked_for_as_such_is_known_without_its_capital() -> None:
    assert read_question("qui est le maire de lyon ?", ["Montpellier"]).towns == ("lyon",)
    assert read_question("un voyage scolaire à lyon", ["Montpellier"]).towns == ()
