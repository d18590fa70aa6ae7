"""Searching a large index: how long it takes to open and to search, and what its graph misses.

    python -m evals.large_search --data DIR --questions FILE… [--n 200]
    python -m evals.large_search --data DIR --drawn TOWN [--n 200]

The first measures the index of a data folder with its own model. The second measures a town that
`evals.growth` has filled: its vectors and its words are drawn, and so are the questions, each near
one of the points that passages lie around; the model of `--data` embeds each of them all the same,
so that the time is that of a question. The graph's ten nearest are compared with the ten of a scan
of every vector.

Opening is counted from nothing, with the server of the vectors stopped, to the first search.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from evals.drawn_town import FONDS, DrawnVectors, drawn_town, drawn_words
from evals.latency import chroma_pid, resident_mb
from evals.questions import QuestionsInvalid, read_questions
from evals.timing import Times, machine, times
from vectorstore.retriever import Query, Retriever

if TYPE_CHECKING:
    from vectorstore.embed import Embedder

Floats = NDArray[np.float32]
NEAREST = 10
LIMIT = 10  # hits a search asks for, as on the page
_WORDS = 8  # in a question that is drawn
_SCANNED = 20_000  # vectors at a time


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured."""

    passages: int
    opening_s: float
    search: Times | None  # embedding of the question included
    recall: float  # share of the exact ten nearest that the graph gives, over fonds and questions
    memory_mb: dict[str, float]  # resident: "greffe", "chroma"
    machine: dict[str, str]


class DrawnQuestions:
    """A model whose vectors are drawn; it takes the time of the one it stands before."""

    def __init__(self, real: Embedder) -> None:
        self._real, self._drawn = real, DrawnVectors()
        self.model_id = self._drawn.model_id

    def questions(self, texts: Sequence[str]) -> Floats:
        """A vector near one of the points, the same for the same text."""
        self._real.questions(texts)
        return self._drawn.passages(texts).astype(np.float32)


@contextmanager
def drawn_retriever(town: Path, real: Embedder) -> Iterator[Retriever]:
    """The retriever over a drawn town."""
    with drawn_town(town) as drawn:
        yield Retriever(drawn.catalogue, DrawnQuestions(real), drawn.indexes)  # type: ignore[arg-type]


def measure(
    opening: Callable[[], Any], data: Path, fonds: Sequence[str], questions: Sequence[str]
) -> Measured:
    """Open, search with each question, and compare with a scan. `opening` gives a retriever."""
    began = time.perf_counter()
    with opening() as retriever:
        retriever.search(Query(questions[0]), fonds, LIMIT)
        opened = time.perf_counter() - began
        spent = list[float]()
        for question in questions[1:]:
            began = time.perf_counter()
            retriever.search(Query(question), fonds, LIMIT)
            spent.append(time.perf_counter() - began)
        held = {"greffe": resident_mb(os.getpid()), "chroma": resident_mb(chroma_pid(data))}
        passages = sum(retriever.indexes.dense.count(name) for name in fonds)
        return Measured(
            passages, round(opened, 2), times(spent),
            round(recall(retriever, fonds, questions), 4),
            {name: mb for name, mb in held.items() if mb is not None}, machine(),
        )  # fmt: skip


def recall(retriever: Retriever, fonds: Sequence[str], questions: Sequence[str]) -> float:
    """Of the nearest by a scan of every vector, the share that the graph gives.

    A passage as near as the last of them counts as one of them.
    """
    centre, dense = retriever.indexes.centre, retriever.indexes.dense
    asked = np.stack([centre.question(v) for v in retriever.embedder.questions(list(questions))])
    shares = list[float]()
    for name in fonds:
        nearest = _scan(retriever, name, asked)  # (questions, NEAREST), least first
        for vector, cosines in zip(asked, nearest, strict=True):
            found = dense.search(name, vector, NEAREST)
            enough = cosines[0] - 1e-5  # rounding
            given = sum(cosine >= enough for _id, cosine in found)
            shares.append(min(1.0, given / (cosines > -1).sum()))
    return float(np.mean(shares))


def _scan(retriever: Retriever, fonds: str, asked: Floats) -> Floats:
    catalogue, model = retriever.catalogue, retriever.embedder.model_id
    best = np.full((len(asked), NEAREST), -1, np.float32)
    ids = sorted(catalogue.live_ids(fonds))
    for first in range(0, len(ids), _SCANNED):
        rows = catalogue.live_passages(ids[first : first + _SCANNED]).values()
        shas = [row.input_sha for row in rows]
        blobs = catalogue.vectors(model, shas)
        raw = np.stack([np.frombuffer(blobs[sha], np.float16) for sha in shas])
        cosines = asked @ retriever.indexes.centre.passages(raw).T
        best = np.sort(np.concatenate([best, cosines], axis=1), axis=1)[:, -NEAREST:]
    return best


def drawn(count: int) -> list[str]:
    """Questions in words that nobody says."""
    dice = random.Random(2014)  # noqa: S311
    return [" ".join(drawn_words(dice, _WORDS)) for _ in range(count)]


def main(words: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 3 when a question file cannot be read."""
    from app.assembly import model_of, open_desk
    from app.settings import load

    asked = _options().parse_args(words)
    settings = load(asked.data)
    if asked.drawn:
        real, _centre = model_of(settings)
        real.load()
        found = measure(
            lambda: drawn_retriever(asked.drawn, real), asked.drawn, [FONDS], drawn(asked.n)
        )
    else:
        try:
            rows = [row for file in asked.questions for row in read_questions(file).questions]
        except QuestionsInvalid as trouble:
            print(trouble, file=sys.stderr)
            return 3

        @contextmanager
        def opened() -> Iterator[Retriever]:
            with open_desk(settings) as desk:
                yield desk.retriever

        texts = list(dict.fromkeys(row.text for row in rows))
        random.Random(2014).shuffle(texts)  # noqa: S311
        with open_desk(settings) as desk:
            fonds = desk.catalogue.fonds()
        found = measure(opened, asked.data, fonds, texts[: asked.n])
    print(json.dumps(asdict(found), ensure_ascii=False))
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m evals.large_search", description="Grand index")
    add: Callable[..., Any] = parser.add_argument
    add("--data", type=Path, required=True, help="dossier de données ; son modèle")
    add("--drawn", type=Path, help="ville dessinée par evals.growth (…/donnees)")
    add("--questions", type=Path, nargs="*", default=[], help="fichiers de questions")
    add("--n", type=int, default=200, help="questions posées")
    return parser


if __name__ == "__main__":
    sys.exit(main())
