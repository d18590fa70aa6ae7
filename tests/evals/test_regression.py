"""The embedded default answers no worse than the committed baseline: else this fails, and CI too.

The questions of evals/exemple.jsonl are put to the sample town, and the outcome is held against
evals/baselines/exemple.json, question by question (evals/compare.py: paired bootstrap, 95 %).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from app import answer, bar, extract
from app.units import quote_of, units
from evals.compare import Comparison, compare
from evals.questions import QuestionSet, read_questions
from evals.report import Report, load
from tests.evals.baseline import BASELINE, COMMAND, QUESTIONS, Put, examined


@pytest.fixture(scope="module")
def asked() -> QuestionSet:
    return read_questions(QUESTIONS)


@pytest.fixture(scope="module")
def put(tmp_path_factory: pytest.TempPathFactory, models: Any) -> Iterator[Put]:
    with examined(tmp_path_factory.mktemp("mesure"), models) as ready:
        yield ready


def against(report: Report) -> Comparison:
    return compare(report, load(BASELINE))


def test_the_embedded_default_answers_no_worse_than_the_baseline(
    put: Put, asked: QuestionSet
) -> None:
    comparison = against(put(asked))
    here_and_there = (comparison.shared, comparison.only_baseline, comparison.only_report)
    assert here_and_there == (len(asked.questions), 0, 0), f"make it anew: {COMMAND}"
    worse = "\n".join(
        f"{one.measure}: {one.before:.3f} -> {one.after:.3f} [{one.low:+.3f}; {one.high:+.3f}]"
        for one in comparison.regressions
    )
    assert not worse, f"worse beyond the noise; if it is meant, {COMMAND}\n{worse}"


def test_there_are_questions_of_each_kind_and_some_that_nothing_answers(asked: QuestionSet) -> None:
    kinds = {one.kind for one in asked.questions}
    assert {"amount", "vote", "date", "duration", "person", "list", "yes_no", "followup"} <= kinds
    assert sum(not one.answerable for one in asked.questions) >= 10
    assert sum(one.answerable for one in asked.questions) >= 40


# --- it can fail


def last_unit(asked: object, hits: Sequence[Any], likeness: object) -> list[extract.Chosen]:
    """What an extraction gives that has the wrong end of the passage."""
    return [extract.Chosen(list(units(hits[0]))[-1], 1.0, 1.0, 1.0, 1.0)] if hits else []


def never_refuses(found: Any, chosen: Sequence[Any], own: object, whole: Any) -> bar.Verdict:
    """A bar that lies on the ground."""
    return replace(bar.judge(found, chosen, bar.Bar(), whole), answers=bool(chosen))


def a_page_further(unit: Any) -> Any:
    """A citation that points beside what it quotes."""
    quote = quote_of(unit)
    return replace(quote, text="", page=quote.page + 1)


@pytest.mark.parametrize(
    ("where", "name", "planted", "of", "caught"),
    [
        (extract, "choose", last_unit, True, {"correct"}),
        (answer, "judge", never_refuses, False, {"refused"}),
        (answer, "quote_of", a_page_further, True, {"citation_precision", "citation_recall"}),
    ],
    ids=["the last unit", "no bar", "a page further"],
)
def test_a_planted_regression_is_caught(
    put: Put, asked: QuestionSet, where: Any, name: str, planted: Any, of: bool, caught: set[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """`of`: among the questions that have an answer, of which twenty are enough, or the others."""
    monkeypatch.setattr(where, name, planted)
    some = [one for one in asked.questions if one.after is None and one.answerable is of][:20]
    found = {one.measure for one in against(put(QuestionSet(asked.name, tuple(some)))).regressions}
    assert caught <= found
