"""Numbers of acts, normalised and looked up."""

import pytest

from ingest.records.numbers import key, normalise


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("n° 2014 / 216", "2014/216"),
        ("D2025-009", "D2025-009"),
        ("d2025 \u2013 009", "D2025-009"),
        ("DEL2025-20", "DEL2025-20"),
        ("2026_006", "2026_006"),
        ("2022.00028", "2022.00028"),
        ("N° 30-2022-07- 07-00003", "30-2022-07-07-00003"),
    ],
)
def test_a_number_has_one_normal_form(written: str, normal: str) -> None:
    assert normalise(written) == normal


def test_the_clerk_s_letters_and_zeros_do_not_hide_an_act() -> None:
    assert key("D2025-009") == key("2025-009") == key("n° 2025 / 9")
    assert key("2022.00028") == key("2022-28")
    assert key("2014/216") != key("2014/21")
