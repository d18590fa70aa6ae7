"""The latency bench times what it says, on the process it says."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from app.citations import Answer
from evals.latency import chroma_pid, main, measure, resident_mb, show
from evals.timing import times
from tests.evals.town import Talk, TownDesk

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

QUESTIONS = ["Quel est le tarif de la cantine ?", "Qui préside le conseil ?"]


def test_percentiles_are_values_that_were_measured() -> None:
    found = times([0.004, 0.001, 0.003, 0.002], errors=1)
    assert found is not None
    assert (found.n, found.p50_ms, found.p95_ms, found.max_ms) == (4, 3, 4, 4)
    assert found.errors == 1


def test_nothing_put_gives_no_times() -> None:
    assert times([]) is None


def test_each_asker_goes_round_the_questions(tmp_path: Path) -> None:
    desk = TownDesk()
    found = measure(desk, Talk(), QUESTIONS, asker="both", n=5, data=tmp_path)
    assert len(desk.searched) == 5
    assert len(desk.asked) == 6  # the first answer, then five
    assert found.distinct == 2
    assert found.calls["ask"] is not None
    assert found.calls["ask"].n == 5
    assert found.start_s > 0
    assert found.memory_mb.keys() == {"greffe"}


def test_an_answer_with_an_error_is_counted(tmp_path: Path) -> None:
    class Silent(TownDesk):
        def ask(self, question: str, *, conversation: Talk, fonds: object = None) -> Answer:
            return Answer("1", question, "error", message="Le modèle ne répond pas.")

    found = measure(Silent(), Talk(), QUESTIONS, asker="ask", n=3, data=tmp_path)
    assert found.calls["ask"] is not None
    assert found.calls["ask"].errors == 3


def test_the_memory_of_the_chroma_server_is_found_by_its_own_file(tmp_path: Path) -> None:
    assert chroma_pid(tmp_path) is None
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "chroma.json").write_text(json.dumps({"pid": os.getpid()}))
    assert chroma_pid(tmp_path) == os.getpid()
    memory = resident_mb(os.getpid())
    assert memory is not None
    assert memory > 10


def test_a_process_that_is_gone_has_no_memory() -> None:
    assert resident_mb(2**22 + 1) is None


def test_the_table_says_the_start_and_the_memory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show(measure(TownDesk(), Talk(), QUESTIONS, asker="both", n=2, data=tmp_path))
    shown = capsys.readouterr().out
    assert "premier appel après" in shown
    assert "greffe" in shown


def test_a_bad_question_file_is_named_with_code_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text("{")
    assert main(["--data", str(tmp_path), "--questions", str(bad)]) == 3
    assert "ligne 1" in capsys.readouterr().err
