"""`greffe eval --report`: a folder that a person reads, with charts that are really drawn."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from evals.compare import compare
from evals.folder import file_names, write_report
from evals.report import Conditions, Outcome, Report, load

KINDS = ("amount", "vote", "unanswerable")
BLUE, VERMILLION, GREY = (0, 114, 178), (213, 94, 0), (107, 107, 107)


def outcome(number: int, right: int) -> Outcome:
    """One question; those below `right` are answered well."""
    kind, good = KINDS[number % 3], float(number < right)
    values = {"errors": 0.0, "ask_s": round(0.1 + number / 1e3, 6)}
    if kind == "unanswerable":
        values["refused"] = good
    else:
        values |= {
            "hit@1": good, "hit@5": 1.0, "hit@10": 1.0, "search_s": 0.05, "correct": good,
            "wrong_refusals": 0.0, "citation_precision": good, "citation_recall": 1.0,
            "checked": 1.0, "sentences": 1.0 + number % 3,
        }  # fmt: skip
    return Outcome("conseil", f"q{number}", {"kind": kind, "collection": "val|mont"}, values)


def report(right: int, of: int = 60) -> Report:
    outcomes = tuple(outcome(number, right) for number in range(of))
    return Report("2024-05-22T10:00:00+02:00", "greffe eval conseil.jsonl",
                  Conditions("extractif"), outcomes)  # fmt: skip


def inked(path: Path, colour: tuple[int, int, int]) -> int:
    """How many pixels of a chart have this colour."""
    with Image.open(path) as image:
        return int((np.asarray(image.convert("RGB")) == colour).all(axis=-1).sum())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report that is worse than what it is compared with."""
    place = tmp_path_factory.mktemp("rapport")
    now, before = report(right=30), report(right=54)
    write_report(place, now, compare(now, before), before)
    return place


def test_every_chart_of_the_report_is_there_and_every_file_is_used(folder: Path) -> None:
    page = (folder / "rapport.md").read_text("utf-8")
    named = set(re.findall(r"!\[[^]]+\]\(([^)]+)\)", page))
    assert named == {path.name for path in folder.glob("*.png")}
    assert named == {f"conseil-{part}.png" for part in ("reponses", "genres", "durees")} | {
        "recherche.png", "ecarts.png"
    }  # fmt: skip
    assert {path.name for path in folder.iterdir()} - named == {"rapport.md", "rapport.json"}


def test_a_chart_shows_what_is_better_and_worse_by_shape_and_colour(folder: Path) -> None:
    assert inked(folder / "ecarts.png", VERMILLION) > 200
    assert inked(folder / "conseil-reponses.png", BLUE) > 200
    assert inked(folder / "conseil-reponses.png", GREY) > 200  # what it is compared with
    assert inked(folder / "conseil-genres.png", VERMILLION) > 50  # refusals


def test_the_figures_of_each_kind_stand_with_their_interval(folder: Path) -> None:
    page = (folder / "rapport.md").read_text("utf-8")
    (amounts,) = re.findall(r"^\| montant \| 20 \| (.*) \|$", page, re.M)
    # half of twenty: 0.5 ± 1.96 × 0.11, in steps of a twentieth
    assert amounts.split(" | ")[0] == "0,50 [0,25 ; 0,70]"
    assert "| vote | 20 |" in page
    assert "| sans réponse | 20 |" in page
    assert "val\\|mont" in page


def test_the_comparison_names_what_got_worse_and_which_questions(folder: Path) -> None:
    page = (folder / "rapport.md").read_text("utf-8")
    verdict = re.search(r"\*\*Verdict : (.*)\*\*", page)
    assert verdict
    assert verdict[1].startswith("moins bien sur ")
    assert {"réponse juste", "refus à raison"} <= set(
        verdict[1].removeprefix("moins bien sur ").rstrip(".").split(", ")
    )
    assert re.search(r"^- Perdues \(24\) : conseil/q30, ", page, re.M)
    assert "Gagnées" not in page


def test_the_json_beside_it_is_the_report(folder: Path) -> None:
    assert load(folder / "rapport.json") == report(right=30)


def test_a_set_that_is_only_searched_has_the_chart_of_the_search_alone(tmp_path: Path) -> None:
    searched = report(right=30)
    searched = replace(searched, outcomes=tuple(
        replace(one, values={name: one.values[name] for name in ("hit@1", "hit@5", "hit@10")})
        for one in searched.outcomes if "hit@1" in one.values
    ))  # fmt: skip
    write_report(tmp_path, searched)
    assert [path.name for path in tmp_path.glob("*.png")] == ["recherche.png"]
    assert "Comparaison" not in (tmp_path / "rapport.md").read_text("utf-8")


def test_the_files_of_two_sets_are_never_the_same() -> None:
    assert file_names(["a/b", "a b", "c"]) == {"a/b": "a_b", "a b": "a_b_", "c": "c"}
