"""What a clerk calls « cantine » the act calls « restauration scolaire »."""

from __future__ import annotations

from vectorstore.synonyms import groups, synonyms_of


def words(text: str) -> list[str]:
    return text.lower().split()


def test_the_act_s_words_stand_for_the_question_s() -> None:
    synonyms = synonyms_of("Et pour une entreprise", words)
    assert "entreprise" in synonyms.also(words("une personne morale paie le triple"))


def test_half_of_an_expression_stands_for_nothing() -> None:
    synonyms = synonyms_of("Et pour une entreprise", words)
    assert "entreprise" not in synonyms.also(words("une personne seule"))


def test_a_question_without_such_words_gets_none() -> None:
    assert synonyms_of("Qui préside la séance", words).pairs == ()


def test_each_group_of_the_reviewed_list_has_two_ways_to_say_it() -> None:
    assert all(len(set(group)) >= 2 and all(group) for group in groups())
