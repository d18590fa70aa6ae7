"""Learns the maps of `law_maps.py` from questions with the articles cited for them.

Two matrices of the model's dimension d, A for questions and B for passages, so that the cosine of
q + qA and p + pB is greatest for the articles cited. All passages but those cited for a question
are its negatives. Plain gradient descent on kept vectors: a minute.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from vectorstore.fusion import Weights
from vectorstore.law_maps import Floats, LawMaps

_TEMPERATURE = 0.05
_RATE, _DECAY = 1e-3, 0.05  # of AdamW
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
    pairs: Pairs, start: LawMaps | None = None, *, steps: int | None = None, seeds: int = _SEEDS,
    tell: Callable[[float], None] = lambda share: None,
) -> LawMaps:  # fmt: skip
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
    first, second = (np.mean([maps[at] for maps in made], axis=0) for at in (0, 1))
    maps = LawMaps(*(one.astype(np.float16).astype(np.float32) for one in (first, second)))
    return replace(maps, by=_excess(pairs, maps))


def _best_steps(pairs: Pairs, start: LawMaps | None, tell: Callable[[float], None]) -> int:
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
        maps = LawMaps(*_descend(inner, start, steps, 0, partial(_part_of, tell, at, len(_STEPS))))
        scores.append(float(np.mean(gains(inner, maps))))
    return _STEPS[int(np.argmax(scores))]


def _part_of(tell: Callable[[float], None], done: int, of: int, share: float) -> None:
    tell((done + share) / of)


def _descend(
    pairs: Pairs, start: LawMaps | None, steps: int, seed: int, tell: Callable[[float], None]
) -> tuple[Floats, Floats]:
    import torch
    from torch.nn.functional import normalize

    draw = np.random.default_rng(seed)
    d = pairs.questions.shape[1]
    questions, passages = torch.from_numpy(pairs.questions), torch.from_numpy(pairs.passages)
    nothing = np.zeros((d, d), np.float32)
    begun = (start.question, start.passage) if start is not None else (nothing, nothing)
    a, b = (torch.tensor(one, requires_grad=True) for one in begun)
    descent = torch.optim.AdamW([a, b], lr=_RATE, weight_decay=_DECAY)
    learnt = np.flatnonzero(~pairs.held)
    for step in range(steps):
        for group in descent.param_groups:
            group["lr"] = _RATE * min(1.0, (steps - step) / _FALL)
        batch = draw.choice(learnt, min(_BATCH, len(learnt)), replace=False)
        own = np.stack([np.isin(pairs.article, list(pairs.cited[i])) for i in batch])
        asked = normalize(questions[batch] + questions[batch] @ a, dim=1)
        cosines = asked @ normalize(passages + passages @ b, dim=1).T / _TEMPERATURE
        right = torch.logsumexp(cosines.masked_fill(~torch.from_numpy(own), -math.inf), 1)
        loss = (torch.logsumexp(cosines, 1) - right).mean()
        descent.zero_grad()
        loss.backward()
        descent.step()
        tell((step + 1) / steps)
    return a.detach().numpy(), b.detach().numpy()


def gains(pairs: Pairs, maps: LawMaps | None, share: float = _SHARE) -> list[float]:
    """nDCG@10 by article of each held-out question: best passage of each, vectors alone.

    `share`: of the mapped cosine; by default as it is served.
    """
    held = np.flatnonzero(pairs.held).tolist()
    return [
        _gain(pairs, (1 - share) * plain + share * mapped, pairs.cited[i])
        for i, (plain, mapped) in zip(held, _cosines(pairs, maps), strict=True)
    ]


def _cosines(pairs: Pairs, maps: LawMaps | None) -> Iterator[tuple[Floats, Floats]]:
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


def _excess(pairs: Pairs, maps: LawMaps) -> float:
    """How much higher mapped cosines are than plain ones, over the nearest of held-out questions.

    Acts have none, or one of other maps: without this, law would pass before them, or behind.
    """
    found = []
    for plain, mapped in _cosines(pairs, maps):
        nearest = np.argsort(-plain)[:_NEAREST]
        found.append(float((mapped[nearest] - plain[nearest]).mean()))
    return float(np.mean(found)) if found else 0.0
