"""Whatever is expected to go wrong has its sentence, with its facts in it."""

import ast
import errno
import importlib
import pkgutil
import re
import sqlite3
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from app import errors
from app.errors import SENTENCES, SET_ASIDE, as_trouble, keep_traceback, sentence, told
from ingest.discover import Shut
from ingest.trouble import CatalogueUnusable, DiskFull, Trouble, Unreadable
from tests.command_line import ROOT

PACKAGES = ("app", "ingest", "vectorstore", "prompts", "evals")


def modules() -> list[str]:
    found = []
    for package in PACKAGES:
        path = importlib.import_module(package).__path__
        found += [info.name for info in pkgutil.walk_packages(path, f"{package}.")]
    return [name for name in found if not name.endswith("__main__")]


def below(kind: type[Trouble]) -> Iterator[type[Trouble]]:
    for child in kind.__subclasses__():
        yield child
        yield from below(child)


def troubles() -> list[type[Trouble]]:
    for name in modules():
        importlib.import_module(name)
    return sorted(
        {kind for kind in below(Trouble) if kind.__module__.split(".")[0] in PACKAGES},
        key=lambda kind: kind.__name__,
    )


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@cache
def written() -> dict[str, list[tuple[str, ast.Call]]]:
    """Each place in the packages where something is called, by its name; they are read once."""
    found: dict[str, list[tuple[str, ast.Call]]] = {}
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    place = f"{file.relative_to(ROOT)}:{node.lineno}"
                    found.setdefault(node.func.id, []).append((place, node))
    return found


def calls(name: str) -> list[tuple[str, ast.Call]]:
    """Each place in the packages where something of this name is made."""
    return written().get(name, [])


def facts_of(kind: type[Trouble]) -> list[tuple[str, set[str]]]:
    """For each place where it is raised, the facts that are given there."""
    return [
        (place, {word.arg for word in call.keywords if word.arg})
        for place, call in calls(kind.__name__)
        if not any(word.arg is None for word in call.keywords)
    ]


@pytest.mark.parametrize("kind", troubles(), ids=lambda kind: kind.__name__)
def test_every_trouble_has_a_sentence_whose_holes_its_facts_fill(kind: type[Trouble]) -> None:
    say = SENTENCES.get(kind.__name__)
    assert say is not None, f"{kind.__module__}.{kind.__name__}: no sentence in app/errors.py"
    if kind.__init__ is Trouble.__init__:
        for place, given in facts_of(kind):
            assert holes(say.happened + say.todo) <= given, place


def test_every_sentence_belongs_to_a_trouble() -> None:
    names = {kind.__name__ for kind in troubles()}
    assert {name.split(":")[0] for name in SENTENCES} <= names


def test_every_reason_of_the_dense_store_is_a_known_one() -> None:
    from typing import get_args

    from vectorstore.chroma_server import Reason, StoreUnavailable

    ours = {name.split(":")[1] for name in SENTENCES if name.startswith("StoreUnavailable:")}
    assert ours <= set(get_args(Reason))
    for reason in get_args(Reason):
        known = sentence(StoreUnavailable(reason, "/srv/greffe", detail="essai"))
        assert known is not None
        assert "/srv/greffe" in known.happened


@pytest.mark.parametrize("name", SENTENCES)
def test_every_sentence_is_french_and_says_what_to_do(name: str) -> None:
    say = SENTENCES[name]
    assert say.happened[0].isupper() or say.happened[0] == "{"
    assert say.happened.endswith(".")
    assert say.todo.endswith((".", "`."))
    assert say.code in {
        getattr(errors, code) for code in dir(errors) if code.isupper() and code[0] != "_"
        and isinstance(getattr(errors, code), int)
    }  # fmt: skip
    assert say.code not in (errors.DONE, errors.NOT_IN_RECORDS, errors.BUG, errors.INTERRUPTED)


def test_a_warning_gives_its_reason_in_words_and_leaves_other_braces() -> None:
    assert told("a {b}.pdf : {damaged}") == f"a {{b}}.pdf : {SET_ASIDE['damaged'][0]}"


def test_every_reason_for_setting_a_file_aside_has_a_sentence() -> None:
    used = set()
    for name in ("Unreadable", "Shut"):
        for _, call in calls(name):
            at = 0 if name == "Unreadable" else 1
            used |= set(re.findall(r"'([a-z_]+)'", ast.unparse(call.args[at])))
            if isinstance(call.args[at], ast.Name):  # reading.py: memory or crashed
                used |= {"memory", "crashed"}
    assert {"encrypted", "damaged", "timeout", "forbidden", "bad_name"} <= used
    assert used == set(SET_ASIDE)
    assert Shut("a/", "forbidden").reason in SET_ASIDE


def test_the_exit_codes_are_those_of_the_contract() -> None:
    fixed = {
        "DONE": 0, "NOT_IN_RECORDS": 1, "USAGE": 2, "INPUT_UNREADABLE": 3, "PROGRAM_MISSING": 4,
        "NO_INDEX": 5, "MODEL_SILENT": 6, "BUG": 70, "INTERRUPTED": 130,
    }  # fmt: skip
    assert {name: getattr(errors, name) for name in fixed} == fixed
    more = {errors.PORT_TAKEN, errors.DISK_FULL, errors.BUSY, errors.REFUSED}
    assert len(more) == 4
    assert not more & set(fixed.values())


def test_a_sentence_is_filled_with_the_facts() -> None:
    known = sentence(DiskFull(path="/srv/greffe", free_mb=12))
    assert known is not None
    assert known.happened == "Le disque de « /srv/greffe » est plein, ou presque (12 Mo libres)."
    assert known.code == 8
    assert sentence(ValueError("x")) is None
    unread = sentence(Unreadable("encrypted", "x"))
    assert unread is not None
    assert "encrypted" in unread.happened


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        sqlite3.OperationalError("database or disk is full"),
        ValueError("An IO error occurred: 'No space left on device (os error 28)'"),
    ],
)
def test_a_full_disk_is_one_trouble_however_it_shows(error: Exception, tmp_path: Path) -> None:
    trouble = as_trouble(error, tmp_path / "pas" / "encore")
    assert isinstance(trouble, DiskFull)
    assert isinstance(trouble.facts["free_mb"], int)


def test_a_catalogue_that_turns_out_damaged_later_is_no_bug(tmp_path: Path) -> None:
    error = sqlite3.DatabaseError("database disk image is malformed")
    assert isinstance(as_trouble(error, tmp_path), CatalogueUnusable)
    bug = sqlite3.OperationalError("no such column: titre")
    assert as_trouble(bug, tmp_path) is bug


def test_the_trace_of_a_bug_is_kept_in_a_file_of_its_own(tmp_path: Path) -> None:
    try:
        raise KeyError("acte")
    except KeyError as error:
        first, second = (keep_traceback(error, tmp_path) for _ in range(2))
    assert first != second
    assert "KeyError: 'acte'" in first.read_text(encoding="utf-8")
    assert "test_errors.py" in first.read_text(encoding="utf-8")
