"""Late interaction: what answers is nearer to a question, token by token, for one model alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from app.answer import Desk
from app.assembly import open_desk
from app.settings import load
from vectorstore.descent import from_nothing
from vectorstore.late_interaction import late_interaction
from vectorstore.maps import Maps, phrase_maps_of
from vectorstore.retriever import Query

ASKED = "Combien coûte un repas à la cantine ?"
TEXTS = ("Cantine\nLe repas est facturé 4,10 € aux familles.", "Voirie\nLa rue est fermée lundi.")


@pytest.fixture(scope="module")
def desk(town: Path) -> Iterator[Desk]:
    with open_desk(load(town)) as opened:
        yield opened


def test_they_are_those_of_the_embedded_model_and_its_means(desk: Desk) -> None:
    model, centre = desk.retriever.embedder.model_id, desk.retriever.indexes.centre.id
    assert desk.retriever.phrase_maps is phrase_maps_of(model, centre)
    assert phrase_maps_of("0" * 16, centre) is None
    assert phrase_maps_of(model, "0" * 12) is None
    file = resources.files("vectorstore").joinpath("reference", "phrases.safetensors")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert digest in Path("docs/adaptation.md").read_text("utf-8")


def test_each_token_of_the_question_counts_for_the_nearest_of_the_text() -> None:
    nothing = Maps(*from_nothing(2))
    asked = np.array([[2, 0], [0, 1]], np.float32)
    east, north = np.array([[3, 0]], np.float32), np.array([[0, 1]], np.float32)
    both = np.concatenate([north, east])
    assert late_interaction(nothing, asked, [both, east, both[:0]]) == pytest.approx([1, 0.5, 0])
    turned = Maps(np.array([[-1, 1], [0, 0]], np.float32), np.zeros((2, 2), np.float32))
    assert late_interaction(turned, asked[:1], [north]) == pytest.approx([1])


def test_tokens_are_those_of_the_text_alone(desk: Desk) -> None:
    embedder = desk.retriever.embedder
    asked, (long, short) = embedder.question_tokens("repas"), embedder.passage_tokens(TEXTS)
    assert len(asked) < len(short) < len(long)
    assert asked.shape[1] == embedder.dimension
    again = embedder.passage_tokens(TEXTS[1:])[0]  # whatever stands beside it in the batch
    assert np.allclose(again, short, atol=0.1)


def test_what_answers_is_more_like_a_question_with_the_maps_and_without(desk: Desk) -> None:
    for retriever in (desk.retriever, replace(desk.retriever, phrase_maps=None)):
        query = Query(ASKED)
        near, far = retriever.likeness(query, retriever.search(query, desk.fonds(), 1), TEXTS)
        assert near > far


def test_a_follow_up_is_read_with_what_it_follows_up(desk: Desk) -> None:
    def nearer(query: Query) -> float:
        found = desk.retriever.search(query, desk.fonds(), 1)
        near, far = desk.retriever.likeness(query, found, TEXTS)
        return near - far

    assert nearer(Query("Et pour les autres ?", ASKED)) > nearer(Query("Et pour les autres ?"))
