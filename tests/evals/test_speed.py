"""The benchmarks of indexing: they run on a few files, and what they report adds up."""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from reportlab.pdfgen.canvas import Canvas

from app.assembly import model_of
from app.settings import load
from evals import embedding_speed, growth, large_search, reading_speed
from evals.drawn_town import FONDS
from evals.reading_speed import against_one_core, against_pdfium, born_digital
from ingest import ocr

WORDS = "Le conseil municipal décide de fixer le tarif du repas à trois euros pour cette année."


def acts(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        paper = Canvas(str(folder / f"acte-{number}.pdf"))
        for page in range(2):
            for line in range(10):
                paper.drawString(50, 800 - 20 * line, f"{WORDS} {number}.{page}.{line}")
            paper.showPage()
        paper.save()
    return folder


def scan(file: Path) -> Path:
    """A page that is a picture."""
    from PIL import Image, ImageDraw

    image = Image.new("L", (800, 400), 255)
    ImageDraw.Draw(image).text((40, 40), "ARRETE DU MAIRE", fill=0, font_size=60)
    image.save(file, "PDF")
    return file


def test_readers_are_set_against_pdfium_on_pages_with_text_of_their_own(tmp_path: Path) -> None:
    folder = acts(tmp_path / "actes", 3)
    scan(folder / "scan.pdf")
    (folder / "abime.pdf").write_bytes(b"%PDF-1.4 rien")
    files = born_digital([folder], 10)
    assert sorted(file.name for file in files) == [f"acte-{n}.pdf" for n in range(3)]
    found = against_pdfium(files, rounds=2)
    assert (found.files, found.pages) == (3, 6)
    assert found.ratio == pytest.approx(found.pdfium_s / found.greffe_s, rel=0.2)
    assert found.cutting_s > 0
    cores = against_one_core(files, rounds=1)
    assert (len(cores.one_s), len(cores.all_s)) == (1, 1)
    assert cores.ratio == pytest.approx(cores.one_s[0] / cores.all_s[0], rel=0.2)


@pytest.mark.skipif(not ocr.available(), reason="tesseract absent")
def test_ocr_is_set_against_tesseract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert reading_speed.main(["--scans", str(scan(tmp_path / "scan.pdf"))]) == 0
    found = json.loads(capsys.readouterr().out)["numérisations"]
    assert found["pages"] == 1
    assert found["ratio"] == pytest.approx(found["tesseract_s"] / found["greffe_s"], rel=0.2)


def test_vectors_are_set_against_the_library_and_a_run_against_its_slowest_stage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(acts(tmp_path / "actes", 3))
    words = ["--pdf", folder, "--n", "4", "--rounds", "2", "--whole", folder]
    assert embedding_speed.main(words) == 0
    found = json.loads(capsys.readouterr().out)
    vectors, run = found["vecteurs"], found["indexation"]
    assert (vectors["passages"], len(vectors["bare_s"]), len(vectors["greffe_s"])) == (4, 2, 2)
    chosen = f"{vectors['threads']}×{vectors['batch']}"
    assert vectors["tried"][chosen] == max(vectors["tried"].values())  # rounded: two may be best
    assert (run["files"], run["slowest"]) == (3, max(run["stages"], key=run["stages"].__getitem__))
    assert run["ratio"] >= run["one_after_another"] > 0


def test_nothing_to_read_is_said(tmp_path: Path) -> None:
    assert reading_speed.main(["--pdf", str(tmp_path)]) == 3
    assert embedding_speed.main(["--pdf", str(tmp_path)]) == 3


def test_a_town_grows_and_the_new_files_cost_what_they_cost(tmp_path: Path) -> None:
    first, second = growth.grow(tmp_path, [40, 100], new=2)
    assert first.passages == first.filled + first.new == 60
    assert second.passages == first.passages + second.filled + second.new == 140
    assert second.report["read"] == 2
    assert second.memory_mb["greffe"] > 0
    assert second.disk_mb > first.disk_mb > 0


@dataclass(frozen=True, slots=True)
class EveryOther:
    """A dense index that misses every other passage."""

    whole: Any

    def search(
        self, fonds: str, vector: NDArray[np.float32], limit: int
    ) -> list[tuple[str, float]]:
        return self.whole.search(fonds, vector, 2 * limit)[::2]


def test_a_large_town_is_searched_and_what_its_graph_misses_is_told(
    tmp_path: Path, indexed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (size,) = growth.grow(tmp_path, [400], new=2)
    town = tmp_path / "donnees"
    asked = ["--data", str(indexed), "--drawn", str(town), "--n", "6"]
    assert large_search.main(asked) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["passages"], found["search"]["n"], found["recall"]) == (size.passages, 5, 1.0)
    assert found["opening_s"] > 0
    embedder, _centre = model_of(load(indexed))
    with large_search.drawn_retriever(town, embedder) as whole:
        half = replace(whole, indexes=replace(whole.indexes, dense=EveryOther(whole.indexes.dense)))
        assert large_search.recall(half, [FONDS], large_search.drawn(6)) == pytest.approx(0.5)


def test_the_index_of_a_data_folder_is_searched_with_its_own_model(
    indexed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = str(Path("evals") / "exemple.jsonl")
    assert large_search.main(["--data", str(indexed), "--questions", questions, "--n", "5"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["search"]["n"], found["recall"]) == (4, 1.0)
    assert large_search.main(["--data", str(indexed), "--questions", "nulle-part.jsonl"]) == 3


def test_nothing_is_read_again_of_what_has_not_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert growth.main(["--scratch", str(tmp_path), "--unchanged", "30", "--nights", "2"]) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (found["files"], found["read_again"], len(found["nights"])) == (30, 0, 2)
    assert found["median_s"] == statistics.median(one["seconds"] for one in found["nights"])
