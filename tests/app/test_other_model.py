"""An index remembers its model: another one is an error, and rebuilding is one command."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import greffe

QUESTION = "Quelle est l'amende maximale pour un dépôt sauvage ?"


def test_another_model_is_refused_until_the_index_is_rebuilt(
    own_town: Path, records: Path, tiny_model: Path
) -> None:
    other: dict[str, Any] = {"GREFFE_EMBEDDING__FOLDER": str(tiny_model)}
    for words in (["ask", QUESTION], ["search", QUESTION], ["ingest", records]):
        ran = greffe(own_town, *words, **other)
        assert (ran.code, ran.out) == (5, "")
        assert "multilingual-e5-small" in ran.err
        assert "petit-modele (16 dimensions" in ran.err
        assert "greffe rebuild" in ran.err
    before = greffe(own_town, "ask", QUESTION, "--json")
    assert before.code == 0, before.err

    rebuilt = greffe(own_town, "rebuild", **other)
    assert rebuilt.code == 0, rebuilt.err
    assert "passages dans le nouvel index" in rebuilt.out
    found = greffe(own_town, "search", QUESTION, "--json", **other)
    assert found.code == 0, found.err
    assert len(found.json["hits"]) == 10
    state = greffe(own_town, "status", "--json", **other).json
    assert state["model"].startswith("petit-modele (16 dimensions")
    assert greffe(own_town, "ask", QUESTION).code == 5
    unchanged = greffe(own_town, "ingest", records, "--json", **other)
    assert (unchanged.code, unchanged.json["embedded"]) == (0, 0)

    assert greffe(own_town, "rebuild").code == 0
    after = greffe(own_town, "ask", QUESTION, "--json")
    assert after.json["text"] == before.json["text"]


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({}, "ni modules.json ni config.json"),
        ({"config.json": "{}"}, "aucun poids au format safetensors"),
        ({"config.json": "{}", "pytorch_model.bin": "x"}, "aucun poids au format safetensors"),
        ({"config.json": "{", "model.safetensors": "x"}, ""),
    ],
)
def test_a_folder_that_is_no_model_is_refused(
    town: Path, tmp_path: Path, files: dict[str, str], why: str
) -> None:
    folder = tmp_path / "modele"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_text(content)
    ran = greffe(town, "ask", QUESTION, GREFFE_EMBEDDING__FOLDER=str(folder))
    assert (ran.code, ran.out) == (5, "")
    assert f"« {folder} » ne convient pas : {why}" in ran.err


def test_weights_that_were_altered_are_another_model(tiny_model: Path, tmp_path: Path) -> None:
    import shutil

    from vectorstore.model_folder import digests, folder_hash

    copy = tmp_path / "copie"
    shutil.copytree(tiny_model, copy)
    assert folder_hash(digests(copy)) == folder_hash(digests(tiny_model))
    config = json.loads((copy / "modules.json").read_text())
    (copy / "modules.json").write_text(json.dumps([*config, {}]))
    assert folder_hash(digests(copy)) != folder_hash(digests(tiny_model))
