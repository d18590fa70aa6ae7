"""What the maps give: sets of questions without them and with them, differences paired.

    python -m evals.maps FILE… --data DIR [--acts FILE] [--phrases FILE] [--answers]

Twice: the dense part alone, that is exact search over all vectors of the index, an article at its
best passage; and the whole retrieval, with its answers where they are asked for. Some minutes for
400 questions over 70,000 passages. Maps for acts and for tokens that are named are measured in
place of the package's: those learnt apart from the documents of the questions asked.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app import egress
from app.conversation import EMPTY, Conversation, context_of
from evals.compare import Difference, compare
from evals.opening import ExaminerDesk, Spot
from evals.questions import QuestionSet, read_questions
from evals.run import Desk, evaluate
from vectorstore.fusion import Weights
from vectorstore.maps import Floats, Maps, maps_in

if TYPE_CHECKING:
    from app.citations import Answer
    from vectorstore.retriever import Retriever

_MEASURES = (
    "hit@1", "hit@10", "nDCG@10", "R@100",
    "correct", "citation_precision", "citation_recall", "refused", "wrong_refusals",
)  # fmt: skip
_PART = 5000  # passages read and mapped at a time
_SHARE = Weights().mapped


@dataclass(frozen=True, slots=True)
class Side:
    """The passages of law, or those of acts: where they stand, and their centred vectors (n, d)."""

    spots: Sequence[Spot]
    plain: Floats
    mapped: Floats | None  # by the maps
    maps: Maps | None

    def scores(self, asked: Floats) -> Floats:
        """Of each passage for a question (d,), as `Retriever` weighs the two cosines."""
        plain: Floats = self.plain @ asked
        if self.maps is None or self.mapped is None:
            return plain
        mapped: Floats = self.mapped @ self.maps.questions(asked[None, :])[0] - self.maps.by
        return plain + np.float32(_SHARE) * (mapped - plain)


@dataclass(frozen=True, slots=True)
class DenseDesk:
    """Searches all vectors of an index, and nothing else of it; has no answers to give."""

    retriever: Retriever
    sides: Sequence[Side]

    def search(
        self, question: str, *, conversation: Conversation, fonds: Sequence[str] | None, limit: int
    ) -> list[Spot]:
        """All fonds are searched."""
        asked = f"{context_of(question, conversation)} {question}".strip()
        embedder, centre = self.retriever.embedder, self.retriever.indexes.centre
        vector = centre.question(embedder.questions([asked])[0])
        scores = np.concatenate([side.scores(vector) for side in self.sides])
        spots = [spot for side in self.sides for spot in side.spots]
        found: dict[Spot, None] = {}
        for at in np.argsort(-scores, kind="stable"):
            found.setdefault(spots[at])
            if len(found) == limit:
                break
        return list(found)

    def ask(
        self, question: str, *, conversation: Conversation, fonds: Sequence[str] | None
    ) -> Answer:
        raise NotImplementedError("measured on its search alone")


def dense_desk(retriever: Retriever) -> DenseDesk:
    """All passages of an index that a search may find."""
    sides = []
    for of_law, maps in ((True, retriever.law_maps), (False, retriever.act_maps)):
        spots: list[Spot] = []
        plain = [np.empty((0, retriever.embedder.dimension), np.float32)]
        for places, vectors in _parts(retriever, of_law=of_law):
            spots += places
            plain.append(vectors)
        mapped = np.concatenate([maps.passages(part) for part in plain]) if maps else None
        sides.append(Side(spots, np.concatenate(plain), mapped, maps))
    return DenseDesk(retriever, sides)


def _parts(retriever: Retriever, *, of_law: bool) -> Iterator[tuple[list[Spot], Floats]]:
    catalogue, model = retriever.catalogue, retriever.embedder.model_id
    for source in catalogue.sources("live"):
        rows = catalogue.standing_passages(source.id)
        for at in range(0, len(rows), _PART):
            part = rows[at : at + _PART]
            articles = {
                id: one.article_id
                for id, one in catalogue.records_of(list({row.record_id for row in part})).items()
                if (one.kind == "article") is of_law
            }
            kept = catalogue.vectors(model, [row.input_sha for row in part])
            part = [row for row in part if row.record_id in articles and row.input_sha in kept]
            if part:
                raw = np.stack([np.frombuffer(kept[row.input_sha], np.float16) for row in part])
                places = [
                    Spot(source.path, row.page_first, row.page_last, articles[row.record_id])
                    for row in part
                ]
                yield places, retriever.indexes.centre.passages(raw)


def gained(
    before: Desk, after: Desk, sets: Sequence[QuestionSet], *, asked: bool = False
) -> list[Difference]:
    """What the measures of a search changed by; those of answers too, where they are asked."""
    then, now = (evaluate(desk, sets, opening=EMPTY, asked=asked) for desk in (before, after))
    return [one for one in compare(now, then).measured if one.measure in _MEASURES]


def main() -> None:
    """Print both tables."""
    from app.assembly import open_desk
    from app.settings import load

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("questions", type=Path, nargs="+", help="JSON lines, as `greffe eval`")
    parser.add_argument("--data", type=Path, required=True, help="an index")
    parser.add_argument("--acts", type=Path, help="maps for acts, in place of the package's")
    parser.add_argument("--phrases", type=Path, help="maps for tokens, likewise")
    parser.add_argument("--answers", action="store_true", help="ask the questions too")
    given = parser.parse_args()
    sets = [read_questions(path) for path in given.questions]
    acts, phrases = (path and maps_in(path.read_bytes()) for path in (given.acts, given.phrases))
    with open_desk(load(given.data)) as opened:
        found = opened.retriever
        found = replace(
            found, act_maps=acts or found.act_maps, phrase_maps=phrases or found.phrase_maps
        )
        desk = replace(opened, retriever=found)
        bare = replace(desk.retriever, law_maps=None, act_maps=None, phrase_maps=None)
        without = replace(desk, retriever=bare)
        dense = dense_desk(desk.retriever)
        plain = replace(dense, sides=[replace(side, maps=None) for side in dense.sides])
        for name, before, after, asked in (
            ("dense alone", plain, dense, False),
            ("whole retrieval", ExaminerDesk(without), ExaminerDesk(desk), given.answers),
        ):
            print(f"\n{name}: before, after, 95 % interval of the difference")
            for one in gained(before, after, sets, asked=asked):
                share = f" ({one.after / one.before - 1:+.0%})" if one.before else ""
                print(
                    f"{one.set:32} {one.measure:8} {one.before:.3f} {one.after:.3f}"
                    f" {one.low:+.3f} to {one.high:+.3f}{share}"
                )


if __name__ == "__main__":
    egress.harden()
    main()
