"""The questions of agents: what is learnt from and what is kept for figures never meet."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from evals.questions import Question, read_questions

FOLDER = Path("evals/agents")
SETS = ("questions", "unanswerable", "conversations")


def read(name: str) -> tuple[Question, ...]:
    return read_questions(FOLDER / f"{name}.jsonl").questions


def written(question: Question) -> str:
    return " ".join(question.text.lower().split())


@pytest.mark.parametrize("name", SETS)
def test_no_question_is_in_both_parts(name: str) -> None:
    learnt, kept = read(f"{name}.learnt"), read(f"{name}.kept")
    assert len(learnt) > len(kept) > 90
    assert not {one.id for one in learnt} & {one.id for one in kept}
    if name != "conversations":  # « pourquoi ? » is asked in many
        assert not set(map(written, learnt)) & set(map(written, kept))


def test_no_document_answers_questions_of_both_parts() -> None:
    learnt, kept = (
        {one.gold[0].file for one in read(f"questions.{part}")} for part in ("learnt", "kept")
    )
    assert len(learnt) > 100
    assert len(kept) > 50
    assert not learnt & kept


def test_each_question_says_what_a_right_answer_holds() -> None:
    for part in ("learnt", "kept"):
        assert all(one.must and one.gold for one in read(f"questions.{part}"))
        assert not any(one.must or one.gold for one in read(f"unanswerable.{part}"))


def test_a_conversation_stands_together() -> None:
    for part in ("learnt", "kept"):
        talk = read(f"conversations.{part}")
        assert sum(one.after is not None for one in talk) > len(talk) / 2
        for before, one in pairwise(talk):
            assert one.after in (None, before.id) or one.after.rstrip("abcd") == one.id.rstrip(
                "abcd"
            )
