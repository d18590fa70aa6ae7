"""A report survives its file, and two reports are told apart beyond the noise."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from evals.compare import compare
from evals.report import (
    BaselineInvalid,
    Conditions,
    Outcome,
    Report,
    from_json,
    load,
    save,
    to_json,
)

if TYPE_CHECKING:
    from pathlib import Path


def report(
    *, right: int, of: int = 40, seconds: float = 0.1, model: str = "", prompt_version: str = ""
) -> Report:
    """A set where the first `right` questions are answered well."""
    outcomes = tuple(
        Outcome(
            "conseil",
            f"q{i}",
            {"kind": "vote" if i % 2 else "amount"},
            {"correct": float(i < right), "sentences": 2.0, "ask_s": round(seconds + i / 1e4, 6)},
        )
        for i in range(of)
    )
    conditions = Conditions(model, prompt_version)
    return Report("2024-05-22T10:00:00+02:00", "greffe eval", conditions, outcomes)


def test_a_report_is_the_same_after_its_file(tmp_path: Path) -> None:
    before = report(right=30, model="extractif")
    save(before, tmp_path / "bases" / "conseil.json")
    assert load(tmp_path / "bases" / "conseil.json") == before


def test_the_file_is_the_json_of_the_report(tmp_path: Path) -> None:
    before = report(right=30)
    save(before, tmp_path / "r.json")
    assert json.loads((tmp_path / "r.json").read_text()) == to_json(before)


def test_each_row_of_the_json_says_what_it_holds_for() -> None:
    rows = to_json(report(right=30, model="extractif", prompt_version="p3"))["rows"]
    assert len(rows) == 3
    assert {row["model"] for row in rows} == {"extractif"}
    assert {row["prompt_version"] for row in rows} == {"p3"}
    assert all("settings" in row for row in rows)


def test_a_row_averages_shares_and_takes_the_median_of_counts() -> None:
    figures = report(right=30).row("conseil").figures
    assert figures["correct"].value == 0.75
    assert figures["sentences"].value == 2
    assert figures["ask_p50_s"].value == pytest.approx(0.102)
    assert figures["ask_p95_s"].value == pytest.approx(0.1038)


def test_a_row_of_few_questions_has_no_interval() -> None:
    figure = report(right=3, of=8).row("conseil").figures["correct"]
    assert (figure.low, figure.high) == (None, None)


@pytest.mark.parametrize("data", [[], {}, {"format": 99}, {"format": 1, "date": "x"}])
def test_something_else_is_not_a_report(data: object) -> None:
    with pytest.raises(ValueError, match="rapport d'évaluation"):
        from_json(data)


@pytest.mark.parametrize("content", [None, "{", "[]"])
def test_a_baseline_that_cannot_be_read_names_its_file(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "base.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(BaselineInvalid, match=r"base\.json"):
        load(path)


def test_the_same_report_twice_shows_no_difference() -> None:
    compared = compare(report(right=30), report(right=30))
    assert compared.differences == ()
    assert compared.shared == 40


def test_one_question_more_is_noise() -> None:
    assert compare(report(right=31), report(right=30)).differences == ()


def test_ten_questions_more_of_forty_is_a_gain() -> None:
    compared = compare(report(right=30), report(right=20))
    (gain,) = compared.differences
    assert (gain.measure, gain.before, gain.after, gain.better) == ("correct", 0.5, 0.75, True)
    assert 0 < gain.low < 0.25 < gain.high
    assert not compared.worse


def test_ten_questions_fewer_is_a_loss() -> None:
    assert compare(report(right=20), report(right=30)).worse


def test_a_time_within_a_tenth_is_noise_and_twice_the_time_is_a_loss() -> None:
    base = report(right=30, seconds=0.1)
    assert compare(report(right=30, seconds=0.105), base).differences == ()
    (slower,) = compare(report(right=30, seconds=0.2), base).differences
    assert (slower.measure, slower.better) == ("ask_s", False)


def test_under_ten_questions_nothing_is_a_difference() -> None:
    assert compare(report(right=9, of=9), report(right=0, of=9)).differences == ()


def test_what_is_not_the_same_on_both_sides_is_named() -> None:
    base = report(right=30, of=40, model="extractif")
    other = report(right=30, of=45, model="qwen")
    compared = compare(replace(other, outcomes=other.outcomes[5:]), base)
    assert compared.changed == {"modèle": ("extractif", "qwen")}
    assert (compared.shared, compared.only_baseline, compared.only_report) == (35, 5, 5)
