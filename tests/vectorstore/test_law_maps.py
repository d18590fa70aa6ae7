"""The maps for law: for one model alone, small, and for articles alone."""

from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path

import numpy as np

from app.assembly import open_parts
from app.settings import load
from vectorstore.fusion import Evidence, Weights, score
from vectorstore.law_maps import LawMaps, law_maps_of


def test_they_are_those_of_the_embedded_model_and_its_means(town: Path) -> None:
    with open_parts(load(town)) as parts:
        maps = law_maps_of(parts.embedder.model_id, parts.indexes.centre.id)
        assert law_maps_of("0" * 16, parts.indexes.centre.id) is None
        assert law_maps_of(parts.embedder.model_id, "0" * 12) is None
        d = len(parts.indexes.centre.passage_mean)
    assert maps is not None
    assert maps.question.shape == maps.passage.shape == (d, d)
    file = resources.files("vectorstore").joinpath("reference", "loi.safetensors")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert digest in Path("docs/adaptation.md").read_text("utf-8")


def test_maps_of_nothing_leave_cosines_as_they_are() -> None:
    draw = np.random.default_rng(1)
    vectors = draw.normal(size=(5, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    nothing = np.zeros((8, 8), np.float32)
    found = LawMaps(nothing, nothing).cosines(vectors[0], vectors)
    assert np.allclose(found, vectors @ vectors[0], atol=1e-6)


def test_a_mapped_cosine_counts_for_its_share() -> None:
    weights = Weights()
    plain = score(Evidence(dense=0.5, lexical=0.0, law=True), weights)
    same = score(Evidence(0.5, 0.0, law=True, mapped=0.5 + weights.mapped_by), weights)
    nearer = score(Evidence(0.5, 0.0, law=True, mapped=0.6 + weights.mapped_by), weights)
    assert abs(same - plain) < 1e-9
    assert abs(nearer - plain - 0.1 * weights.mapped) < 1e-9
