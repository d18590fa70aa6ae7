"""`greffe eval` as a person and as a program see it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from evals.command import BASELINES, baseline, finish, run_eval
from evals.questions import QuestionsInvalid
from evals.report import Report, load
from tests.evals.town import Talk, TownDesk

ROWS = [
    {
        "id": "q1",
        "question": "Quel est le tarif de la cantine ?",
        "gold": [{"file": "valmont/cm-2024.pdf", "page": 2}],
        "must": ["4,95"],
        "kind": "amount",
    },
    {"id": "q2", "question": "Capitale italienne ?", "gold": [], "must": []},
]


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "conseil.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)))
    return path


@pytest.fixture
def report(questions: Path) -> Report:
    return run_eval(TownDesk(), [questions], opening=Talk(), settings={"vecteurs": "e5"})


def printed(report: Report, *, save_to: str = "", before: Report | None = None) -> str:
    console = Console(file=io.StringIO())
    finish(report, console=console, save_to=save_to, before=before)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_table_shows_both_halves_and_what_they_hold_for(report: Report) -> None:
    shown = printed(report)
    assert "Recherche" in shown
    assert "Réponses" in shown
    assert "genre : montant" in shown
    assert "modèle : extractif" in shown
    assert "vecteurs : e5" in shown
    assert "1,00" in shown


def test_the_json_is_one_object_on_stdout(
    report: Report, capsys: pytest.CaptureFixture[str]
) -> None:
    finish(report, as_json=True)
    data = json.loads(capsys.readouterr().out)
    assert data["rows"][0]["figures"]["correct"]["value"] == 1
    assert data["rows"][0]["model"] == "extractif"


def test_progress_leaves_stdout_alone(questions: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_eval(TownDesk(), [questions], opening=Talk())
    assert capsys.readouterr().out == ""


def test_a_saved_report_is_compared_with_itself(report: Report, tmp_path: Path) -> None:
    path = str(tmp_path / "base.json")
    printed(report, save_to=path)
    shown = printed(report, before=load(Path(path)))
    assert "2 questions communes" in shown
    assert "Aucun écart" in shown


def test_the_json_carries_the_comparison(
    report: Report, capsys: pytest.CaptureFixture[str]
) -> None:
    finish(report, as_json=True, before=report)
    assert json.loads(capsys.readouterr().out)["comparison"]["differences"] == []


def test_a_bare_name_is_a_baseline_of_the_project() -> None:
    assert baseline("records") == BASELINES / "records.json"
    assert baseline("records.json") == Path("records.json")
    assert baseline("out/records") == Path("out/records")


def test_the_command_is_kept_with_its_options(questions: Path) -> None:
    report = run_eval(TownDesk(), [questions], opening=Talk(), fonds=["droit"], limit=1)
    assert report.command == f"greffe eval {questions} --fonds droit --limit 1"
    assert len(report.outcomes) == 1


def test_a_bad_file_stops_before_the_first_question(questions: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text("{")
    desk = TownDesk()
    with pytest.raises(QuestionsInvalid):
        run_eval(desk, [questions, bad], opening=Talk())
    assert desk.asked == []
