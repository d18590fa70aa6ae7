"""The script that watches answers during an ingest tells what went well and what did not."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from evals.while_indexing import Found, NoAnswer, main, watch_ingest

GREFFE = Path(__file__).with_name("small_greffe.py")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "sources.txt").write_text("ancien.pdf\n")
    return tmp_path


def watch(data: Path, *questions: str, ingest: str = "nouveau.pdf", **options: object) -> Found:
    greffe = [sys.executable, str(GREFFE), "--data", str(data)]
    return watch_ingest(greffe, questions, [ingest], calm=3, **options)  # type: ignore[arg-type]


def test_answers_are_timed_before_during_and_after(data: Path) -> None:
    found = watch(data, "Quel tarif ?")
    counts = {name: one.n for name, one in found.answers.items() if one is not None}
    assert (counts["before"], counts["after"]) == (3, 3)
    assert counts["during"] > 0
    assert found.ingest_s >= 0.5
    assert found.well


def test_a_new_source_is_found_by_the_process_that_was_there_before(data: Path) -> None:
    found = watch(data, "Quel tarif ?", find=("Quoi de neuf ?", "nouveau.pdf"))
    assert found.new_source == {"before": False, "after": True}
    assert found.well


def test_a_source_that_never_comes_is_said(data: Path) -> None:
    found = watch(data, "Quel tarif ?", find=("Quoi de neuf ?", "perdu.pdf"))
    assert found.new_source == {"before": False, "after": False}
    assert not found.well


def test_an_answer_with_an_error_counts_as_a_failure(data: Path) -> None:
    found = watch(data, "Quel tarif ?", "une panne ?")
    assert found.answers["before"] is not None
    assert found.answers["before"].errors > 0
    assert not found.well


def test_a_failed_ingest_is_said(data: Path) -> None:
    found = watch(data, "Quel tarif ?", ingest="illisible")
    assert found.ingest_code == 3
    assert not found.well


def test_a_process_that_ends_gives_no_answer(data: Path) -> None:
    with pytest.raises(NoAnswer):
        watch(data, "Elle s'arrête ?")


def test_a_page_that_does_not_open_is_a_failure(data: Path) -> None:
    found = watch(data, "Quel tarif ?", url="http://127.0.0.1:9/")
    assert found.pages["before"] is not None
    assert found.pages["before"].errors == 3
    assert not found.well


def test_the_script_prints_json_and_its_exit_code(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = data / "q.jsonl"
    questions.write_text(json.dumps({"id": "q", "question": "Quel tarif ?", "gold": []}))
    program = data / "greffe"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{GREFFE}" "$@"\n')
    program.chmod(0o755)
    words = ["--data", str(data), "--questions", str(questions), "--greffe", str(program)]
    options = ["--calm", "2", "--ingest", "nouveau.pdf", "--find", "Neuf ?=nouveau.pdf"]
    assert main([*words, *options, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ingest_code"] == 0
    assert main([*words, *options]) == 1  # now the source is there before
    assert "nouvelle source avant : trouvée" in capsys.readouterr().out
