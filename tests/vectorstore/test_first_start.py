"""Two processes prepare the same model at the same time."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from vectorstore import e5
from vectorstore.centring import centre_of
from vectorstore.model_folder import MANIFEST


def test_the_model_that_another_process_has_finished_is_left_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(weights: object, making: Path) -> None:
        (making / e5._DONE).write_text("de nous")
        (tmp_path / e5.NAME).mkdir()  # meanwhile, the other one is done
        (tmp_path / e5.NAME / e5._DONE).write_text("de l'autre")
        (tmp_path / e5.NAME / MANIFEST).write_text("{}")

    (tmp_path / "poids").write_bytes(b"")
    monkeypatch.setattr(e5, "_source", lambda: tmp_path / "poids")
    monkeypatch.setattr(e5, "SOURCE_SHA256", e5.hashlib.sha256(b"").hexdigest())
    monkeypatch.setattr(e5, "_parse", lambda path: None)
    monkeypatch.setattr(e5, "_write", write)
    assert (e5.folder(tmp_path) / e5._DONE).read_text() == "de l'autre"
    assert not list(tmp_path.glob(".*"))


def test_the_means_are_written_under_a_name_of_the_process_then_moved(tmp_path: Path) -> None:
    class Model:
        model_id = "mots"
        seen: Sequence[str] = ()

        def passages(self, texts: Sequence[str]) -> NDArray[np.float16]:
            return np.ones((len(texts), 4), np.float16)

        def questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
            return np.ones((len(texts), 4), np.float32)

    replaced: list[str] = []

    def replace(self: Path, target: Path) -> None:
        replaced.append(self.name)
        os.replace(self, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        centre = centre_of(Model(), tmp_path)
    assert replaced == [f"centre-{centre.id}.{os.getpid()}.part.npz"]
    assert [path.name for path in tmp_path.iterdir()] == [f"centre-{centre.id}.npz"]
