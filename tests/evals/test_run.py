"""Questions go through the desk as an agent's would, follow-ups in their conversation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evals.questions import Gold, Question, QuestionSet
from evals.run import evaluate, groups
from tests.evals.town import Talk, TownDesk

CANTINE = Question(
    "q1",
    "Quel est le tarif de la cantine ?",
    (Gold(file="valmont/cm-2024.pdf", page=2),),
    must=("4,95",),
    kind="amount",
    collection="valmont",
    scanned=False,
)
SUITE = Question(
    "q2", "Par repas ?", (Gold(file="cm-2024.pdf", page=2),), must=("4,95",), after="q1"
)
ROME = Question("q3", "Capitale italienne ?", (), must=(), kind="unanswerable", scanned=False)
LOI = Question("l1", "Qui préside le conseil ?", (Gold(article_id="LEGITEXT1/L2121-14", grade=2),))

RECORDS = QuestionSet("records", (CANTINE, SUITE, ROME))
LAW = QuestionSet("law", (LOI,))


def test_the_figures_of_the_town_hall_are_those_worked_out_by_hand() -> None:
    report = evaluate(TownDesk(), [RECORDS, LAW], opening=Talk())
    records = report.row("records").figures
    assert records["hit@1"].value == 1
    assert records["correct"].value == 1
    assert records["citation_precision"].value == 1
    assert records["refused"].value == 1
    assert records["refused"].n == 1
    assert records["wrong_refusals"].n == 2
    assert report.row("law").figures["nDCG@10"].value == 1
    assert "correct" not in report.row("law").figures


def test_a_follow_up_is_searched_and_asked_in_its_conversation() -> None:
    desk = TownDesk()
    evaluate(desk, [RECORDS], opening=Talk())
    assert (SUITE.text, (CANTINE.text,)) in desk.asked
    assert (SUITE.text, (CANTINE.text,), 100) in desk.searched
    assert (ROME.text, ()) in desk.asked


def test_a_set_of_the_law_is_searched_and_not_asked() -> None:
    desk = TownDesk()
    evaluate(desk, [LAW], opening=Talk())
    assert (len(desk.searched), desk.asked) == (1, [])


def test_a_follow_up_of_the_law_is_searched_after_the_words_it_follows() -> None:
    desk = TownDesk()
    second = Question("l2", "Et en son absence ?", LOI.gold, after="l1")
    report = evaluate(desk, [QuestionSet("law", (LOI, second))], opening=Talk())
    assert desk.asked == []
    assert desk.searched[1][1] == (LOI.text,)
    assert "ask_p50_s" not in report.row("law").figures


def test_each_kind_and_each_commune_has_its_row() -> None:
    report = evaluate(TownDesk(), [RECORDS], opening=Talk())
    rows = {(row.group, row.label): row.n for row in report.rows}
    assert rows == {
        ("ensemble", ""): 3,
        ("kind", "amount"): 1,
        ("kind", "fact"): 1,  # by its words: it bears no label
        ("kind", "unanswerable"): 1,
        ("collection", "valmont"): 1,
        ("scanned", "non"): 1,
    }


def test_the_report_says_what_it_holds_for() -> None:
    report = evaluate(
        TownDesk(), [RECORDS], opening=Talk(), settings={"vecteurs": "e5", "model": "ignoré"}
    )
    assert report.conditions.model == "extractif"
    assert report.conditions.generation == "g1"
    assert report.conditions.settings == {"vecteurs": "e5"}


def test_the_model_of_a_search_comes_from_the_settings() -> None:
    report = evaluate(TownDesk(), [LAW], opening=Talk(), settings={"generation": "g7"})
    assert report.conditions.generation == "g7"


def test_every_question_is_timed_and_announced() -> None:
    told: list[tuple[int, int]] = []
    report = evaluate(
        TownDesk(), [RECORDS], opening=Talk(), progress=lambda done, n: told.append((done, n))
    )
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert report.row("records").figures["ask_p95_s"].value > 0
    assert report.row("records").figures["search_p50_s"].n == 2


def test_a_bug_in_the_desk_is_not_hidden() -> None:
    class Broken(TownDesk):
        def ask(self, question: str, *, conversation: Talk, fonds: object = None) -> object:  # type: ignore[override]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        evaluate(Broken(), [RECORDS], opening=Talk())  # type: ignore[arg-type]


def test_what_an_answer_follows_is_asked_too() -> None:
    desk = TownDesk()
    first = replace(CANTINE, must=None)
    report = evaluate(desk, [QuestionSet("records", (first, SUITE))], opening=Talk())
    assert desk.asked == [(CANTINE.text, ()), (SUITE.text, (CANTINE.text,))]
    assert report.row("records").figures["correct"].n == 1


def test_a_search_is_measured_alone_on_request() -> None:
    desk = TownDesk()
    report = evaluate(desk, [RECORDS], opening=Talk(), asked=False)
    assert desk.asked == []
    assert "correct" not in report.row("records").figures


def test_without_a_label_the_kind_is_that_of_the_words() -> None:
    places = (Gold(file="cm-2024.pdf", page=2),)
    told = {
        "Combien coûte un repas ?": "amount", "Qui a voté contre ?": "vote",
        "Quand ouvre la piscine ?": "date", "Quelles sont les commissions ?": "list",
        "La bibliothèque est-elle gratuite ?": "yes_no", "Qui préside ?": "person",
    }  # fmt: skip
    for text, kind in told.items():
        assert groups(Question("q", text, places, must=("x",)))["kind"] == kind
    assert groups(Question("q", "Combien ?", (), must=()))["kind"] == "unanswerable"
    assert groups(Question("q", "Combien ?", places)) == {}
    assert groups(replace(CANTINE, kind="fact"))["kind"] == "fact"


def test_answers_are_judged_without_a_search() -> None:
    desk = TownDesk()
    report = evaluate(desk, [RECORDS], opening=Talk(), searched=False)
    assert desk.searched == []
    assert report.row("records").figures["correct"].value == 1
