"""The maps for acts: for one model alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

from app.answer import Desk
from app.assembly import open_desk
from app.settings import load
from vectorstore.maps import act_maps_of
from vectorstore.retriever import Query

ASKED = "Combien coûte un repas à la cantine ?"


@pytest.fixture(scope="module")
def desk(town: Path) -> Iterator[Desk]:
    with open_desk(load(town)) as opened:
        yield opened


def test_they_are_those_of_the_embedded_model_and_its_means(desk: Desk) -> None:
    maps, retriever = desk.retriever.act_maps, desk.retriever
    model, centre = retriever.embedder.model_id, retriever.indexes.centre.id
    assert maps is not None
    assert maps is act_maps_of(model, centre)
    assert maps.question.shape == maps.passage.shape
    assert act_maps_of("0" * 16, centre) is None
    assert act_maps_of(model, "0" * 12) is None
    file = resources.files("vectorstore").joinpath("reference", "actes.safetensors")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert digest in Path("docs/adaptation.md").read_text("utf-8")


def test_acts_have_a_mapped_cosine_where_there_are_maps(desk: Desk) -> None:
    fonds = desk.fonds()
    with_maps = desk.retriever.search(Query(ASKED), fonds, 5).hits
    assert all(hit.evidence.mapped is not None for hit in with_maps)
    plain = replace(desk.retriever, act_maps=None).search(Query(ASKED), fonds, 5).hits
    acts = [hit for hit in plain if hit.record.kind != "article"]
    assert acts
    assert all(hit.evidence.mapped is None for hit in acts)
