"""What the README says of the tree, the paths, the formats and `make` is so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.readers import READERS
from tests.docs.written import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
# folders that have one line for all they hold
WHOLE = {
    "app/sample/content", "app/sample/records", "app/web/locale", "app/web/static",
    "docs/decisions", "evals/actes", "evals/agents", "evals/baselines", "tests",
    "vectorstore/reference",
}  # fmt: skip
SHOWN = ("app", "ingest", "vectorstore", "prompts", "evals", "deploy", "docs")


def tree() -> dict[str, str]:
    """Path → what its line says; folders end in « / »."""
    (block,) = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
    folders: list[str] = []
    lines: dict[str, str] = {}
    for line in block.splitlines():
        name, _, said = line.strip().partition("  ")
        depth = (len(line) - len(line.lstrip())) // 2
        folders[depth:] = [name]
        lines["".join(folders)] = said.strip()
    return lines


def files() -> Iterator[str]:
    """The files that want a line of their own."""
    for top in SHOWN:
        for path in sorted((ROOT / top).rglob("*")):
            place = path.relative_to(ROOT).as_posix()
            whole = any(place.startswith(f"{folder}/") for folder in WHOLE)
            blank = path.name == "__init__.py" and "def " not in path.read_text("utf-8")
            if path.is_file() and not whole and not blank and "__pycache__" not in place:
                yield place


def test_every_file_has_a_line_in_the_tree() -> None:
    missing = [f"{place}  {first_line(ROOT / place)}" for place in files() if place not in tree()]
    assert not missing, "add to the README's tree:\n" + "\n".join(missing)


def first_line(path: Path) -> str:
    """What a file says of itself, to write its line by."""
    return path.read_text(encoding="utf-8", errors="replace").lstrip('#!"/ ').split("\n")[0]


@pytest.mark.parametrize("place", tree())
def test_every_line_of_the_tree_is_a_file_and_says_something(place: str) -> None:
    assert (ROOT / place).exists(), f"take it out of the README's tree: {place}"
    assert tree()[place]


def steps(code: str) -> dict[int, str]:
    """The numbered comments of a path: « # 4. write, 5. check … » holds two."""
    comments = re.findall(r"^ *# (\d+\. .*)$", code, re.MULTILINE)
    found = [re.match(r"(\d+)\. (.*)", step) for c in comments for step in re.split(
        r", (?=\d+\. )", c)]  # fmt: skip
    return {int(step[1]): step[2] for step in found if step}


@pytest.mark.parametrize(
    ("title", "module"),
    [("The path of a question", "app/answer.py"), ("The path of a file", "ingest/pipeline.py")],
)
def test_a_path_has_the_steps_that_are_numbered_in_the_code(title: str, module: str) -> None:
    (section,) = re.findall(rf"## {title}\n(.*?)\n## ", README, re.DOTALL)
    told = {int(n): step for n, step in re.findall(r"^(\d+)\. \*\*(.*?)\*\*", section, re.M)}
    assert f"`{module}`" in section
    assert len(told) > 4
    assert told == steps((ROOT / module).read_text(encoding="utf-8"))


def test_every_file_that_the_readme_names_is_there() -> None:
    named = set(re.findall(r"`((?:app|ingest|vectorstore|prompts|evals|docs)/[\w./-]+)`", README))
    assert len(named) > 20
    assert not [place for place in named if not (ROOT / place).exists()]


def test_the_formats_are_those_of_the_readers() -> None:
    (section,) = re.findall(r"Formats lus :\n\n(.*?)\n\n", README, re.DOTALL)
    rows = [row.split("|")[1] for row in section.splitlines()]
    assert {suffix for row in rows for suffix in re.findall(r"`(\.[\w.]+)`", row)} == set(READERS)


def test_the_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = {
        name for block in _code(README) for name in re.findall(r"^`?make ([a-z]+)", block, re.M)
    }
    assert {"demo", "test", "lint"} <= named <= targets


def _code(page: str) -> list[str]:
    return re.findall(r"```\w*\n.*?```|`[^`\n]+`", page, re.DOTALL)


def test_the_number_of_sample_files_is_right() -> None:
    records = [path for path in (ROOT / "app/sample/records").rglob("*") if path.is_file()]
    assert f"les {len(records)} fichiers d'une commune fictive" in README
