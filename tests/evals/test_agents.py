"""The questions of agents: what is learnt from and what is kept for figures never meet."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest

from evals.choices import apart_from
from evals.questions import Gold, Question, read_questions

FOLDER = Path("evals/agents")
SETS = ("questions", "unanswerable", "conversations")


def read(name: str) -> tuple[Question, ...]:
    return read_questions(FOLDER / f"{name}.jsonl").questions


def documents(questions: Iterable[Question]) -> set[str | None]:
    return {gold.file for one in questions for gold in one.gold}


def written(question: Question) -> str:
    return " ".join(question.text.lower().split())


@pytest.mark.parametrize("name", SETS)
def test_no_question_is_in_both_parts(name: str) -> None:
    learnt, kept = read(f"{name}.learnt"), read(f"{name}.kept")
    assert len(learnt) > len(kept) > 90
    assert not {one.id for one in learnt} & {one.id for one in kept}
    if name != "conversations":  # « pourquoi ? » is asked in many
        assert not set(map(written, learnt)) & set(map(written, kept))


def test_what_is_learnt_from_has_no_document_of_what_is_kept() -> None:
    kept = [one for name in SETS for one in read(f"{name}.kept")]
    for name, least in (("questions", 1100), ("conversations", 300)):
        taught = apart_from(kept, read(f"{name}.learnt"))
        assert len(taught) > least
        assert not documents(kept) & documents(taught)
        assert set(taught) <= set(read(f"{name}.learnt"))


def test_a_conversation_is_left_out_whole_for_one_document() -> None:
    def asked(id: str, file: str, after: str | None = None) -> Question:
        return Question(id, id, (Gold(file=file),), after=after)

    talks = [asked("1a", "a"), asked("1b", "b", "1a"), asked("1c", "c", "1b"), asked("2a", "d")]
    for file in "abc":
        assert [one.id for one in apart_from([asked("9", file)], talks)] == ["2a"]
    assert apart_from([asked("9", "e"), Question("10", "sans réponse", ())], talks) == talks


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
