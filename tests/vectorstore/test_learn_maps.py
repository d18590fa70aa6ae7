"""The learner finds a map where there is one, and learns nothing of what is held out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vectorstore.embed import unit
from vectorstore.learn_maps import Pairs, gains, learn

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


def ndcg(some: Pairs, *maps: object, share: float = 1.0) -> float:
    return float(np.mean(gains(some, *maps, share)))  # type: ignore[arg-type]


def test_what_is_learnt_from_some_questions_serves_others() -> None:
    some = pairs(held=20)
    before = ndcg(some, None)
    maps = learn(some, steps=300, seeds=1)
    assert before < 0.3
    assert ndcg(some, maps) > before + 0.3
    assert ndcg(some, maps, share=0.0) == before
    assert len(gains(some, maps)) == 20


def test_the_same_is_learnt_again_and_nothing_of_the_questions_held_out() -> None:
    some = pairs(held=20)
    others = some.questions.copy()
    others[:20] = others[:20][::-1]
    first, again, blind = (
        learn(one, steps=5, seeds=2) for one in (some, some, replace(some, questions=others))
    )
    for other in (again, blind):
        assert np.array_equal(first.question, other.question)
        assert np.array_equal(first.passage, other.passage)


def test_going_on_from_maps_begins_where_they_are() -> None:
    some = pairs(held=20)
    good = learn(some, steps=300, seeds=1)
    further, anew = (learn(some, start, steps=3, seeds=1) for start in (good, None))
    assert ndcg(some, further) > ndcg(some, anew) + 0.2


def test_the_excess_is_what_mapped_cosines_are_higher_by_among_the_nearest() -> None:
    some = pairs(held=20)
    maps = learn(some, steps=300, seeds=1)
    higher = []
    for question in some.questions[:20]:
        plain = some.passages @ question
        nearest = np.argsort(-plain)[:30]
        higher.append((maps.cosines(question, some.passages) - plain)[nearest].mean())
    assert abs(maps.by - float(np.mean(higher))) < 1e-6


def test_steps_are_as_many_as_pay() -> None:
    some = pairs(held=20)
    best, most = (learn(some, steps=steps, seeds=1) for steps in (None, 100))
    assert np.array_equal(best.question, most.question)
    assert ndcg(some, best) > ndcg(some, learn(some, steps=10, seeds=1)) + 0.1
