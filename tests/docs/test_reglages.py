"""The examples of docs/reglages.md are settings that load, and the variables work."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from app.commands.init import _FILE
from app.egress import check_address
from app.settings import FILE, Settings, SettingsInvalid, load
from tests.docs.written import DOCS, ROOT

PAGE = (DOCS / "reglages.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE + README, re.DOTALL)


def loaded(text: str, folder: Path) -> Settings:
    (folder / FILE).write_text(text, encoding="utf-8")
    return load(folder)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_loads_and_changes_something(example: str, tmp_path: Path) -> None:
    assert loaded(example, tmp_path) != loaded("", tmp_path)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_addresses_of_the_examples_are_allowed(example: str, tmp_path: Path) -> None:
    settings = loaded(example, tmp_path)
    for url in filter(None, (settings.model.url, settings.store.url)):
        check_address("example", url)


def test_the_file_that_init_writes_loads_with_its_comments_taken_off(tmp_path: Path) -> None:
    lines = [re.sub(r"^# (?=\w+ = )", "", line) for line in _FILE.splitlines()]
    assert loaded("\n".join(lines), tmp_path).town == "Ma commune"


def test_every_variable_of_the_page_sets_its_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = re.findall(r"^\| `([\w.]+)` \| `?(.*?)`? \|.*\| `(GREFFE_\w+)` \|$", PAGE, re.M)
    other = {name: _other(default) for name, default, _ in rows if name != "data"}
    assert len(other) > 15
    for name, _, variable in rows:
        if name in other:
            monkeypatch.setenv(variable, other[name])
    settings = load(tmp_path)
    for name, value in other.items():
        part, _, last = name.rpartition(".")
        found = getattr(getattr(settings, part) if part else settings, last)
        assert (json.dumps(found) if isinstance(found, tuple) else str(found)) == value


def _other(default: str) -> str:
    """A value that is allowed and is not the default one."""
    if default == "fr":  # page.language
        return "en"
    if default == "[]":
        return '["203.0.113.7"]'
    if default in ("True", "False"):
        return str(default == "False")
    return str(int(default) + 1) if default.isdigit() else "autre"


def test_a_variable_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREFFE_PAGE__PORT", "9001")
    assert loaded("[page]\nport = 9002", tmp_path).page.port == 9001


def test_an_unknown_name_in_the_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid):
        loaded("[page]\nprot = 8080", tmp_path)
