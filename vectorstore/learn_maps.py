"""Learns the maps of `maps.py` from questions with the articles cited for them.

The cosine is to be greatest for the articles cited; all passages but those cited for a question
are its negatives. Plain gradient descent on kept vectors (`descent.py`): a minute.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorstore.descent import TEMPERATURE, averaged, contrast, descend, excess, from_nothing
from vectorstore.fusion import Weights
from vectorstore.maps import Floats, Maps

_STEPS, _BATCH, _FALL = (10, 30, 100), 64, 15  # the rate falls to nothing over the last steps
_TRIED = 5  # one question learnt from of so many says which number of steps is best
_SEEDS = 3  # maps learnt from as many orders of the questions are averaged
_NEAREST = 30  # passages of a question over which the excess of mapped cosines is taken
_SHARE = Weights().mapped
RANKS = 10


@dataclass(frozen=True, slots=True)
class Pairs:
    """Vectors of questions and passages, and which passages answer which question.

    Attributes:
        questions: (n, d), centred.
        passages: (m, d), centred.
        article: (m,), the article that each passage is of.
        cited: for each question, its articles.
        held: (n,), those that are not learnt from.
    """

    questions: Floats
    passages: Floats
    article: NDArray[np.int64]
    cited: Sequence[frozenset[int]]
    held: NDArray[np.bool_]


def learn(
    pairs: Pairs, start: Maps | None = None, *, steps: int | None = None, seeds: int = _SEEDS,
    tell: Callable[[float], None] = lambda share: None,
) -> Maps:  # fmt: skip
    """The maps, as their file will hold them.

    Args:
        pairs: what to learn from, but for the questions held out.
        start: maps to go on from; None: from nothing.
        steps: of each descent; None: the best of a few, tried on questions that are learnt from.
        seeds: descents that are averaged.
        tell: hears which share (0 to 1) is done.
    """
    steps = steps or _best_steps(pairs, start, partial(_part_of, tell, 0, seeds + 1))
    made = [
        _descend(pairs, start, steps, seed, partial(_part_of, tell, seed + 1, seeds + 1))
        for seed in range(seeds)
    ]
    maps = averaged(made)
    return replace(maps, by=excess(_cosines(pairs, maps), _NEAREST))


def _best_steps(pairs: Pairs, start: Maps | None, tell: Callable[[float], None]) -> int:
    """How many steps pay, by questions that are learnt from: with few, many steps learn by heart.

    Those held out have no part in it. Questions of the same articles are on the same side.
    """
    learnt = np.flatnonzero(~pairs.held).tolist()
    cited = [pairs.cited[i] for i in learnt]
    groups = np.unique([min(one) for one in cited], return_inverse=True)[1]
    inner = replace(
        pairs, questions=pairs.questions[learnt], cited=cited, held=groups % _TRIED == 0
    )
    if inner.held.all():
        return _STEPS[0]
    scores = []
    for at, steps in enumerate(_STEPS):
        maps = Maps(*_descend(inner, start, steps, 0, partial(_part_of, tell, at, len(_STEPS))))
        scores.append(float(np.mean(gains(inner, maps))))
    return _STEPS[int(np.argmax(scores))]


def _part_of(tell: Callable[[float], None], done: int, of: int, share: float) -> None:
    tell((done + share) / of)


def _descend(
    pairs: Pairs, start: Maps | None, steps: int, seed: int, tell: Callable[[float], None]
) -> tuple[Floats, Floats]:
    import torch
    from torch.nn.functional import normalize

    draw = np.random.default_rng(seed)
    questions, passages = torch.from_numpy(pairs.questions), torch.from_numpy(pairs.passages)
    learnt = np.flatnonzero(~pairs.held)

    def loss(a: Any, b: Any) -> Any:
        batch = draw.choice(learnt, min(_BATCH, len(learnt)), replace=False)
        own = np.stack([np.isin(pairs.article, list(pairs.cited[i])) for i in batch])
        asked = normalize(questions[batch] + questions[batch] @ a, dim=1)
        cosines = asked @ normalize(passages + passages @ b, dim=1).T / TEMPERATURE
        return contrast(cosines, torch.from_numpy(own))

    begun = (start.question, start.passage) if start else from_nothing(pairs.questions.shape[1])
    return descend(begun, loss, steps, _FALL, tell)


def gains(pairs: Pairs, maps: Maps | None, share: float = _SHARE) -> list[float]:
    """nDCG@10 by article of each held-out question: best passage of each, vectors alone.

    `share`: of the mapped cosine; by default as it is served.
    """
    held = np.flatnonzero(pairs.held).tolist()
    return [
        _gain(pairs, (1 - share) * plain + share * mapped, pairs.cited[i])
        for i, (plain, mapped) in zip(held, _cosines(pairs, maps), strict=True)
    ]


def _cosines(pairs: Pairs, maps: Maps | None) -> Iterator[tuple[Floats, Floats]]:
    """Of each held-out question, with all passages: plain and mapped, (m,) each."""
    mapped = pairs.passages if maps is None else maps.passages(pairs.passages)
    for i in np.flatnonzero(pairs.held).tolist():
        question = pairs.questions[i]
        asked = question if maps is None else maps.questions(question[None, :])[0]
        yield pairs.passages @ question, mapped @ asked


def _gain(pairs: Pairs, cosines: Floats, cited: frozenset[int]) -> float:
    best = np.full(int(pairs.article.max()) + 1, -2.0, np.float32)
    np.maximum.at(best, pairs.article, cosines)
    top = np.argsort(-best)[:RANKS]
    worth = [1 / math.log2(rank + 2) for rank in range(RANKS)]
    return sum(worth[rank] for rank, one in enumerate(top) if one in cited) / sum(
        worth[: len(cited)]
    )
