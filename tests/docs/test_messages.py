"""Every trouble that the code knows has its sentence, and every hole of a sentence its fact."""

from __future__ import annotations

import re
import string

from app.errors import SENTENCES, SET_ASIDE, UNFOUND
from tests.docs.written import ROOT

PACKAGES = ("app", "ingest", "vectorstore", "prompts", "evals")
CODE = "\n".join(
    path.read_text(encoding="utf-8")
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
)
TROUBLES = dict(
    re.findall(r'^class (\w+)\(Trouble(?:, \w+)?\):\n    """(.*?)"""', CODE, re.M | re.S)
)


def holes(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_every_trouble_has_a_sentence_and_every_sentence_a_trouble() -> None:
    assert len(TROUBLES) > 15
    assert {name.split(":")[0] for name in SENTENCES} == set(TROUBLES)


def test_every_hole_of_a_sentence_is_a_fact_of_its_trouble() -> None:
    for name, say in SENTENCES.items():
        told = re.search(r"Facts: (.*)", TROUBLES[name.split(":")[0]], re.S)
        facts = set(re.findall(r"\w+", told[1])) if told else _given(name.split(":")[0])
        unknown = holes(say.happened) | holes(say.todo)
        assert unknown <= facts, f"{name}: {unknown - facts}"


def _given(trouble: str) -> set[str]:
    """The facts of a class that hands them to its parent itself."""
    (body,) = re.findall(rf"^class {trouble}\(Trouble\):\n(.*?)(?=^\S)", CODE, re.M | re.S)
    return set(re.findall(r"\b(\w+)=", body))


def test_every_reason_to_set_a_file_aside_is_in_the_table() -> None:
    raised = set(re.findall(r'\bUnreadable\(\s*"(\w+)"', CODE))
    assert len(raised) > 8
    assert raised <= set(SET_ASIDE)


def test_every_reason_not_to_be_ready_is_in_the_table() -> None:
    code = (ROOT / "ingest" / "findability.py").read_text("utf-8")
    given = set(re.findall(r'(?:return|if same else|reason,|= \[?|\.id,) "(\w+)"', code))
    given |= set(re.findall(r'"(\w+)" if ', code))
    assert given == set(UNFOUND)


def test_no_reason_of_the_table_is_out_of_use() -> None:
    reading = "".join(path.read_text("utf-8") for path in (ROOT / "ingest").rglob("*.py"))
    assert not [reason for reason in SET_ASIDE if f'"{reason}"' not in reading]
