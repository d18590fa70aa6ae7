"""The maps for acts: learnt from the sample's own questions, they put what answers first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.answer import Desk
from app.assembly import open_desk
from app.settings import load
from evals.learn_act_maps import Passages, Sentences, learn, passages_of, sentences_of
from evals.questions import read_questions
from vectorstore.maps import Maps

QUESTIONS = Path("evals/exemple.jsonl")


@pytest.fixture(scope="module")
def desk(town: Path) -> Iterator[Desk]:
    with open_desk(load(town)) as opened:
        yield replace(opened, retriever=replace(opened.retriever, act_maps=None))


@pytest.fixture(scope="module")
def learnt_from(desk: Desk) -> tuple[Passages, Sentences]:
    asked = read_questions(QUESTIONS).questions
    return passages_of(desk, asked), sentences_of(desk, asked)


def test_the_gold_passages_hold_what_must_be_said(
    desk: Desk, learnt_from: tuple[Passages, Sentences]
) -> None:
    passages, _ = learnt_from
    assert len(passages.asked) == len(passages.right) > 20
    assert all(len(rows) > 0 and rows.max() < len(passages.said) for rows in passages.right)
    lengths = np.linalg.norm(passages.said, axis=1)
    assert np.allclose(lengths, 1, atol=1e-3)


def test_of_the_sentences_to_choose_from_some_are_right_and_some_are_not(
    learnt_from: tuple[Passages, Sentences],
) -> None:
    _, sentences = learnt_from
    assert len(sentences.asked) > 20
    assert not (sentences.right & ~sentences.there).any()
    assert sentences.right.any(axis=1).all()
    assert (sentences.there & ~sentences.right).any(axis=1).all()


def test_what_is_learnt_puts_the_right_sentence_nearer(
    learnt_from: tuple[Passages, Sentences],
) -> None:
    passages, sentences = learnt_from
    maps = learn(passages, sentences, seeds=1)

    def first(maps: Maps | None) -> float:
        found = 0
        for row, asked in enumerate(sentences.asked):
            there = sentences.there[row]
            said = sentences.said[row][there]
            cosines = said @ asked if maps is None else maps.cosines(asked, said)
            found += bool(sentences.right[row][there][int(np.argmax(cosines))])
        return found / len(sentences.asked)

    assert first(maps) > first(None)  # on what it learnt from: that it learns, and no more
    assert np.isfinite(maps.by)
