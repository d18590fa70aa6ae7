"""The score of fields: right, stated, expected."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evals.acts import half, main, read_labels, score

LABEL: dict[str, Any] = {
    "file": "v/pv.pdf", "complete_pages": [1, 3], "page_first": 1, "page_last": 1,
    "start": "1. Achat d'un tracteur", "kind": "deliberation", "number": "2024/12",
    "date": "2024-05-03", "title": "Achat d'un tracteur", "presents": 12,
    "visas": ["CGCT L2121-29", "délibération 2023/4 du 2023-01-02"], "refs": [],
    "vote": {"outcome": "adopte", "pour": 12, "contre": None},
}  # fmt: skip


def found(**changes: Any) -> dict[str, Any]:
    act = {
        "file": "v/pv.pdf", "page_first": 1, "start": "1. Achat d'un tracteur neuf",
        "kind": "deliberation", "number": "2024 / 12", "date": "2024-05-03",
        "title": "Achat d'un tracteur", "presents": "12",
        "visas": ["CGCT L2121-29", "délibération 2023/4 2023-01-02"], "refs": [],
        "vote": {"outcome": "adopte", "pour": 12, "contre": None, "unanimite": False},
    }  # fmt: skip
    return act | changes


def test_all_right_however_it_is_written() -> None:
    for name, tally in score([LABEL], [found()]).items():
        assert tally.right == tally.stated == tally.expected, name


@pytest.mark.parametrize(
    ("changes", "name", "figures"),
    [
        ({"number": "2024/13"}, "number", (0, 1, 1)),
        ({"number": None}, "number", (0, 0, 1)),
        ({"date": "2024-05-04"}, "date", (0, 1, 1)),
        ({"title": "Vente d'un terrain communal"}, "title", (0, 1, 1)),
        ({"visas": ["CGCT L2121-29", "CGCT L1"]}, "visas", (1, 2, 2)),
        ({"vote": {"outcome": "adopte", "pour": 11}}, "vote", (0, 1, 1)),
        ({"vote": {"outcome": "adopte", "pour": 11}}, "vote figures", (0, 1, 1)),
        ({"vote": None}, "vote", (0, 0, 1)),
        ({"refs": ["CGCT"]}, "refs", (0, 1, 0)),
    ],
)
def test_what_is_wrong_counts(
    changes: dict[str, Any], name: str, figures: tuple[int, int, int]
) -> None:
    tally = score([LABEL], [found(**changes)])[name]
    assert (tally.right, tally.stated, tally.expected) == figures
    assert len(tally.wrong) == 1


def test_a_record_that_begins_elsewhere_is_missed_and_one_too_many() -> None:
    other = LABEL | {"page_first": 2, "start": "2. Location du moulin", "title": "Moulin"}
    cut = [found(), found(page_first=3, start="Vote : à l'unanimité")]
    tally = score([LABEL, other], cut)["boundaries"]
    assert (tally.right, tally.stated, tally.expected) == (1, 2, 2)


def test_what_the_labeller_was_not_sure_of_does_not_count() -> None:
    tallies = score([LABEL | {"unsure": ["date"]}], [found(date="1999-01-01")])
    assert "date" not in tallies


def test_a_file_is_always_in_the_same_half() -> None:
    assert {half(f"v/{n}.pdf") for n in range(20)} == {"dev", "final"}
    assert half("v/1.pdf") == half("v/1.pdf")


def test_our_labels_can_be_read() -> None:
    files = sorted(Path(__file__).parents[2].glob("evals/actes/*.jsonl"))
    labels = [label for file in files for label in read_labels(file)]
    assert len(labels) >= 200
    assert {half(label["file"]) for label in labels} == {"dev", "final"}


def test_the_command_prints_a_table(town: Path, tmp_path: Path, capsys: Any) -> None:
    label = {
        "file": "deliberations/2024-038_tarifs-cantine-2024-2025.pdf", "complete_pages": [1, 2],
        "page_first": 1, "start": "Extrait du registre", "number": "2024-038",
        "date": "2024-06-26", "visas": ["CGCT L2121-29"],
    }  # fmt: skip
    file = tmp_path / "labels.jsonl"
    file.write_text(json.dumps(label) + "\n", encoding="utf-8")
    assert main([str(file), "--data", str(town), "--half", "all", "--wrong", "visas"]) == 0
    out = capsys.readouterr().out
    assert "number                1,000     1,000   1 / 1 / 1" in out


def test_a_file_that_is_no_label_is_refused(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "labels.jsonl"
    file.write_text('{"file": "x"}\n', encoding="utf-8")
    assert main([str(file), "--data", str(tmp_path)]) == 3
    assert "illisibles" in capsys.readouterr().err
