"""Gradient descent on two maps: what those for the law and those for acts are learnt by.

Two matrices of the model's dimension d, A for questions and B for passages, so that the cosine of
q + qA and p + pB is greatest for what answers, against all else that is there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from vectorstore.maps import Floats, Maps

TEMPERATURE = 0.05
_RATE, _DECAY = 1e-3, 0.05  # of AdamW

# A batch's loss by the two maps; the tensors are torch's, which is imported where it is used.
Loss = Callable[[Any, Any], Any]


def descend(
    begun: tuple[Floats, Floats], loss: Loss, steps: int, fall: int,
    tell: Callable[[float], None] = lambda share: None,
) -> tuple[Floats, Floats]:  # fmt: skip
    """The maps (d, d) of questions and of passages after so many steps.

    Args:
        begun: the maps to begin with.
        loss: of the batch that it draws at each step.
        steps: of the descent.
        fall: over so many of the last steps the rate falls to nothing.
        tell: hears which share (0 to 1) is done.
    """
    import torch

    a, b = (torch.tensor(one, requires_grad=True) for one in begun)
    descent = torch.optim.AdamW([a, b], lr=_RATE, weight_decay=_DECAY)
    for step in range(steps):
        for group in descent.param_groups:
            group["lr"] = _RATE * min(1.0, (steps - step) / fall)
        lost = loss(a, b)
        descent.zero_grad()
        lost.backward()
        descent.step()
        tell((step + 1) / steps)
    return a.detach().numpy(), b.detach().numpy()


def contrast(cosines: Any, right: Any) -> Any:
    """How much the right ones, (n, m) flags, fall short of all cosines (n, m) over TEMPERATURE."""
    import torch

    own = torch.logsumexp(cosines.masked_fill(~right, -math.inf), 1)
    return (torch.logsumexp(cosines, 1) - own).mean()


def from_nothing(d: int) -> tuple[Floats, Floats]:
    """Maps that change nothing, of d dimensions."""
    return np.zeros((d, d), np.float32), np.zeros((d, d), np.float32)


def averaged(made: Sequence[tuple[Floats, Floats]]) -> Maps:
    """The mean of several descents, as its file will hold it."""
    means = (np.mean([maps[at] for maps in made], axis=0) for at in (0, 1))
    return Maps(*(one.astype(np.float16).astype(np.float32) for one in means))


def excess(cosines: Iterable[tuple[Floats, Floats]], nearest: int) -> float:
    """How much higher mapped cosines are than plain ones; 0 where there is no question.

    It is taken off again when they serve: else law would pass before acts, or behind.

    Args:
        cosines: of each question with all passages, plain and mapped, (m,) each.
        nearest: the plainly nearest passages of a question that count.
    """
    found = []
    for plain, mapped in cosines:
        near = np.argsort(-plain)[:nearest]
        found.append(float((mapped[near] - plain[near]).mean()))
    return float(np.mean(found)) if found else 0.0
