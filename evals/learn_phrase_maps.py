"""Learns the maps of `vectorstore/maps.py` from questions whose answer is known.

    python -m evals.learn_phrase_maps evals/agents/*.learnt.jsonl --data DIR --out FILE

The late interaction is to be greatest for the sentence that holds all that the answer must, of
those that an answer is chosen from. DIR holds the index of the records. Half a minute for each
hundred steps where the processor multiplies bfloat16.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app import egress
from evals.choices import Flags, choices, flags, lesson, write_maps
from evals.questions import Question
from vectorstore.descent import TEMPERATURE, averaged, contrast, descend, from_nothing
from vectorstore.maps import Floats, Maps

if TYPE_CHECKING:
    from app.answer import Desk

_READ = 8  # sentences of a question, best by their words
_STEPS, _BATCH, _FALL = 90, 32, 18  # the rate falls to nothing over the last steps
_SEEDS = 2  # maps learnt from as many orders of the questions are averaged
_OF_QUESTION, _OF_SENTENCE = 48, 128  # tokens


@dataclass(frozen=True, slots=True)
class Phrases:
    """Questions with the sentences to choose from, token by token.

    Attributes:
        asked: vectors of the questions' tokens (n, 48, d), float16; zeros after the last.
        said: of the sentences' (n, 8, 128, d), likewise.
        there: which of the sentences there are (n, 8).
        right: which of them answer, the same shape; at least one in each row, not all.
    """

    asked: NDArray[np.float16]
    said: NDArray[np.float16]
    there: Flags
    right: Flags


def learn(phrases: Phrases, seeds: int = _SEEDS, steps: int = _STEPS) -> Maps:
    """The maps, as their file will hold them."""
    return averaged([_descend(phrases, seed, steps) for seed in range(seeds)])


def _descend(phrases: Phrases, seed: int, steps: int) -> tuple[Floats, Floats]:
    import torch
    from torch.nn.functional import normalize

    draw, d = np.random.default_rng(seed), phrases.asked.shape[-1]
    every = [torch.from_numpy(one) for one in (phrases.asked, phrases.said)]
    there, right = torch.from_numpy(phrases.there), torch.from_numpy(phrases.right)

    def loss(a: Any, b: Any) -> Any:
        some = draw.choice(len(there), min(_BATCH, len(there)), replace=False)
        asked, said = (one[some].float() for one in every)
        meant, filled = asked.any(-1), said.any(-1)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            asked = normalize(asked + asked @ a, dim=-1)
            said = normalize(said + said @ b, dim=-1)
            met = torch.einsum("bqd,bkud->bkqu", asked, said)
        met = met.float().masked_fill(~filled[:, :, None, :], -1).amax(-1)
        met = (met * meant[:, None]).sum(-1) / meant.sum(-1)[:, None]
        return contrast((met / TEMPERATURE).masked_fill(~there[some], -1e9), right[some])

    return descend(from_nothing(d), loss, steps, _FALL)


def phrases_of(desk: Desk, questions: Sequence[Question]) -> Phrases:
    """The questions of which some of the sentences to choose from are right, and some are not."""
    from app.extract import as_embedded

    found = choices(desk, questions, _READ)
    embedder, d = desk.retriever.embedder, desk.retriever.embedder.dimension
    asked = np.zeros((len(found), _OF_QUESTION, d), np.float16)
    said = np.zeros((len(found), _READ, _OF_SENTENCE, d), np.float16)
    for row, choice in enumerate(found):
        tokens = embedder.question_tokens(choice.text)[-_OF_QUESTION:]
        asked[row, : len(tokens)] = tokens
        texts = [as_embedded(one.unit) for one in choice.units]
        for column, one in enumerate(embedder.passage_tokens(texts)):
            said[row, column, : len(one[:_OF_SENTENCE])] = one[:_OF_SENTENCE]
    return Phrases(asked, said, *flags(found, _READ))


def main() -> None:
    """Learn, and write the file."""
    from app.assembly import open_desk
    from app.settings import load

    known, data, out = lesson(__doc__ or "")
    with open_desk(load(data)) as opened:
        bare = replace(opened.retriever, act_maps=None, phrase_maps=None)
        desk = replace(opened, retriever=bare)  # from nothing
        phrases = phrases_of(desk, known)
        named = desk.retriever.embedder.model_id, desk.retriever.indexes.centre.id
    print(f"{len(phrases.asked)} answers to choose")
    write_maps(learn(phrases), named, out)


if __name__ == "__main__":
    egress.harden()
    main()
