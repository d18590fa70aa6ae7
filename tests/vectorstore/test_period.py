"""The years that an act is about."""

import pytest

from vectorstore.period import years_of


@pytest.mark.parametrize(
    ("title", "years"),
    [
        ("Tarification 2024", {2024}),
        ("Tarifs restauration scolaire 2025/2026", {2025, 2026}),
        ("Convention d'objectifs 2022-2024", {2022, 2023, 2024}),
        ("Budgets 2023 et 2024", {2023, 2024}),
        ("Année scolaire 2024-25", {2024, 2025}),
        ("Approbation du procès-verbal du 5 décembre 2023", set()),
        ("Délibération n° 2014/182 sur les tarifs", set()),
        ("Application de la loi n° 2014-58", set()),
        ("Parcelle 20145 rue du 8 mai 1945", set()),
        ("D2024-52 Tarification", set()),
    ],
)
def test_a_title_names_the_years_it_is_about(title: str, years: set[int]) -> None:
    assert years_of(title) == years
