"""One indexed town hall for all tests: a part of the sample, through the real pipeline."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, settings

from app.memory import held_mb
from ingest import wall
from tests.command_line import greffe, wait_for
from tests.missing import pytest_runtest_makereport, pytest_terminal_summary
from vectorstore import embed, model_folder
from vectorstore.chroma_server import Folder, _is_held

__all__ = ["pytest_runtest_makereport", "pytest_terminal_summary"]  # hooks of these tests

for _name, _value in {
    "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False",
    "TOKENIZERS_PARALLELISM": "false", "DO_NOT_TRACK": "1",
}.items():  # fmt: skip
    os.environ.setdefault(_name, _value)  # libraries read these once, when first imported

# by the clock nothing is judged: a busy machine has gaps that no test is to answer for
settings.register_profile("greffe", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("greffe")

SAMPLE = Path(str(resources.files("app.sample").joinpath("records")))
READ = (
    "arretes/AR-2024-098_interdiction-feux.odt",
    "arretes/AR-2024-117_circulation-rue-des-tanneurs.docx",
    "deliberations/2024-031_depots-sauvages.pdf",
    "deliberations/2024-038_tarifs-cantine-2024-2025.pdf",
    "deliberations/2025-027_bibliotheque-gratuite.pdf",
    "notes/memo-etat-civil.txt",
    "notes/note-budget-participatif-2025.md",
    "opendata/deliberations-courvallon-scdl.csv",
    "proces-verbaux/compte-rendu-2022-05-18.html",
)
SCAN = "deliberations/2024-032_acquisition-parcelle.pdf"
ASIDE = (
    "personnel/Rapport social unique 2023 (protege).pdf",
    "proces-verbaux/PV_2021-12-08_scan-abime.pdf",
)
FONDS = "mairie"
LARGE = 1_000_000  # bytes
# each a minute and more of one core: of two that share the files, none begins one of these last
LONG = (
    "app/test_airtight.py", "app/web/test_rights.py", "evals/test_regression.py",
    "app/web/test_administration.py", "app/test_curated.py", "app/test_bad_input.py",
    "app/test_daily.py", "app/test_page_and_indexing.py", "app/test_real_model.py",
    "app/test_ruined_store.py", "app/test_egress.py", "app/test_adapt.py", "ingest/test_killed.py",
)  # fmt: skip
has_tesseract = shutil.which("tesseract") is not None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first, as `make test` hands them out in this order."""
    turn = {Path(__file__).parent / name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: turn.get(item.path, len(turn)))


@pytest.fixture(scope="session", autouse=True)
def behind_the_wall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """All tests run behind it: none tries to reach anybody from this process."""
    journal = tmp_path_factory.mktemp("mur") / "attempts.jsonl"
    wall.stand(lambda: journal, "tests", opens=lambda address: True)
    yield
    assert [(one["address"], one["where"]) for one in wall.attempts(journal)] == []


@pytest.fixture(scope="session", autouse=True)
def as_much_memory_as_they_take() -> Iterator[None]:
    """The cap is of a process that serves one town; this one has opened hundreds of them."""
    with mock.patch("app.memory.held_mb", return_value=0):
        yield


@pytest.fixture(scope="session", autouse=True)
def each_model_read_once() -> Iterator[None]:
    """A desk that is opened again has the model that stands in memory, as long as no file changes.

    Of the 2.8 s of a question asked by a command, loading it takes 2.1 and the weights' hash 0.3.
    """
    load, sha256, reading = embed._load, model_folder._sha256, threading.Lock()
    loaded: dict[tuple[object, ...], Any] = {}
    hashed: dict[tuple[object, ...], str] = {}

    def loaded_once(folder: Path, device: str) -> Any:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        known = (device, *map(as_it_is, files))
        with reading:
            found = loaded.pop(known) if known in loaded else load(folder, device)
            while len(loaded) > 1:  # the embedded one stays beside that of a test
                loaded.pop(next(iter(loaded)))
            loaded[known] = found
            return found

    def hashed_once(file: Path) -> str:
        if file.stat().st_size < LARGE:
            return sha256(file)
        if (known := as_it_is(file)) not in hashed:
            hashed[known] = sha256(file)
        return hashed[known]

    with (
        mock.patch("vectorstore.embed._load", loaded_once),
        mock.patch("vectorstore.model_folder._sha256", hashed_once),
    ):
        yield


def as_it_is(file: Path) -> tuple[object, ...]:
    """What changes whenever somebody writes to a file, whatever time they give it."""
    found = file.stat()
    return file.resolve(), found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


@pytest.fixture
def counted_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory of this process counts, as it does in all others."""
    monkeypatch.setattr("app.memory.held_mb", held_mb)


@pytest.fixture(scope="session")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of records that the town hall has indexed. Not to be changed."""
    folder = tmp_path_factory.mktemp("actes") / FONDS
    for path in (*READ, *ASIDE, *([SCAN] if has_tesseract else [])):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(SAMPLE / path, target)
    return folder


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the embedded model was unpacked, once for all data folders."""
    return tmp_path_factory.mktemp("modeles")


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory, records: Path, models: Path) -> Path:
    """A data folder that nobody serves, to be copied."""
    data = new_town(tmp_path_factory.mktemp("indexe") / "donnees", models)
    ran = greffe(data, "ingest", records)
    assert ran.code == 0, ran.err
    wait_until_unserved(data)
    return data


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory, indexed: Path) -> Path:
    """The indexed town hall, shared: for reading only."""
    return copy_town(indexed, tmp_path_factory.mktemp("partage") / "donnees")


@pytest.fixture
def own_town(tmp_path: Path, indexed: Path) -> Path:
    """An indexed town hall of the test's own, to be changed."""
    return copy_town(indexed, tmp_path / "donnees")


@pytest.fixture
def empty_town(tmp_path: Path, models: Path) -> Path:
    """A data folder with nothing in it but the model."""
    return new_town(tmp_path / "donnees", models)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers folder of a random BERT of one layer, 16 dimensions."""
    import string

    import torch
    from sentence_transformers import SentenceTransformer, models
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("modele")
    letters = [*string.ascii_lowercase, *string.digits, *"éèàç€.,-"]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{c}" for c in letters)]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=128,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder / "bert")
    BertTokenizerFast(str(folder / "vocab.txt"), model_max_length=128).save_pretrained(
        folder / "bert"
    )
    word = models.Transformer(str(folder / "bert"))
    model = SentenceTransformer(modules=[word, models.Pooling(16)], device="cpu")
    model.save(str(folder / "petit-modele"))
    return folder / "petit-modele"


def new_town(data: Path, models: Path) -> Path:
    """A data folder whose model is the one unpacked already."""
    data.mkdir(parents=True)
    (data / "models").symlink_to(models)
    return data


def copy_town(indexed: Path, data: Path) -> Path:
    """A copy of a data folder; the model is shared."""
    shutil.copytree(indexed, data, symlinks=True, ignore=shutil.ignore_patterns("run"))
    return data


def wait_until_unserved(data: Path) -> None:
    """Until the Chroma server of a data folder has ended, so that its files may be copied."""
    folder = Folder(data)

    def ended() -> bool:
        return not folder.address.exists() and not (folder.lock.exists() and _is_held(folder.lock))

    wait_for(ended, "the Chroma server stays")
