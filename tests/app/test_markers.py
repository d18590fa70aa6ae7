"""Sentences and markers of a model's text, however it comes in chunks."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.markers import Sentences, Written, sentences


def read(text: str, extracts: int = 5) -> list[tuple[str, tuple[int, ...]]]:
    return [(one.text, one.marks) for one in sentences(text, extracts)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Le repas coûte 3 € [1].", [("Le repas coûte 3 €.", (1,))]),
        ("Le repas coûte 3 €. [1]", [("Le repas coûte 3 €.", (1,))]),
        ("Le repas coûte 3 €.[1]", [("Le repas coûte 3 €.", (1,))]),
        ("Un [1, 3]. Deux [2][4].", [("Un.", (1, 3)), ("Deux.", (2, 4))]),
        ("Un [1-3]. Deux [2 ; 4].", [("Un.", (1, 2, 3)), ("Deux.", (2, 4))]),
        ("Un [1–3]. Deux [2 et 4].", [("Un.", (1, 2, 3)), ("Deux.", (2, 4))]),
        ("Un. [1] [2] Deux. [3]", [("Un.", (1, 2)), ("Deux.", (3,))]),
        ("Un [1] Deux [2]", [("Un", (1,)), ("Deux", (2,))]),
        ("Un [Extrait 1]. Deux ([extraits 2, 3]).", [("Un.", (1,)), ("Deux.", (2, 3))]),
        # numbers of extracts that are not there
        ("Un [7]. Deux [0, 2, 99].", [("Un.", ()), ("Deux.", (2,))]),
        ("Un [4-900].", [("Un.", (4, 5))]),
        # brackets that are no markers
        ("L'acte [2024-031] [1].", [("L'acte [2024-031].", (1,))]),
        ("En [2024] [1].", [("En [2024].", (1,))]),
        ("Il dit [sic] oui [1].", [("Il dit [sic] oui.", (1,))]),
        ("Un [12-3] [1].", [("Un [12-3].", (1,))]),
        ("Un [[1]].", [("Un [].", (1,))]),
        ("Un [1", [("Un [1", ())]),
        # between quotes and in code
        ("Il lit « voir [2] » [1].", [("Il lit « voir [2] ».", (1,))]),
        ('Il lit "voir [2]" [1].', [('Il lit "voir [2]".', (1,))]),
        ("Le code `a[2]` [1].", [("Le code `a[2]`.", (1,))]),
        ("```\nx = t[2]\n```\nFin [1].", [("``` x = t[2] ```", ()), ("Fin.", (1,))]),
        ("Il lit « un mot\nDeux [2].", [("Il lit « un mot", ()), ("Deux.", (2,))]),
        ("« Un. Deux. » [1] Trois [2].", [("« Un. Deux. »", (1,)), ("Trois.", (2,))]),
        # lines
        ("Un.\n[1]\nDeux.\n[2]", [("Un.", (1,)), ("Deux.", (2,))]),
        ("[1] Un.\n[2] Deux.", [("Un.", (1,)), ("Deux.", (2,))]),
        ("- Un [1]\n- Deux [2]", [("Un", (1,)), ("Deux", (2,))]),
        ("1. Un [1]\n2. **Deux** [2]", [("Un", (1,)), ("Deux", (2,))]),
        # full stops that end nothing
        ("Les articles L. 541-2 et R. 3 [1].", [("Les articles L. 541-2 et R. 3.", (1,))]),
        ("M. Petit et Mme. Roy votent [1].", [("M. Petit et Mme. Roy votent.", (1,))]),
        ("Voir art. 3, p. 2 [1].", [("Voir art. 3, p. 2.", (1,))]),
        ("Le prix est de 3.20 € [1].", [("Le prix est de 3.20 €.", (1,))]),
        ("", []),
        (" \n [1] \n", []),
    ],
)  # fmt: skip
def test_a_text_is_read_as_sentences_with_their_extracts(
    text: str, expected: list[tuple[str, tuple[int, ...]]]
) -> None:
    assert read(text) == expected


# texts made of what makes a difference, so that each chance cut falls on something
_BITS = st.sampled_from([
    "Le repas coûte 3,20 €", "Oui", "non", ".", " ", "\n", "!", "[1]", "[1, 3]", "[1-3]", "[2][4]",
    "[99]", "[", "]", "« ", " »", '"', "`", "```", "[2024-031]", "L. 541-3", "M. ", "- ", "1. ",
    "**", "(", ")", "[extrait 2]", "É", "\u202f",
])  # fmt: skip
_TEXTS = st.lists(_BITS, max_size=30).map("".join) | st.text(max_size=80)


@given(text=_TEXTS, cuts=st.lists(st.integers(0, 200), max_size=12))
@example(text="Un [1, 3]. Deux.", cuts=[4, 5, 6, 7, 8, 9])
def test_any_way_of_cutting_the_text_gives_the_same_sentences(text: str, cuts: list[int]) -> None:
    reader, found, before = Sentences(4), [], 0
    for cut in [*sorted(cuts), len(text)]:
        found += reader.feed(text[before:cut])
        before = max(before, cut)
    assert [*found, *reader.close()] == sentences(text, 4)


@given(text=_TEXTS, extracts=st.integers(0, 6))
def test_only_extracts_that_are_there_are_named_and_each_once(text: str, extracts: int) -> None:
    for one in sentences(text, extracts):
        assert all(1 <= mark <= extracts for mark in one.marks)
        assert len(set(one.marks)) == len(one.marks)
        assert one.text == " ".join(one.text.split())


@given(text=_TEXTS)
def test_no_word_is_lost_and_none_is_added(text: str) -> None:
    def letters(words: str) -> str:
        return "".join(char for char in words if char.isalpha())

    plain = text.replace("[extrait 2]", "")
    assert "".join(letters(one.text) for one in sentences(plain, 4)) == letters(plain)


@given(first=st.sampled_from(["Un.", "Un [1].", "Un. [1]", "Un [1, 2].\n"]))
def test_a_sentence_comes_out_as_soon_as_the_next_one_begins(first: str) -> None:
    reader = Sentences(4)
    assert reader.feed(first) == []
    [one] = reader.feed(" D")
    assert one.text == "Un."
    assert (reader.pending, reader.finished) == ("D", False)


def test_a_sentence_that_never_ends_is_cut() -> None:
    found = sentences("mot " * 2000, 1)
    assert len(found) > 3
    assert max(len(one.text) for one in found) < 2000
    assert isinstance(found[0], Written)


@pytest.mark.parametrize(
    ("text", "finished"),
    [
        ("", True),
        ("Un.", True),
        ("Un [1]", True),
        ("Un", False),
        ("Un [1", False),
        ("Un. [1", False),
    ],
)
def test_a_sentence_has_its_end_or_not(text: str, finished: bool) -> None:
    reader = Sentences(4)
    reader.feed(text)
    assert reader.finished is finished
