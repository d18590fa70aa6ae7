"""Every measure on cases small enough to be worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from math import log2

import pytest

from app.citations import Answer, Writing
from evals.measures import (
    answer_values,
    compact,
    correct,
    documents,
    found_at,
    holds,
    matches,
    ranked,
    same_file,
    search_values,
    written,
)
from evals.questions import Gold, Question
from tests.evals.town import Passage, answered

PAGE_2 = Gold(file="valmont/cm.pdf", page=2)
PAGE_9 = Gold(file="valmont/cm.pdf", page=9)


def page(first: int, last: int | None = None, source: str = "valmont/cm.pdf") -> Passage:
    return Passage(source, first, last or first, "Le repas coûte 4,95 €.")


def article(number: str) -> Passage:
    return Passage("cgct.jsonl", 1, 1, "Le maire préside.", f"LEGITEXT1/{number}")


# -- what counts as found


def test_amounts_are_found_whatever_their_spaces_dashes_and_commas() -> None:
    assert (
        compact("1\u202f250,50\u00a0€ \u2013 Saint\u2011Jean_L\u2019Île")
        == "1250.50€saintjeanl'île"
    )
    assert holds("soit 4.95 € par repas", ["4,95"])
    assert not holds("soit 4,90 €", ["4,95"])
    assert not holds("4,95", ["4,95", "repas"])
    assert holds(None, [])


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("valmont/cm.pdf", "valmont/cm.pdf", True),
        ("./valmont/cm.pdf", "valmont\\cm.pdf", True),
        ("cm.pdf", "valmont/cm.pdf", True),
        ("records/valmont/cm.pdf", "valmont/cm.pdf", True),
        ("pcm.pdf", "cm.pdf", False),
        ("valmont/cm.pdf", "autre/cm.pdf", False),
    ],
)
def test_a_file_is_the_same_from_a_higher_folder(one: str, other: str, same: bool) -> None:
    assert same_file(one, other) is same


def test_a_page_is_found_inside_the_pages_of_the_passage() -> None:
    assert found_at(PAGE_2, page(1, 3))
    assert not found_at(PAGE_2, page(3, 4))
    assert found_at(Gold(file="valmont/cm.pdf"), page(40))


def test_an_article_is_found_by_its_id_alone() -> None:
    gold = Gold(article_id="LEGITEXT1/L1")
    assert found_at(gold, article("L1"))
    assert not found_at(gold, article("L10"))


def test_a_gold_page_counts_once() -> None:
    assert matches([PAGE_2], [page(2), page(2)]) == [0, None]


def test_one_passage_over_two_gold_pages_takes_both_as_one() -> None:
    gold = [Gold(file="a.pdf", page=1), Gold(file="a.pdf", page=2, grade=2)]
    hits = [page(1, 2, "a.pdf"), page(1, source="a.pdf")]
    assert matches(gold, hits) == [1, None]


def test_by_document_each_file_counts_once_with_its_best_grade() -> None:
    high = replace(PAGE_9, grade=2)
    assert documents([PAGE_2, high]) == (Gold(file="valmont/cm.pdf", grade=2),)


# -- search


def test_hit_at_k_looks_at_the_first_k() -> None:
    hits = [page(5)] * 4 + [page(2)]
    values = ranked([PAGE_2], hits)
    assert (values["hit@1"], values["hit@5"], values["hit@10"]) == (0, 1, 1)


def test_mrr_is_one_over_the_first_right_rank_and_stops_at_ten() -> None:
    assert ranked([PAGE_2], [page(5), page(6), page(2)])["MRR@10"] == pytest.approx(1 / 3)
    assert ranked([PAGE_2], [page(5)] * 10 + [page(2)])["MRR@10"] == 0


def test_ndcg_weighs_grades_by_the_logarithm_of_the_rank() -> None:
    gold = [Gold(article_id="LEGITEXT1/L1", grade=2), Gold(article_id="LEGITEXT1/L2")]
    values = ranked(gold, [article("L2"), article("L9"), article("L1")])
    assert values["nDCG@10"] == pytest.approx((1 + 2 / log2(4)) / (2 + 1 / log2(3)))


def test_recall_counts_the_gold_found_in_a_hundred() -> None:
    hits = [page(5)] * 99 + [page(2), page(9)]
    assert ranked([PAGE_2, PAGE_9], hits)["R@100"] == 0.5


def test_no_hit_at_all_is_zero_everywhere() -> None:
    assert set(ranked([PAGE_2], []).values()) == {0.0}


def test_the_right_file_at_the_wrong_page_is_a_document_hit_only() -> None:
    values = search_values(Question("q", "?", (PAGE_2,)), [page(7)])
    assert (values["hit@1"], values["doc@1"]) == (0, 1)


def test_nothing_is_measured_where_nothing_can_be_found() -> None:
    assert search_values(Question("q", "?", ()), [page(2)]) == {}


# -- answers

PRICE = Question("q", "Combien ?", (PAGE_2, PAGE_9), must=("4,95",))


def test_a_right_answer_holds_the_strings() -> None:
    assert answer_values(PRICE, answered("?", page(2)))["correct"] == 1
    wrong = replace(page(2), text="Le repas coûte 5,10 €.")
    assert answer_values(PRICE, answered("?", wrong))["correct"] == 0


def test_a_citation_is_right_by_its_page_or_by_its_words() -> None:
    elsewhere = replace(page(4), text="Rien à voir.")
    by_words = page(4)
    values = answer_values(PRICE, answered("?", page(2), by_words, elsewhere))
    assert values["citation_precision"] == pytest.approx(2 / 3)
    assert values["citation_recall"] == 0.5


def test_words_prove_nothing_where_no_string_is_asked() -> None:
    question = replace(PRICE, must=())
    values = answer_values(question, answered("?", page(4)))
    assert values["citation_precision"] == 0


def test_an_answer_without_citation_has_no_precision_and_no_recall_of_its_pages() -> None:
    values = answer_values(PRICE, replace(answered("?", page(2)), citations=()))
    assert "citation_precision" not in values
    assert values["citation_recall"] == 0


def test_a_refusal_is_wrong_where_the_records_answer_and_right_where_they_do_not() -> None:
    refusal = Answer("1", "?", "not_in_records", message="4,95")
    assert answer_values(PRICE, refusal) == {"errors": 0, "correct": 0, "wrong_refusals": 1}
    without = Question("q", "?", (), must=())
    assert answer_values(without, refusal) == {"errors": 0, "refused": 1}
    assert answer_values(without, answered("?", page(2)))["refused"] == 0


def test_an_error_is_never_a_refusal() -> None:
    error = Answer("1", "?", "error", message="Le modèle ne répond pas.")
    assert answer_values(Question("q", "?", (), must=()), error) == {"errors": 1, "refused": 0}
    assert answer_values(PRICE, error)["wrong_refusals"] == 1


def test_sentences_are_counted_with_their_proof() -> None:
    values = answer_values(PRICE, answered("?", page(2), page(3), status="unverified"))
    assert (values["sentences"], values["checked"]) == (2, 0)


def test_what_a_model_did_is_counted_also_where_nothing_of_it_was_kept() -> None:
    fallback = replace(
        answered("4,95 €", page(2)), model="extractif", writing=Writing(4, 4, first=2.5)
    )
    values = answer_values(PRICE, fallback)
    assert (values["by_model"], values["struck"], values["first_s"]) == (0, 1, 2.5)
    own = replace(fallback, model="mistral", writing=Writing(4, 1, first=0.5))
    assert (written(own)["by_model"], written(own)["struck"]) == (1, 0.25)
    assert "struck" not in answer_values(PRICE, answered("4,95 €", page(2)))
    silent = answer_values(PRICE, replace(fallback, writing=Writing()))
    assert silent["by_model"] == 0
    assert "struck" not in silent


def test_a_struck_sentence_does_not_make_an_answer_right() -> None:
    assert not correct(PRICE, answered("4,95 €", page(2), status="unverified"))
