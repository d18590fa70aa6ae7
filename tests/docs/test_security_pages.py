"""What the security pages promise is shown by tests and commands that exist."""

from __future__ import annotations

import re

import pytest

from app.journal.kinds import KINDS
from app.settings import Journal, Limits
from tests.docs.written import DOCS, ROOT

NAMES = ("menaces.md", "securite.md", "rgpd.md")
PAGES = {name: (DOCS / name).read_text(encoding="utf-8") for name in NAMES}
SHOWN = re.compile(r"`tests/|`make |`greffe |`python -m |à vous|non couvert|sans objet|\.md\)")


@pytest.mark.parametrize("name", NAMES)
def test_every_test_that_is_named_exists(name: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGES[name])
    assert len(named) > 5
    for path, function in named:
        file = ROOT / path
        assert file.is_file(), path
        assert file.name.startswith("test_"), path
        if function:
            assert re.search(rf"^def {function}\(", file.read_text("utf-8"), re.M), function


@pytest.mark.parametrize("name", NAMES)
def test_nothing_else_is_named_as_a_test(name: str) -> None:
    for place in re.findall(r"`(tests/[^`]*)`", PAGES[name]):
        assert re.fullmatch(r"[\w/]+\.py(::\w+)?", place), place


@pytest.mark.parametrize("name", NAMES)
def test_every_command_and_module_exists(name: str) -> None:
    targets = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"\bmake (\w+)", PAGES[name]):
        assert re.search(rf"^{target}:", targets, re.M), target
    for module in re.findall(r"python -m ([\w.]+)", PAGES[name]):
        assert (ROOT / (module.replace(".", "/") + ".py")).is_file(), module


def rows(page: str, number: str) -> dict[str, list[str]]:
    """The rows of a table whose first cell looks so."""
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page.splitlines()
        if re.match(rf"\| {number} \|", line)
    ]
    return {row[0]: row[1:] for row in cells}


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (r"R\d+", [f"R{n}" for n in range(1, 36)]),
        (r"LLM\d\d", [f"LLM{n:02}" for n in range(1, 11)]),
    ],
)
def test_each_point_is_answered_and_shown(number: str, expected: list[str]) -> None:
    found = rows(PAGES["securite.md"], number)
    assert list(found) == expected
    for point, cells in found.items():
        assert len(cells) == 3, point
        assert all(cells), point
        assert SHOWN.search(cells[2]), point


def test_each_attack_is_shown_to_be_stopped() -> None:
    part = PAGES["menaces.md"].split("## Ce qui les arrête")[1].split("## Ce qui reste")[0]
    attacks = [line for line in part.splitlines() if line.startswith("| ")][1:]
    assert len(attacks) > 20
    for line in attacks:
        assert re.search(r"`tests/", line), line


def test_the_durations_of_the_register_are_those_of_the_settings() -> None:
    kept = Journal()
    assert f"{kept.question_days} jours" in PAGES["rgpd.md"]
    assert kept.question_days == kept.access_days == kept.login_days
    assert f"{kept.admin_days} jours" in PAGES["rgpd.md"]
    for setting in re.findall(r"`journal\.(\w+)`", "".join(PAGES.values())):
        assert setting in Journal.model_fields


@pytest.mark.parametrize("name", [*NAMES, "acces.md"])
def test_every_kind_of_line_and_limit_that_is_named_exists(name: str) -> None:
    page = (DOCS / name).read_text(encoding="utf-8")
    for kind in re.findall(r"--kind (\w+)", page):
        assert kind in KINDS
    for setting in re.findall(r"`limits\.(\w+)`", page):
        assert setting in Limits.model_fields
