"""Two maps that bring everyday questions nearer to the law, for the embedded model alone.

They were learnt from questions of service-public.fr with the articles that DILA cites for them:
`evals/learn_maps.py`; docs/adaptation.md has the data, the figures and what they are worse at.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from vectorstore.embed import unit

Floats = NDArray[np.float32]
_FILE = "loi.safetensors"


@dataclass(frozen=True, slots=True)
class LawMaps:
    """What is added to centred vectors of questions and of law: (d, d) each."""

    question: Floats
    passage: Floats

    def cosines(self, question: Floats, passages: Floats) -> Floats:
        """Cosines (n,) of a question (d,) and passages (n, d), centred, each mapped."""
        asked = unit((question + question @ self.question)[None, :])[0]
        found: Floats = unit(passages + passages @ self.passage) @ asked
        return found


@cache
def law_maps_of(model: str, centre: str) -> LawMaps | None:
    """The maps for a model and its means, as `Embedder.model_id` and `Centre.id` name them.

    None for any other: what was learnt for one model says nothing of another's vectors.
    """
    from safetensors import safe_open

    file = resources.files("vectorstore").joinpath("reference", _FILE)
    with resources.as_file(file) as path, safe_open(path, framework="numpy") as kept:
        if kept.metadata() != {"model": model, "centre": centre}:
            return None
        question, passage = (kept.get_tensor(name) for name in ("question", "passage"))
    return LawMaps(question.astype(np.float32), passage.astype(np.float32))
