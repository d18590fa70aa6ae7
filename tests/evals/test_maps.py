"""What the maps give, measured: the dense part alone scores as the whole retrieval does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.answer import Desk
from app.assembly import open_desk
from app.conversation import EMPTY
from app.settings import load
from evals.maps import dense_desk, gained
from evals.opening import ExaminerDesk, spot
from evals.questions import Gold, Question, QuestionSet
from vectorstore.fusion import Evidence, Weights, score
from vectorstore.retriever import Query

ASKED = "Combien coûte un repas à la cantine ?"


@pytest.fixture(scope="module")
def desk(town: Path) -> Iterator[Desk]:
    with open_desk(load(town)) as opened:
        yield opened


@pytest.mark.parametrize("with_maps", [True, False])
def test_a_passage_scores_as_in_the_retrieval_but_for_its_words(
    desk: Desk, *, with_maps: bool
) -> None:
    bare = replace(desk.retriever, law_maps=None, act_maps=None)
    retriever = desk.retriever if with_maps else bare
    found = retriever.search(Query(ASKED), desk.fonds(), 50)
    alone = Weights(law=0)
    wanted: dict[object, float] = {}
    for hit in found.hits:
        dense = Evidence(hit.evidence.dense, 0, mapped=hit.evidence.mapped)
        wanted[spot(hit)] = max(score(dense, alone), wanted.get(spot(hit), -1.0))
    made = dense_desk(retriever)
    scores: dict[object, float] = {}
    for side in made.sides:
        for place, value in zip(side.spots, side.scores(found.vector).tolist(), strict=True):
            scores[place] = max(value, scores.get(place, -1.0))
    assert wanted.keys() <= scores.keys()
    assert [wanted[place] for place in wanted] == pytest.approx(
        [scores[place] for place in wanted], abs=2e-3
    )
    first = made.search(ASKED, conversation=EMPTY, fonds=None, limit=3)
    assert [scores[place] for place in first] == sorted(scores.values(), reverse=True)[:3]


def test_nothing_is_gained_over_the_same_and_all_is_lost_without_the_page(desk: Desk) -> None:
    page = spot(desk.search(ASKED)[0])
    gold = (Gold(file=page.source, page=page.page_first),)
    asked = QuestionSet("ici", tuple(Question(str(n), ASKED, gold) for n in range(10)))
    same = gained(ExaminerDesk(desk), ExaminerDesk(desk), [asked])
    assert [one.measure for one in same] == ["hit@1", "hit@10", "nDCG@10", "R@100"]
    assert all((one.before, one.after) == (1, 1) for one in same)
    dense = dense_desk(desk.retriever)
    elsewhere = [side for side in dense.sides if page not in side.spots]
    lost = gained(ExaminerDesk(desk), replace(dense, sides=elsewhere), [asked])
    assert all((one.before, one.after, one.beyond) == (1, 0, True) for one in lost)
