"""What the other pages of the documentation name exists: words, commands, buttons, files."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from app import bar, ledger
from app.answer import LONGEST_QUESTION
from app.commands.ask import STATUSES
from app.web.asking import MAX_TURNS
from app.web.bounds import Allowed
from app.web.markup import STATUS
from ingest.records.record import KINDS, Vote
from tests.docs.written import DOCS, ROOT, commands
from vectorstore import chroma

PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
NAMES = [path.relative_to(ROOT).as_posix() for path in PAGES]
GLOSSARY = (DOCS / "glossaire.md").read_text(encoding="utf-8")
STATES = ("staged", "live", "retired", "set_aside")  # the CHECK of ingest/catalogue.sql


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


# --- every page


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_to_a_file(name: str) -> None:
    for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", read(name)):
        if "://" not in link:
            assert ((ROOT / name).parent / link).exists(), link


@pytest.mark.parametrize("name", NAMES)
def test_every_command_and_option_that_a_page_types_exists(name: str) -> None:
    for typed in _typed(read(name)):
        command = re.match(r"greffe (?:--data \S+ )?(\w+)", typed)
        if command is None:
            continue
        assert command[1] in commands(), typed
        known = {opt for param in commands()[command[1]].params for opt in param.opts}
        for option in re.findall(r"(?<= )--[a-z][a-z-]*", typed.split("|")[0].split("#")[0]):
            assert option in known | {"--help"}, typed


def _typed(page: str) -> list[str]:
    blocks = re.findall(r"```\n(.*?)```", page, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    lines += re.findall(r"`([^`\n]+)`", page)
    return [line[line.index("greffe ") :] for line in lines if re.search(r"(?:^|/)greffe \S", line)]


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_that_a_page_names_exists(name: str) -> None:
    known = set(re.findall(r"^\| `([\w.]+)` \|", read("docs/reglages.md"), re.M))
    parts = {setting.split(".")[0] for setting in known if "." in setting}
    for setting in re.findall(rf"`((?:{'|'.join(sorted(parts))})\.\w+)`", read(name)):
        assert setting in known, setting


# --- the glossary


@pytest.mark.parametrize("word", [*KINDS, *(field.name for field in fields(Vote)), *STATES,
                                  *STATUSES, "answered", "not_in_records", "fonds", "seance",
                                  "visa", "considerant", "generation", "passage"])  # fmt: skip
def test_the_glossary_defines_the_word(word: str) -> None:
    assert re.search(rf"^\| [^|]*\*\*`{word}`\*\*[^|]* \| \S", GLOSSARY, re.M)


def test_the_states_are_those_of_the_catalogue() -> None:
    allowed = re.search(r"state IN \(([^)]*)\)", read("ingest/catalogue.sql"))
    assert allowed is not None
    assert tuple(re.findall(r"'(\w+)'", allowed[1])) == STATES


# --- for agents, legal staff and admins


def test_the_buttons_that_agents_are_told_of_are_on_the_page() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "app/web").glob("*.py"))
    buttons = re.findall(r"\*\*(.+?)\*\*", read("docs/pour-les-agents.md"))
    assert len(buttons) > 5
    assert not [button for button in buttons if button not in code]


def test_the_mentions_that_agents_are_told_of_are_on_the_page() -> None:
    rows = re.findall(r"^\| ([✓≈✗].*?) \|", read("docs/pour-les-agents.md"), re.M)
    assert rows == [mention for _, mention in STATUS.values()]


def test_the_figures_that_agents_are_told_are_right() -> None:
    said = read("docs/pour-les-agents.md")
    assert f"au plus {LONGEST_QUESTION} caractères, une conversation {MAX_TURNS} questions" in said
    assert f"{Allowed().questions} questions par minute, deux en même temps" in said
    assert Allowed().at_once == 2


def test_the_share_of_words_that_legal_staff_are_told_is_right() -> None:
    assert "la moitié au moins de ses mots" in read("docs/pour-les-juristes.md")
    assert ledger.LEAST_SHARED == 0.5


_REFUSING = (
    "app/bar.py", "app/scope.py", "app/answer.py", "app/listing.py", "app/named.py",
    "app/before.py", "app/stated.py", "app/lacking.py",
)  # fmt: skip


def test_the_refusals_are_quoted_as_they_are_said() -> None:
    quoted = re.findall(r"^- « (.+?) » :", read("docs/messages.md"), re.M)
    code = re.sub(r"['\"]\s+f?['\"]", "", "".join(map(read, _REFUSING)))
    pieces = [piece.strip() for words in quoted for piece in re.split(r"« … »|…", words)]
    assert len(quoted) == 29
    assert not [piece for piece in pieces if piece not in code]
    assert bar.NOTHING in quoted[0]


def test_the_files_of_the_data_folder_are_named_in_the_code() -> None:
    code = "".join(path.read_text(encoding="utf-8") for package in ("app", "ingest", "vectorstore")
                   for path in (ROOT / package).rglob("*.py"))  # fmt: skip
    rows = re.findall(r"^\| (`[^|]+`) \|", read("docs/pour-les-admins.md"), re.M)
    named = [word for row in rows for word in re.findall(r"`([\w.]+)/?`", row)]
    assert len(named) == 14
    assert not [word for word in named if f'"{word}"' not in code]


# --- decisions and log


@pytest.mark.parametrize("path", sorted((DOCS / "decisions").glob("*.md")), ids=lambda p: p.stem)
def test_a_decision_says_why_what_and_what_follows(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# {path.stem[:4]}. ")
    assert re.findall(r"^## (.*)$", text, re.M) == ["Context", "Decision", "Consequences"]


def test_the_decision_on_chroma_has_the_batch_of_the_code() -> None:
    assert f"in batches of {chroma.BATCH_ROWS}:" in read("docs/decisions/0002-one-chroma-server.md")


def test_an_entry_of_the_log_has_its_date_machine_and_command() -> None:
    _, *entries = re.split(r"^## ", read("docs/log.md"), flags=re.M)
    assert entries
    for entry in entries:
        title = entry.split("\n")[0]
        assert re.match(r"20\d\d-\d\d-\d\d — \S", title), title
        for part in ("**Machine**", "**Command**"):
            assert part in entry, f"{title}: no {part}"
        assert re.search(r"\d", entry.split("**Command**")[1]), f"{title}: no figures"


@pytest.mark.parametrize("name", NAMES)
def test_an_extra_that_a_page_names_is_one_of_the_package(name: str) -> None:
    known = tomllib.loads(read("pyproject.toml"))["project"]["optional-dependencies"]
    assert set(re.findall(r"greffe\[(\w+)\]", read(name))) <= set(known)
