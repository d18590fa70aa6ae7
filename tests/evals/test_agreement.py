"""Our figures are those of the scorer that stands beside the shared questions.

The scorer is run as it is, on outputs drawn at random from each question's gold (right
pages, neighbouring pages, other files; right and wrong answers, refusals, errors).
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.citations import Answer
from evals.questions import Gold, Question, QuestionSet, read_questions
from evals.run import evaluate
from tests.evals.town import Passage, Talk, answered

if TYPE_CHECKING:
    from evals.report import Figure

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "questions"
SCORER = SHARED / "score.py"

pytestmark = pytest.mark.skipif(not SCORER.is_file(), reason="no shared scorer beside us")


@dataclass
class Replay:
    """A desk that hands out what was drawn for each question."""

    hits: dict[str, list[Passage]]
    answers: dict[str, Answer]

    def search(self, question: str, **_: object) -> list[Passage]:
        return self.hits[question]

    def ask(self, question: str, **_: object) -> Answer:
        return self.answers[question]


def files() -> list[Path]:
    return sorted(SHARED.glob("*.dev.jsonl"))


def passage(gold: Gold, question: Question, rng: random.Random) -> Passage:
    """A passage at, near or away from a gold place; with or without the words."""
    words = " ".join(question.must or ()) if rng.random() < 0.6 else "Le conseil délibère."
    if gold.article_id is not None:
        return Passage("droit.jsonl", 1, 1, words, gold.article_id + rng.choice(["", "", "-9"]))
    first = max(1, (gold.page or 4) + rng.choice([-2, -1, 0, 0, 0, 1]))
    source = rng.choice(["", "./", "records/"]) + (gold.file or "")
    source = rng.choice([source, source, "autre/commune.pdf"])
    return Passage(source, first, first + rng.choice([0, 0, 1, 2]), words)


def draw(questions: QuestionSet, seed: int) -> Replay:
    rng = random.Random(seed)
    elsewhere = Gold(file="autre/acte.pdf", page=3)
    replay = Replay({}, {})
    for question in questions.questions:
        places = [*question.gold, elsewhere, elsewhere]
        found = [passage(rng.choice(places), question, rng) for _ in range(rng.randint(0, 120))]
        replay.hits[question.text] = found[:100]
        status = rng.choice(["answered", "answered", "answered", "not_in_records", "error"])
        answer = answered(question.text, *found[: rng.randint(0, 5)])
        if status != "answered":
            answer = Answer("1", question.text, status, message="Rien.")
        replay.answers[question.text] = replace(answer, seconds=0.1)
    return replay


def scored(kind: str, path: Path, rows: list[dict[str, object]], folder: Path) -> dict[str, float]:
    """What the scorer prints for these outputs."""
    output = folder / f"{kind}.jsonl"
    output.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    told = subprocess.run(
        [sys.executable, str(SCORER), kind, str(path), str(output)],
        check=True,
        capture_output=True,
        text=True,
    )
    figures: dict[str, float] = json.loads(told.stdout)
    return figures


def search_row(question: Question, hits: list[Passage]) -> dict[str, object]:
    names = ("source", "page_first", "page_last", "article_id")
    rows = [{name: getattr(hit, name) for name in names} for hit in hits]
    return {"id": question.id, "seconds": 0.1, "hits": rows}


def ask_row(question: Question, answer: Answer) -> dict[str, object]:
    return {
        "id": question.id,
        "status": answer.status,
        "text": answer.text,
        "sentences": [{"text": s.text, "status": s.status} for s in answer.sentences],
        "citations": [
            {"source": c.source, "page": c.quote.page, "quote": c.quote.text}
            for c in answer.citations
        ],
    }


def agrees(ours: Figure | None, theirs: float | None) -> None:
    if theirs is None:
        assert ours is None
    else:
        assert ours is not None
        assert ours.value == pytest.approx(theirs, abs=0.00051)  # they round to three decimals


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
@pytest.mark.parametrize("seed", [1, 2])
def test_search_figures_are_the_scorer_s(path: Path, seed: int, tmp_path: Path) -> None:
    questions = read_questions(path)
    replay = draw(questions, seed)
    rows = [search_row(q, replay.hits[q.text]) for q in questions.questions]
    theirs = scored("search", path, rows, tmp_path)
    ours = evaluate(replay, [questions], opening=Talk()).row(questions.name).figures
    for name in ("hit@1", "hit@5", "hit@10", "MRR@10", "nDCG@10", "R@100"):
        agrees(ours[name], theirs[name])
    assert ours["hit@1"].n == theirs["n"]


@pytest.mark.parametrize("seed", range(5))
def test_answer_figures_are_the_scorer_s(seed: int, tmp_path: Path) -> None:
    path = SHARED / "records.dev.jsonl"
    questions = read_questions(path)
    replay = draw(questions, seed)
    rows = [ask_row(q, replay.answers[q.text]) for q in questions.questions]
    theirs = scored("ask", path, rows, tmp_path)
    ours = evaluate(replay, [questions], opening=Talk()).row(questions.name).figures
    names = ("correct", "wrong_refusals", "refused", "citation_precision", "citation_recall")
    for name in names:
        agrees(ours.get(name), theirs[name])
    assert ours["correct"].n == theirs["answerable"]
    assert ours["refused"].n == theirs["unanswerable"]
