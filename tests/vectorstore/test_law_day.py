"""The day on which a question asks for the law."""

from __future__ import annotations

import pytest

from vectorstore.question import read_question


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("Que disait l'article L. 2122-22 du CGCT au 22 mai 2014 ?", "2014-05-22"),
        ("article L. 2121-29 du CGCT en 2010", "2010-12-31"),
        ("L'article R. 421-14 en février 2012", "2012-02-29"),
        ("Quel pouvoir, d'après l'article L. 2122-22 du CGCT au 22 mai 2014 ?", "2014-05-22"),
        ("Quel pouvoir, d’après l'article L. 2122-22, en 2014 ?", "2014-12-31"),
        ("Que dit l'article L. 2121-29 ?", None),
        ("Que dit l'article L. 2010-3 ?", None),
        ("L'article L. 2121-29 de 2008 à 2010", None),
        ("L'article L. 2121-29 depuis 2015", None),
        ("L'article L. 2121-29 avant le 1er janvier 2015", None),
        ("L'article L. 2121-29 après la loi n° 2015-991 du 7 août 2015", None),
        ("L'article 12 du décret du 3 mars 2010", None),
        ("La délibération n° 2014/182 et l'article L. 2121-29", None),
    ],
)
def test_a_day_a_month_or_a_year_is_a_day_and_a_bound_or_a_law_is_not(
    question: str, day: str | None
) -> None:
    assert read_question(question, []).law_day == day
