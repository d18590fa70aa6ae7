"""The maps for law: for one model alone, small, and for articles alone."""

from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from app.assembly import open_parts
from app.settings import load
from vectorstore.fusion import Evidence, Weights, score
from vectorstore.maps import Kept, Maps, MapsUnusable, law_maps_of, packed


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
    found = Maps(nothing, nothing).cosines(vectors[0], vectors)
    assert np.allclose(found, vectors @ vectors[0], atol=1e-6)


def test_a_mapped_cosine_counts_for_its_share() -> None:
    weights = Weights()
    plain = score(Evidence(dense=0.5, lexical=0.0, law=True), weights)
    same = score(Evidence(0.5, 0.0, law=True, mapped=0.5), weights)
    nearer = score(Evidence(0.5, 0.0, law=True, mapped=0.6), weights)
    assert abs(same - plain) < 1e-9
    assert abs(nearer - plain - 0.1 * weights.mapped) < 1e-9


D = 8
MODEL, CENTRE = "abcd" * 4, "ef" * 6


def kept(place: Path, content: bytes) -> Kept:
    path = place / "loi.safetensors"
    path.write_bytes(content)
    return Kept(path, hashlib.sha256(content).hexdigest())


def some(*shape: int, value: float = 0.25) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.full(shape, value, np.float32)


def test_the_citys_own_serve_the_model_and_the_means_they_were_learnt_for(tmp_path: Path) -> None:
    own = kept(tmp_path, packed(Maps(some(D, D), some(D, D), by=0.0312), MODEL, CENTRE))
    for model, centre in ((MODEL, CENTRE), (MODEL[:8], CENTRE[:8])):
        found = law_maps_of(model, centre, own)
        assert found is not None
        assert (found.own, found.sha256, found.by) == (True, own.sha256, 0.0312)
        assert np.array_equal(found.question, some(D, D))
    for model, centre in (("0" * 16, CENTRE), (MODEL, "0" * 12), ("", "")):
        assert law_maps_of(model, centre, own) is None
    packaged = ("99e87c4f", "ef29066f")  # the model that it was learnt for
    assert law_maps_of(*packaged) is not None
    assert law_maps_of(*packaged, own) is law_maps_of(*packaged)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80\x04\x95 a pickle",
        packed(Maps(some(2, 3), some(2, 3)), MODEL, CENTRE),
        packed(Maps(some(2, 2), some(3, 3)), MODEL, CENTRE),
        packed(Maps(some(2, 2, value=np.nan), some(2, 2)), MODEL, CENTRE),
        packed(Maps(some(2, 2), some(2, 2), by=np.nan), MODEL, CENTRE),
        packed(Maps(some(2, 2), some(2, 2)), MODEL, CENTRE).replace(b"question", b"questiom"),
        packed(Maps(some(2, 2), some(2, 2)), MODEL, CENTRE).replace(b"centre", b"centra"),
    ],
    ids=["empty", "pickle", "oblong", "two sizes", "no numbers", "no excess", "no map", "no means"],
)
def test_a_file_that_holds_no_maps_is_never_used(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(MapsUnusable) as raised:
        law_maps_of(MODEL, CENTRE, kept(tmp_path, content))
    assert raised.value.facts["path"] == str(tmp_path / "loi.safetensors")
