"""Models brought on a stick: safetensors and nothing else, each file known by its SHA-256."""

from __future__ import annotations

import ast
import io
import json
import pickle
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ingest.catalogue import Catalogue
from tests.command_line import ROOT, free_port, greffe
from vectorstore.bring import ModelRefused, bring
from vectorstore.model_folder import MANIFEST, ModelAltered, ModelFolderInvalid, check_folder

QUESTION = "Quelle est l'amende maximale pour un dépôt sauvage ?"


def zipped(folder: Path, archive: Path) -> Path:
    return Path(shutil.make_archive(str(archive), "zip", folder.parent, folder.name))


def tarred(folder: Path, archive: Path) -> Path:
    return Path(shutil.make_archive(str(archive), "gztar", folder.parent, folder.name))


def as_it_is(folder: Path, archive: Path) -> Path:
    return Path(shutil.copytree(folder, archive))


@pytest.mark.parametrize("packed", [as_it_is, zipped, tarred])
def test_a_model_on_a_stick_is_brought_listed_and_used(
    own_town: Path, tiny_model: Path, tmp_path: Path, packed: Callable[[Path, Path], Path]
) -> None:
    (own_town / "models").unlink()  # the shared ones
    source = packed(tiny_model, tmp_path / "cle")
    ran = greffe(own_town, "models", "add", source, "--name", "petit", "--json")
    assert ran.code == 0, ran.err
    assert ran.json["dimension"] == 16
    folder = Path(ran.json["folder"])
    assert folder == own_town / "models" / "petit"
    (row,) = [row for row in greffe(own_town, "models", "--json").json if row["name"] == "petit"]
    assert (row["good"], row["used"], row["state"]) == (True, False, "conforme à son manifeste")
    used = {"GREFFE_EMBEDDING__FOLDER": str(folder)}
    assert greffe(own_town, "rebuild", **used).code == 0
    assert greffe(own_town, "search", QUESTION, **used).code == 0
    assert "petit (en service)" in greffe(own_town, "models", **used).out
    again = greffe(own_town, "models", "add", source, "--name", "petit")
    assert again.code == 10
    assert "est déjà là" in again.err


def test_a_model_whose_file_was_changed_is_not_loaded(
    town: Path, tiny_model: Path, tmp_path: Path
) -> None:
    folder = bring(tiny_model, tmp_path).folder
    weights = next(folder.rglob("*.safetensors"))
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    ran = greffe(town, "ask", QUESTION, GREFFE_EMBEDDING__FOLDER=str(folder))
    assert (ran.code, ran.out) == (10, "")
    assert f"{weights.relative_to(folder)} altéré" in ran.err
    doctor = greffe(town, "doctor", GREFFE_EMBEDDING__FOLDER=str(folder))
    assert doctor.code == 4
    assert "n'est plus celui qui a été apporté" in doctor.out
    listed = greffe(tmp_path, "models", GREFFE_EMBEDDING__FOLDER=str(folder))
    assert listed.code == 10


@pytest.mark.parametrize("change", ["added", "taken"])
def test_a_file_more_or_less_is_seen(tiny_model: Path, tmp_path: Path, change: str) -> None:
    folder = bring(tiny_model, tmp_path).folder
    if change == "added":
        (folder / "vocab2.txt").write_text("mot")
    else:
        next(folder.rglob("tokenizer.json")).unlink()
    with pytest.raises(ModelAltered, match="en trop" if change == "added" else "manque"):
        bring(folder, tmp_path / "ailleurs")


def test_a_model_whose_manifest_was_taken_away_after_the_index_was_made_is_refused(
    own_town: Path, records: Path, tiny_model: Path, tmp_path: Path
) -> None:
    folder = bring(tiny_model, tmp_path).folder
    used = {"GREFFE_EMBEDDING__FOLDER": str(folder)}
    assert greffe(own_town, "rebuild", **used).code == 0
    (folder / MANIFEST).unlink()
    port = str(free_port())
    for words in (("ask", QUESTION), ("search", QUESTION), ("ingest", records), ("rebuild",),
                  ("serve", "--port", port)):  # fmt: skip
        ran = greffe(own_town, *words, **used)
        assert (ran.code, ran.out) == (10, "")
        assert "son manifeste a été ôté" in ran.err
    doctor = greffe(own_town, "doctor", **used)
    assert doctor.code == 4
    assert "son manifeste a été ôté" in doctor.out
    config = next(folder.glob("config*.json"))
    config.write_text(config.read_text() + " ")
    altered = greffe(own_town, "ask", QUESTION, **used)  # the index knows the files themselves
    assert (altered.code, altered.out) == (5, "")
    assert "L'index a été fait avec le modèle" in altered.err


def test_an_index_made_before_that_was_remembered_learns_it_at_its_next_run(
    own_town: Path, records: Path, tiny_model: Path, tmp_path: Path
) -> None:
    folder = bring(tiny_model, tmp_path).folder
    used = {"GREFFE_EMBEDDING__FOLDER": str(folder)}
    assert greffe(own_town, "rebuild", **used).code == 0
    with closing(Catalogue(own_town / "catalogue.sqlite")) as catalogue:
        catalogue.set_meta("vouched", "")
    assert greffe(own_town, "ingest", records, **used).code == 0
    (folder / MANIFEST).unlink()
    assert greffe(own_town, "ask", QUESTION, **used).code == 10


def test_a_folder_that_never_had_a_manifest_serves_and_it_is_said_once(
    own_town: Path, records: Path, tiny_model: Path
) -> None:
    used = {"GREFFE_EMBEDDING__FOLDER": str(tiny_model)}
    warned = f"Attention : le modèle « {tiny_model} » n'a pas de manifeste"
    assert greffe(own_town, "rebuild", **used).code == 0
    for words in (("ask", QUESTION), ("search", QUESTION), ("ingest", records),
                  ("ask", "--batch", "-")):  # fmt: skip
        stdin = f'{{"id": "1", "question": "{QUESTION}"}}\n' * 2
        ran = greffe(own_town, *words, stdin=stdin, **used)
        assert ran.code == 0, ran.err
        assert ran.err.count(warned) == 1
    assert "manifeste" not in greffe(own_town, "status", **used).err
    assert "réduit  Modèle de plongement : petit-modele, sans manifeste" in greffe(
        own_town, "doctor", **used
    ).out  # fmt: skip


def test_the_embedded_model_has_a_manifest_too(own_town: Path) -> None:
    rows = {row["name"]: row for row in greffe(own_town, "models", "--json").json}
    embedded = rows["multilingual-e5-small-q4"]
    assert (embedded["used"], embedded["state"]) == (True, "conforme à son manifeste")


def test_what_a_model_does_not_need_stays_on_the_stick(tiny_model: Path, tmp_path: Path) -> None:
    source = as_it_is(tiny_model, tmp_path / "cle")
    (source / "pytorch_model.bin").write_bytes(pickle.dumps({"a": 1}))
    (source / "modeling.py").write_text("raise SystemExit")
    (source / "onnx").mkdir()
    (source / "onnx" / "model.onnx").write_bytes(b"x")
    brought = bring(source, tmp_path / "models")
    assert brought.left_out == ["modeling.py", "onnx/model.onnx", "pytorch_model.bin"]
    assert not [path for path in brought.folder.rglob("*") if path.suffix in (".bin", ".py")]


@pytest.mark.parametrize("suffix", [".bin", ".pt", ".ckpt", ".pkl", ".PTH"])
def test_a_pickle_in_a_folder_that_is_used_as_it_is_is_refused(
    town: Path, tiny_model: Path, tmp_path: Path, suffix: str
) -> None:
    folder = as_it_is(tiny_model, tmp_path / "modele")
    (folder / f"poids{suffix}").write_bytes(pickle.dumps({"a": 1}))
    ran = greffe(town, "ask", QUESTION, GREFFE_EMBEDDING__FOLDER=str(folder))
    assert ran.code == 5
    assert "pickle" in ran.err


def test_pickles_alone_are_no_model(tiny_model: Path, tmp_path: Path) -> None:
    source = as_it_is(tiny_model, tmp_path / "cle")
    for weights in source.rglob("*.safetensors"):
        weights.rename(weights.with_name("pytorch_model.bin"))
    with pytest.raises(ModelFolderInvalid, match="aucun poids au format safetensors"):
        bring(source, tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == []


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("config.json", {"model_type": "bert", "auto_map": {"AutoModel": "modeling.Mine"}}),
        ("tokenizer_config.json", {"auto_map": {"AutoTokenizer": ["tok.Mine", None]}}),
        ("modules.json", [{"idx": 0, "path": "", "type": "antigravity.Mine"}]),
    ],
)
def test_a_configuration_that_names_code_is_refused(
    tiny_model: Path, tmp_path: Path, file: str, content: object
) -> None:
    source = as_it_is(tiny_model, tmp_path / "cle")
    (source / file).write_text(json.dumps(content))
    with pytest.raises(ModelFolderInvalid, match="code à part"):
        bring(source, tmp_path / "models")


def test_a_link_that_leads_elsewhere_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    source = as_it_is(tiny_model, tmp_path / "cle")
    (source / "notes.txt").symlink_to("/etc/hostname")
    with pytest.raises(ModelRefused, match="lien qui sort"):
        bring(source, tmp_path / "models")
    with pytest.raises(ModelFolderInvalid, match="lien qui sort"):
        check_folder(source)


def hostile_zip(name: str, content: bytes = b"x", attributes: int = 0) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo(name)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = attributes << 16
        archive.writestr(entry, content)
    return made.getvalue()


def hostile_tar(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname = kind, link
        archive.addfile(entry)
    return made.getvalue()


def many() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(501):
            archive.writestr(f"{number}.txt", "")
    return made.getvalue()


def tar_bomb() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        entry = tarfile.TarInfo("config.json")
        entry.size = 60_000_000
        archive.addfile(entry, io.BytesIO(bytes(entry.size)))
    return made.getvalue()


@pytest.mark.parametrize(
    ("archive", "why"),
    [
        (hostile_zip("../../evade.json"), "écrirait ailleurs"),
        (hostile_zip("/tmp/evade.json"), "écrirait ailleurs"),
        (hostile_zip("a\\..\\..\\evade.json"), "écrirait ailleurs"),
        (hostile_zip("C:\\evade.json"), "écrirait ailleurs"),
        (hostile_zip("lien", b"/etc", 0o120777), "contient un lien"),
        (hostile_zip("config.json", bytes(60_000_000)), "gonfle démesurément"),
        (many(), "plus de 500 fichiers"),
        (hostile_tar("../evade.json"), "écrirait ailleurs"),
        (hostile_tar("/evade.json"), "écrirait ailleurs"),
        (hostile_tar("lien", tarfile.SYMTYPE, "/etc"), "un lien ou un périphérique"),
        (hostile_tar("lien", tarfile.LNKTYPE, "../x"), "un lien ou un périphérique"),
        (hostile_tar("disque", tarfile.BLKTYPE), "un lien ou un périphérique"),
        (tar_bomb(), "gonfle démesurément"),
        (hostile_zip("config.json")[:-30] + b"PK", "ni un dossier, ni un ZIP"),
        (b"\x80\x04.", "ni un dossier, ni un ZIP"),
    ],
)
def test_a_hostile_archive_is_refused_and_leaves_nothing(
    tmp_path: Path, archive: bytes, why: str
) -> None:
    data, stick = tmp_path / "donnees", tmp_path / "cle"
    stick.mkdir()
    (stick / "modele.zip").write_bytes(archive)
    ran = greffe(data, "models", "add", stick / "modele.zip")
    assert ran.code == 10
    assert why in ran.err
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["modele.zip"]


def test_a_source_that_is_not_there_or_a_name_that_leads_elsewhere_is_refused(
    tmp_path: Path, tiny_model: Path
) -> None:
    assert "n'existe pas" in greffe(tmp_path, "models", "add", tmp_path / "rien").err
    for name in ("../ailleurs", ".cache", "a/b"):
        with pytest.raises(ModelRefused, match="ne peut pas être un nom"):
            bring(tiny_model, tmp_path, name)
    assert greffe(tmp_path, "models", "remove", "x").code == 2
    assert greffe(tmp_path, "models", "add").code == 2


def test_a_manifest_that_is_damaged_is_no_manifest(tiny_model: Path, tmp_path: Path) -> None:
    folder = bring(tiny_model, tmp_path).folder
    (folder / MANIFEST).write_text("{")
    assert greffe(tmp_path, "models", GREFFE_EMBEDDING__FOLDER=str(folder)).code == 10


CODE = [path for top in ("app", "ingest", "vectorstore", "prompts", "evals")
        for path in (ROOT / top).rglob("*.py")]  # fmt: skip


def test_nowhere_is_code_of_a_model_trusted_nor_a_pickle_read() -> None:
    assert len(CODE) > 150
    assert [f"{path}: {said}" for path in CODE for said in dangerous(path.read_text("utf-8"))] == []
    hostile = "import pickle\ntorch.load(x)\nf(trust_remote_code=maybe)\nnp.load(y)\nf(**{})"
    assert len(list(dangerous(hostile))) == 4


def dangerous(code: str) -> list[str]:
    """Calls and imports that would run what a file holds."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.name.split(".")[0] for alias in node.names}
            names.add((getattr(node, "module", "") or "").split(".")[0])
            found += sorted(names & {"pickle", "joblib", "dill", "shelve", "marshal"})
        if isinstance(node, ast.Call):
            options = {k.arg: getattr(k.value, "value", None) for k in node.keywords}
            called = ast.unparse(node.func)
            if options.get("trust_remote_code", False) is not False:
                found.append("trust_remote_code")
            if called == "torch.load" or (
                called.endswith("np.load") and options.get("allow_pickle") is not False
            ):
                found.append(called)
    return found
