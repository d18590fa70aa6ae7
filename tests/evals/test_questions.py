"""The question files are read as they are, and a bad line is named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from evals.questions import Gold, QuestionsInvalid, read_questions

if TYPE_CHECKING:
    from pathlib import Path

GOOD = {"id": "q1", "question": "Combien ?", "gold": [{"file": "a.pdf", "page": 2}]}


def write(folder: Path, *rows: object) -> Path:
    path = folder / "conseil.dev.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_question_over_records_has_its_pages_and_its_strings(tmp_path: Path) -> None:
    row = GOOD | {
        "must": ["4,95"],
        "kind": "amount",
        "after": None,
        "scanned": False,
        "collection": "valmont",
    }
    read = read_questions(write(tmp_path, row, "", GOOD | {"id": "q2", "after": "q1"}))
    first, second = read.questions
    assert read.name == "conseil.dev"
    assert first.gold == (Gold(file="a.pdf", page=2),)
    assert (first.must, first.kind, first.scanned) == (("4,95",), "amount", False)
    assert second.after == "q1"
    assert second.must is None


def test_the_law_and_known_items_share_one_field(tmp_path: Path) -> None:
    gold = [{"id": "LEGITEXT000006070633/L2121-29", "grade": 2}, {"id": "delibs/0061086.pdf"}]
    (question,) = read_questions(write(tmp_path, GOOD | {"gold": gold})).questions
    assert question.gold == (
        Gold(article_id="LEGITEXT000006070633/L2121-29", grade=2),
        Gold(file="delibs/0061086.pdf"),
    )


def test_a_question_without_gold_has_no_answer_in_the_records(tmp_path: Path) -> None:
    (question,) = read_questions(write(tmp_path, GOOD | {"gold": [], "must": []})).questions
    assert not question.answerable
    assert question.must == ()


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("{", "JSON"),
        ("[1]", "objet JSON"),
        (GOOD | {"id": "q1"}, "déjà pris"),
        (GOOD | {"id": 4}, "« id »"),
        (GOOD | {"id": "q2", "question": " "}, "« question »"),
        ({"id": "q2", "question": "?"}, "« gold »"),
        (GOOD | {"id": "q2", "gold": ["a.pdf"]}, "objet"),
        (GOOD | {"id": "q2", "gold": [{"page": 2}]}, "ni « id » ni « file »"),
        (GOOD | {"id": "q2", "gold": [{"file": "a.pdf", "page": 0}]}, "commencent à 1"),
        (GOOD | {"id": "q2", "gold": [{"file": "a.pdf", "page": True}]}, "« page »"),
        (GOOD | {"id": "q2", "gold": [{"file": "a.pdf", "grade": 0}]}, "commencent à 1"),
        (GOOD | {"id": "q2", "must": "4,95"}, "« must »"),
        (GOOD | {"id": "q2", "must": [""]}, "« must »"),
        (GOOD | {"id": "q2", "after": "q9"}, "« q9 »"),
        (GOOD | {"id": "q2", "after": "q2"}, "« q2 »"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, bad: object, reason: str) -> None:
    with pytest.raises(QuestionsInvalid) as caught:
        read_questions(write(tmp_path, GOOD, "", bad))
    assert caught.value.line == 3
    assert reason in caught.value.reason
    assert "ligne 3" in str(caught.value)


def test_bytes_that_are_not_utf8_are_named_by_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.jsonl"
    path.write_bytes(json.dumps(GOOD).encode() + b'\n{"id": "\xe9"}\n')
    with pytest.raises(QuestionsInvalid) as caught:
        read_questions(path)
    assert caught.value.line == 2


@pytest.mark.parametrize("content", [None, "", "\n\n"])
def test_a_missing_or_empty_file_says_so(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "vide.jsonl"
    if content is not None:
        path.write_text(content)
    with pytest.raises(QuestionsInvalid) as caught:
        read_questions(path)
    assert caught.value.line == 0


def test_the_first_questions_keep_what_they_follow(tmp_path: Path) -> None:
    rows = [GOOD, GOOD | {"id": "q2", "after": "q1"}, GOOD | {"id": "q3", "after": "q2"}]
    read = read_questions(write(tmp_path, *rows)).first(2)
    assert [question.id for question in read.questions] == ["q1", "q2"]
