"""One spelling for what extractors give."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.clean import clean, is_stamp_only, looks_like_text

STAMP = """Envoyé en préfecture le 24/05/2024
Reçu en préfecture le 24/05/2024
Publié le 27/05/2024
ID : 099-219901234-20240522-2024_032-DE"""


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("la délibé\x02\r\nration est adoptée", "la délibération est adoptée"),
        ("il peut\x02\r\nêtre décidé", "il peut-être décidé"),
        ("Saint\x02\r\nMaurice", "Saint-Maurice"),
        ("le procès\x02verbal", "le procès-verbal"),
        ("un sous-préfet, le sous\x02\r\npréfet", "un sous-préfet, le sous-préfet"),
        ("la commune, la com\x02\r\nmune", "la commune, la commune"),
        ("con\u00adsti\u00adtu\u00adtion", "constitution"),
        ("fin de page\u00ad", "fin de page"),
        ("un mot\x02 seul", "un mot- seul"),
        ("un oﬃce eﬀectif, ﬁnal", "un office effectif, final"),
        ("1\u00a0200,50\u202f€\t net", "1 200,50 € net"),
        ("e\u0301te\u0301", "été"),
        ("\ufeffdébut\u200b de\x0cpage", "début de\npage"),
        ("  ligne  \r\n\r\n  autre ", "ligne\n\nautre"),
    ],
)
def test_text_is_spelled_one_way(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@given(st.text())
def test_cleaning_twice_changes_nothing_more_and_leaves_no_control_character(raw: str) -> None:
    once = clean(raw)
    assert clean(once) == once
    assert not any(mark in once for mark in "\x00\x02\r\x0c\xad\ufeff\ufffe\u200b")


@given(st.lists(st.sampled_from(["Vu", "le", "code", "12", "€", "n°", "l'an"]), min_size=1))
def test_no_word_is_lost(words: list[str]) -> None:
    assert clean("\r\n".join(words)).split("\n") == words


def test_a_prefecture_stamp_is_no_text_of_its_own() -> None:
    assert is_stamp_only(STAMP)
    assert not is_stamp_only(f"{STAMP}\nLe conseil municipal décide d'acquérir la parcelle AB 12.")
    assert not is_stamp_only("")


@pytest.mark.parametrize(
    ("text", "usable"),
    [
        ("Le conseil municipal, après en avoir délibéré, décide d'approuver le budget.", True),
        ("1 200,00  3 400,50  17,25  8 900,00  12,00  450,00  78,10  33,20  100,00 9,00", True),
        ("\ue012\ue034\ue056 " * 40, False),
        ("qsdf ghjk lmwx cvbn qrst dfgh jklm wxcv bnqs dfgh jklm", False),
        ("Plan cadastral", False),
    ],
)
def test_a_broken_font_is_told_from_text(text: str, usable: bool) -> None:
    assert looks_like_text(text) is usable
