"""What `docs/mesures.md` says is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from evals import latency, plain, while_indexing
from evals.questions import read_questions
from evals.table import ANSWERS, MODEL, SEARCH
from tests.evals.test_cli import program

PAGE = (Path(__file__).parents[2] / "docs" / "mesures.md").read_text(encoding="utf-8")


def test_the_example_questions_are_read(tmp_path: Path) -> None:
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "exemple.jsonl"
    path.write_text(example, encoding="utf-8")
    read = {question.id: question for question in read_questions(path).questions}
    assert read["c2"].after == "c1"
    assert not read["c3"].answerable
    assert read["l1"].gold[0].article_id == "LEGITEXT000006070633/L2121-14"
    assert read["t1"].gold[0].file == "deliberations/2024-031.pdf"


@pytest.mark.parametrize("name", [*SEARCH, *ANSWERS, *MODEL])
def test_every_figure_of_the_report_is_explained(name: str) -> None:
    assert f"`{name}`" in PAGE


def test_every_option_of_the_command_is_there() -> None:
    (command,) = (c for c in typer.main.get_group(program()).commands.values())
    options = {text for parameter in command.params for text in parameter.opts}
    assert options - {"files", "--help"} <= set(re.findall(r"--[a-z-]+", PAGE))
    assert CliRunner().invoke(program(), ["eval", "--help"]).exit_code == 0


@pytest.mark.parametrize("module", [latency, while_indexing, plain])
def test_the_bench_commands_of_the_page_are_understood(module: object) -> None:
    name = getattr(module, "__name__", "")
    (line,) = re.findall(rf"python -m {name} ((?:.*\\\n)*.*)\n", PAGE)
    words = re.findall(r'"[^"]*"|[^\s\\]+', line)
    module._options().parse_args(words)  # type: ignore[attr-defined]
