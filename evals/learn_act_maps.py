"""Learns the maps of `vectorstore/maps.py` from questions whose page is known.

    python -m evals.learn_act_maps evals/agents/*.learnt.jsonl --data DIR --out actes.safetensors

The cosine is to be greatest for what answers: of all passages those of the gold page, and of the
sentences that an answer is chosen from the one that holds all that it must. Both are learnt at
once, on kept vectors (`vectorstore/descent.py`). DIR holds the index of the records; follow-ups
teach sentences alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from app import egress
from evals.choices import Flags, choices, flags, lesson, write_maps
from evals.measures import holds
from evals.questions import Question
from vectorstore.descent import TEMPERATURE, averaged, contrast, descend, excess, from_nothing
from vectorstore.maps import Floats, Maps

if TYPE_CHECKING:
    from app.answer import Desk
    from ingest.rows import PassageRow

_STEPS, _BATCH, _FALL = 200, 64, 40  # the rate falls to nothing over the last steps
_SEEDS = 2  # maps learnt from as many orders of the questions are averaged
_NEAREST = 1  # over more passages the excess is lower, and acts pass before the law: docs/log.md
_READ = 16  # sentences of a question, best by their words


@dataclass(frozen=True, slots=True)
class Sentences:
    """What the answers of n questions are chosen from. Vectors are centred.

    Attributes:
        asked: (n, d).
        said: (n, _READ, d), zeros where there are fewer.
        there, right: (n, _READ), which there are, and which of them answer.
    """

    asked: Floats
    said: Floats
    there: Flags
    right: Flags


@dataclass(frozen=True, slots=True)
class Passages:
    """Where the answers of n questions stand. Vectors are centred.

    Attributes:
        asked: (n, d).
        said: (m, d), all passages of acts.
        right: for each question, rows of `said`.
    """

    asked: Floats
    said: Floats
    right: Sequence[NDArray[np.int64]]


def learn(passages: Passages, sentences: Sentences, seeds: int = _SEEDS) -> Maps:
    """The maps, as their file will hold them."""
    maps = averaged([_descend(passages, sentences, seed) for seed in range(seeds)])
    return replace(maps, by=excess(_cosines(passages, maps), _NEAREST))


def _cosines(passages: Passages, maps: Maps) -> Iterator[tuple[Floats, Floats]]:
    """Of each question, with all passages: plain and mapped, (m,) each."""
    said, asked = maps.passages(passages.said), maps.questions(passages.asked)
    for plain, mapped in zip(passages.asked, asked, strict=True):
        yield passages.said @ plain, said @ mapped


def _descend(passages: Passages, sentences: Sentences, seed: int) -> tuple[Floats, Floats]:
    import torch
    from torch.nn.functional import normalize

    draw = np.random.default_rng(seed)
    asked, said = torch.from_numpy(passages.asked), torch.from_numpy(passages.said)
    of_one = [torch.from_numpy(one) for one in (sentences.asked, sentences.said)]
    there, right = torch.from_numpy(sentences.there), torch.from_numpy(sentences.right)

    def of_passages(a: Any, b: Any) -> Any:
        some = draw.choice(len(asked), min(_BATCH, len(asked)), replace=False)
        own = torch.zeros(len(some), len(said), dtype=torch.bool)
        for row, i in enumerate(some):
            own[row, torch.from_numpy(passages.right[i])] = True
        with torch.autocast("cpu", dtype=torch.bfloat16):
            whole = normalize(asked[some] + asked[some] @ a, dim=1)
            cosines = whole @ normalize(said + said @ b, dim=1).T
        return contrast(cosines.float() / TEMPERATURE, own)

    def of_sentences(a: Any, b: Any) -> Any:
        some = draw.choice(len(there), min(_BATCH, len(there)), replace=False)
        question, units = (one[some] for one in of_one)
        question = normalize(question + question @ a, dim=1)
        units = normalize(units + units @ b, dim=2, eps=1e-6)
        cosines = torch.einsum("bnd,bd->bn", units, question) / TEMPERATURE
        return contrast(cosines.masked_fill(~there[some], -1e9), right[some])

    def loss(a: Any, b: Any) -> Any:
        return of_passages(a, b) + of_sentences(a, b)

    return descend(from_nothing(passages.said.shape[1]), loss, _STEPS, _FALL)


def passages_of(desk: Desk, questions: Sequence[Question]) -> Passages:
    """The questions that stand alone, and the passages of their gold pages."""
    rows, said = _all_passages(desk)
    known = [
        (one, at)
        for one in questions
        if one.after is None and len(at := _gold_rows(one, rows))
    ]  # fmt: skip
    return Passages(_asked(desk, [one for one, _ in known]), said, [at for _, at in known])


def _all_passages(desk: Desk) -> tuple[list[tuple[str, PassageRow]], Floats]:
    catalogue, retriever = desk.catalogue, desk.retriever
    rows = [
        (source.path, row)
        for source in catalogue.sources("live")
        for row in catalogue.passages_of_source(source.id)
    ]
    kept = catalogue.vectors(retriever.embedder.model_id, [row.input_sha for _, row in rows])
    rows = [(path, row) for path, row in rows if row.input_sha in kept]
    raw = np.stack([np.frombuffer(kept[row.input_sha], np.float16) for _, row in rows])
    return rows, retriever.indexes.centre.passages(raw)


def _gold_rows(question: Question, rows: Sequence[tuple[str, PassageRow]]) -> NDArray[np.int64]:
    """The passages of the gold pages that hold all that is asked; where none does, all of them."""
    pages = [
        at
        for at, (path, row) in enumerate(rows)
        for gold in question.gold
        if gold.file == path and row.page_first <= (gold.page or row.page_first) <= row.page_last
    ]
    whole = [at for at in pages if holds(rows[at][1].text, question.must or ())]
    return np.array(sorted(set(whole or pages)), np.int64)


def sentences_of(desk: Desk, questions: Sequence[Question]) -> Sentences:
    """The questions of which some of the sentences to choose from are right, and some are not."""
    from app.extract import as_embedded

    found = choices(desk, questions, _READ)
    embedder, centre = desk.retriever.embedder, desk.retriever.indexes.centre
    texts = [as_embedded(one.unit) for choice in found for one in choice.units]
    vectors = iter(centre.passages(embedder.passages(texts)))
    asked = _asked(desk, [choice.question for choice in found])
    said = np.zeros((len(found), _READ, asked.shape[1]), np.float32)
    for row, choice in enumerate(found):
        for column in range(len(choice.units)):
            said[row, column] = next(vectors)
    return Sentences(asked, said, *flags(found, _READ))


def _asked(desk: Desk, questions: Sequence[Question]) -> Floats:
    embedder, centre = desk.retriever.embedder, desk.retriever.indexes.centre
    return np.stack(
        [centre.question(one) for one in embedder.questions([q.text for q in questions])]
    )


def main() -> None:
    """Learn, and write the file."""
    from app.assembly import open_desk
    from app.settings import load

    known, data, out = lesson(__doc__ or "")
    with open_desk(load(data)) as opened:
        bare = replace(opened.retriever, act_maps=None, phrase_maps=None)
        desk = replace(opened, retriever=bare)  # from nothing
        passages, sentences = passages_of(desk, known), sentences_of(desk, known)
        named = desk.retriever.embedder.model_id, desk.retriever.indexes.centre.id
    print(f"{len(passages.asked)} questions, {len(sentences.asked)} answers to choose")
    write_maps(learn(passages, sentences), named, out)


if __name__ == "__main__":
    egress.harden()
    main()
