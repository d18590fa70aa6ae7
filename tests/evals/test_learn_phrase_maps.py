"""The maps for tokens: learnt from the sample's own questions, they put what answers first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.answer import Desk
from app.assembly import open_desk
from app.settings import load
from evals.learn_phrase_maps import Phrases, learn, phrases_of
from evals.questions import read_questions
from vectorstore.descent import from_nothing
from vectorstore.late_interaction import late_interaction
from vectorstore.maps import Maps

QUESTIONS = Path("evals/exemple.jsonl")


@pytest.fixture(scope="module")
def desk(town: Path) -> Iterator[Desk]:
    with open_desk(load(town)) as opened:
        yield replace(opened, retriever=replace(opened.retriever, phrase_maps=None))


@pytest.fixture(scope="module")
def phrases(desk: Desk) -> Phrases:
    return phrases_of(desk, read_questions(QUESTIONS).questions)


def test_of_the_sentences_to_choose_from_some_are_right_and_some_are_not(phrases: Phrases) -> None:
    assert len(phrases.asked) > 15
    assert not (phrases.right & ~phrases.there).any()
    assert phrases.right.any(axis=1).all()
    assert (phrases.there & ~phrases.right).any(axis=1).all()
    assert phrases.asked.any(axis=-1).sum(axis=1).min() > 2  # tokens
    assert (phrases.said.any(axis=-1).any(axis=-1) == phrases.there).all()


def test_what_is_learnt_puts_the_right_sentence_nearer(phrases: Phrases) -> None:
    def first(maps: Maps) -> float:
        found = 0
        for row, right in enumerate(phrases.right):
            asked = phrases.asked[row].astype(np.float32)
            said = phrases.said[row][phrases.there[row]].astype(np.float32)
            likes = late_interaction(maps, asked[asked.any(-1)], [s[s.any(-1)] for s in said])
            found += bool(right[int(np.argmax(likes))])
        return found / len(phrases.right)

    nothing = Maps(*from_nothing(phrases.asked.shape[-1]))
    learnt = learn(phrases, seeds=1, steps=20)
    assert first(learnt) > first(nothing)  # on what it learnt from: that it learns, and no more
