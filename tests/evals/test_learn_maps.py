"""The learner finds a map where there is one, and learns nothing of what is held out."""

from __future__ import annotations

import numpy as np

from evals.learn_maps import Floats, Pairs, learn, ndcg
from vectorstore.embed import unit

D, N = 16, 120


def pairs(held: int) -> Pairs:
    """Questions that are their passage turned by a fixed rotation, with a little noise."""
    draw = np.random.default_rng(3)
    passages = unit(draw.normal(size=(N, D)).astype(np.float32))
    turn, _ = np.linalg.qr(draw.normal(size=(D, D)))
    noise = draw.normal(scale=0.05, size=(N, D))
    questions = unit((passages @ turn + noise).astype(np.float32))
    cited = [frozenset({at}) for at in range(N)]
    return Pairs(questions, passages, np.arange(N), cited, np.arange(N) < held)


def test_what_is_learnt_from_some_questions_serves_others() -> None:
    some = pairs(held=20)
    nothing: Floats = np.zeros((D, D), np.float32)
    before = ndcg(some, nothing, nothing, 1.0)
    question, passage = learn(some, steps=300, seeds=1)
    assert before < 0.3
    assert ndcg(some, question, passage, 1.0) > before + 0.3
    assert ndcg(some, question, passage, 0.0) == before


def test_the_same_is_learnt_again() -> None:
    some = pairs(held=20)
    first, again = (learn(some, steps=5, seeds=2) for _ in range(2))
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))
