"""The contract of the command line is the one of docs/commandes.md."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app import cli, errors
from app.adaptation import SERVES
from app.batch import read_batch
from app.citations import Answer, Citation, Quote, Sentence
from app.commands.ask import STATUSES
from app.learning import Adapted
from app.receipts import shape
from app.shapes import answer_shape, search_shape
from ingest.records.record import Span
from ingest.report import Report
from ingest.rows import PassageRow, RecordRow, Source
from ingest.withdrawals import Withdrawal
from tests.command_line import greffe
from tests.docs.written import DOCS, commands
from vectorstore.fusion import Evidence
from vectorstore.retriever import Hit

PAGE = (DOCS / "commandes.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """What stands under a heading, to the next one of any level."""
    (found,) = re.findall(rf"^#+ {re.escape(title)}\n(.*?)(?=^#|\Z)", PAGE, re.DOTALL | re.M)
    return str(found)


def keys_told(command: str) -> dict[str, str]:
    rows = re.findall(r"^\| `([^`]+)` \| (.*) \|$", section(f"Le JSON de `greffe {command}`"), re.M)
    return dict(rows)


def keys(value: Any, prefix: str = "") -> Iterator[str]:
    """Paths of the keys of a JSON value: `hits[].record.id`. A key that holds an object
    counts by the keys inside."""
    if isinstance(value, list):
        for item in value[:1]:
            yield from keys(item, f"{prefix}[]")
    elif isinstance(value, dict):
        for key, inner in value.items():
            path = f"{prefix}.{key}" if prefix else key
            if not isinstance(inner, dict):
                yield path
            yield from keys(inner, path)


def test_every_command_has_a_section() -> None:
    assert set(re.findall(r"^## greffe (\w+)$", PAGE, re.M)) == set(commands())


def test_the_exit_codes_are_those_of_the_program() -> None:
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", section("Codes de sortie"), re.M)
    codes = {n: v for n, v in vars(errors).items() if n.isupper() and isinstance(v, int)}
    assert {name: int(code) for code, name in rows} == codes


def test_every_key_of_search_is_explained() -> None:
    shape = search_shape(None, "tarif", 0.1, [hit()])
    assert set(keys(shape)) == set(keys_told("search"))


def test_every_key_of_ask_is_explained() -> None:
    assert set(keys(answer_shape(None, "", answer()))) == set(keys_told("ask"))


def test_every_key_of_users_and_groups_is_explained(tmp_path: Path) -> None:
    def told(*words: str) -> Any:
        ran = CliRunner().invoke(cli.app, [*words, "--json", "--data", str(tmp_path)])
        return json.loads(ran.stdout)

    alone = told("users", "add", "marie", "--group", "urbanisme")
    shape = told("users")
    assert set(keys(shape)) == set(keys_told("users"))
    assert set(alone) == set(shape["users"][0]) - {"locked"} | {"password"}
    assert set(keys(told("groups", "open", "urbanisme", "plu"))) == set(keys_told("groups"))


def test_every_key_of_ingest_is_explained() -> None:
    aside = {"source": "a.pdf", "reason": "empty", "detail": ""}
    part = {"source": "a.zip", "warnings": ["b.pdf : {empty}"]}
    report = Report(set_aside=[aside], left_aside=[aside], partial=[part])
    told = {key for key in keys(report.as_dict()) if not key.startswith("left_aside[]")}
    assert told == set(keys_told("ingest"))


def test_every_key_of_status_is_explained(tmp_path: Path) -> None:
    CliRunner().invoke(cli.app, ["init", "--data", str(tmp_path)])
    told = CliRunner().invoke(cli.app, ["status", "--json", "--data", str(tmp_path)])
    assert set(json.loads(told.stdout)) == set(keys_told("status"))


def test_every_key_of_a_receipt_is_explained() -> None:
    removed = dict.fromkeys(
        (
            "pages",
            "records",
            "passages",
            "vectors",
            "answers",
            "questions",
            "opinions",
            "traces",
            "curated",
        ),
        1,
    )
    receipt = Withdrawal(1, "a", "/a", "b", "0", "asked", "", "", "", removed, None, None)
    assert set(keys(shape(receipt))) == set(keys_told("withdraw"))


def test_every_key_of_the_journal_and_of_what_it_keeps_is_explained(own_town: Path) -> None:
    question = "Quelle est l'amende maximale pour un dépôt sauvage ?"
    id = greffe(own_town, "ask", question, "--json").json["answer"]
    file = own_town.parent / "a.json"
    greffe(own_town, "export", id, file)
    told = keys_told("journal")
    for line in greffe(own_town, "journal", "--json").lines:
        assert set(line) == set(told)
    replayed = set(keys(greffe(own_town, "replay", id, "--json").json))
    shared = {"fonds", "source", "sha256", "state", "record", "source_now", "sha256_now",
              "withdrawn", "text"}  # fmt: skip
    known = set(keys_told("replay")) | {f"citations[].{name}" for name in shared}
    assert {one for one in replayed if not one.startswith("sentences[]")} == known - {"erased"}
    assert set(keys(greffe(own_town, "verify", file, "--json").json)) == set(keys_told("verify"))
    curated = greffe(own_town, "curated", "add", id, "--by", "Anne Roy", "--json").json
    assert set(keys(curated)) == set(keys_told("curated"))


def test_every_key_of_adapt_is_explained() -> None:
    told = Adapted(1, 1, 1, 0, ("L. 1",), "none", 0.1, 0.2, 0.0, 0.2, True, "ab").as_dict()
    assert set(keys(told)) == set(keys_told("adapt"))
    for explained in (keys_told("status")["adaptation"], keys_told("adapt")["compared_with"]):
        assert all(f"`{one}`" in explained for one in SERVES)


def test_every_status_is_explained() -> None:
    told = keys_told("ask")
    assert re.findall(r"`(\w+)` :", told["sentences[].status"]) == list(STATUSES)
    assert re.findall(r"`(\w+)` :", told["status"]) == [
        "answered", "not_in_records", "error", "closed",
    ]  # fmt: skip


def test_the_example_batch_is_read(tmp_path: Path) -> None:
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "questions.jsonl"
    path.write_text(example, encoding="utf-8")
    first, second = read_batch(path)
    assert (first.after, second.after) == (None, first.id)
    fields = re.findall(r"^\| `(\w+)` \|", section("Les lots : --batch"), re.M)
    assert fields == [*json.loads(example.splitlines()[1])]


@pytest.mark.parametrize("words", [["ask"], ["ask", "--jsn", "x"], ["search", "--limit", "0", "x"]])
def test_wrong_arguments_exit_with_the_documented_code(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREFFE_DATA", str(tmp_path))
    assert cli.guarded(lambda: cli.app(words, standalone_mode=False)) == errors.USAGE


def hit() -> Hit:
    source = Source(1, "arretes", "/actes", "a.pdf", 1, 1, "", "live", 1, 1, "", "", ())
    record = RecordRow(
        2, 1, "arrete", "2024-1", "2024-1", "2024-05-22", None, "Objet", None, None, "Arrêté", (),
        None, 1, 1,
    )  # fmt: skip
    passage = PassageRow("1.0", 1, 2, 0, "", "texte", (Span(1, 0, 5),), 1, 1, "")
    return Hit(1, 0.5, "arretes", source, record, passage, Evidence(0.5, 0.5))


def answer() -> Answer:
    citation = Citation(1, "Arrêté", "arretes", "a.pdf", 1, "2", Quote("texte", 1, 0, 5), False,
                        None)  # fmt: skip
    sentence = Sentence("texte", "verbatim", (1,))
    return Answer("x", "?", "answered", (sentence,), (citation,), nearest=(citation,))
