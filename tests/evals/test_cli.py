"""`greffe eval` typed at a prompt."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from typer.testing import CliRunner

from app.errors import DONE, WORSE
from evals.cli import register
from evals.measures import MeasuresMissing
from evals.questions import QuestionsInvalid
from evals.report import BaselineInvalid
from tests.evals.test_command import ROWS
from tests.evals.town import Talk, TownDesk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pytest

    from app.settings import Settings


@contextmanager
def opened(settings: Settings) -> Iterator[tuple[TownDesk, Talk, Mapping[str, str]]]:
    yield TownDesk(), Talk(), {"vecteurs": "e5"}


def program() -> typer.Typer:
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app, opened)
    return app


def test_the_json_of_the_command_is_read_by_a_program(tmp_path: Path) -> None:
    path = tmp_path / "conseil.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)))
    base = str(tmp_path / "base.json")
    told = CliRunner().invoke(program(), ["eval", str(path), "--json", "--save", base])
    assert told.exit_code == 0
    data = json.loads(told.stdout)
    assert data["rows"][0]["settings"] == {"vecteurs": "e5"}
    assert json.loads(Path(base).read_text()) == data
    told = CliRunner().invoke(program(), ["eval", str(path), "--limit", "1", "--compare", base])
    assert "1 dans la référence" in told.stdout


def test_a_bad_file_goes_to_the_error_boundary(tmp_path: Path) -> None:
    told = CliRunner().invoke(program(), ["eval", str(tmp_path / "absent.jsonl")])
    assert isinstance(told.exception, QuestionsInvalid)


def test_a_missing_baseline_stops_before_the_first_question(tmp_path: Path) -> None:
    path = tmp_path / "conseil.jsonl"
    path.write_text(json.dumps(ROWS[0]))
    base, new = str(tmp_path / "absent.json"), str(tmp_path / "new.json")
    told = CliRunner().invoke(program(), ["eval", str(path), "--compare", base, "--save", new])
    assert isinstance(told.exception, BaselineInvalid)
    assert not Path(new).exists()


def test_the_command_is_light_to_register() -> None:
    code = "import sys, evals.cli; print({'numpy', 'ir_measures', 'chromadb'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"


def test_a_missing_ir_measures_is_told_before_anything_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    told = CliRunner().invoke(program(), ["eval", str(tmp_path / "absent.jsonl")])
    assert isinstance(told.exception, MeasuresMissing)


def test_another_model_server_is_measured_without_a_change_of_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "conseil.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)))
    seen: list[Settings] = []

    @contextmanager
    def noting(settings: Settings) -> Iterator[tuple[TownDesk, Talk, Mapping[str, str]]]:
        seen.append(settings)
        yield TownDesk(), Talk(), {}

    app = typer.Typer()
    app.callback()(lambda: None)
    register(app, noting)
    (tmp_path / "greffe.toml").write_text('[model]\nurl = "http://10.0.0.1/v1"\nseconds = 9\n')
    words = ["eval", str(path), "--data", str(tmp_path), "--json"]
    url = "http://10.0.0.2/v1"
    told = CliRunner().invoke(app, [*words, "--model-url", url, "--model-name", "essai"])
    CliRunner().invoke(app, words)
    other, plain = (settings.model for settings in seen)
    assert (other.url, other.name, other.seconds) == (url, "essai", 9)
    assert (plain.url, plain.name) == ("http://10.0.0.1/v1", "")
    assert json.loads(told.stdout)["command"].endswith(f"--model-url {url} --model-name essai")


def test_a_report_is_written_in_a_folder_and_a_gate_shuts_on_what_got_worse(tmp_path: Path) -> None:
    path, base = tmp_path / "conseil.jsonl", tmp_path / "base.json"
    rows = [{**ROWS[0], "id": f"q{n}"} for n in range(12)]
    path.write_text("\n".join(map(json.dumps, rows)))
    folder = tmp_path / "rapport"

    def told(*words: str) -> int:
        app = program()
        given = ["eval", str(path), *words]
        return typer.main.get_command(app).main(given, standalone_mode=False)  # type: ignore[no-any-return]

    assert told("--save", str(base), "--report", str(folder)) == DONE
    assert (folder / "rapport.md").exists()
    assert told("--compare", str(base), "--gate") == DONE
    path.write_text("\n".join(json.dumps({**row, "must": ["7,77"]}) for row in rows))
    assert told("--compare", str(base)) == DONE
    assert told("--compare", str(base), "--gate", "--report", str(folder)) == WORSE
    assert "moins bien sur réponse juste" in (folder / "rapport.md").read_text()


def test_a_gate_wants_something_to_compare_with(tmp_path: Path) -> None:
    path = tmp_path / "conseil.jsonl"
    path.write_text(json.dumps(ROWS[0]))
    assert CliRunner().invoke(program(), ["eval", str(path), "--gate"]).exit_code == 2
