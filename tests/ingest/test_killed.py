"""Killed in the middle, again and again: the next run ends where an undisturbed one ends."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.command_line import ROOT, environment
from tests.ingest.doomed import BOUNDARIES
from tests.ingest.small_town import small_town
from tests.kills import Kill, Trials, kills_of


def start(data: Path, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.ingest.small_town", str(data), str(folder)],
        cwd=ROOT, env=environment(data), start_new_session=True,
    )  # fmt: skip


def written(folder: Path, version: int) -> Path:
    folder.mkdir(exist_ok=True)
    for number in range(6):
        lines = (
            f"Article {n} de la note {number}, version {version}. " + "La commune décide. " * 30
            for n in range(1 + number)
        )
        (folder / f"note-{number}.txt").write_text("\n\n".join(lines))
    return folder


def contents(data: Path) -> dict[str, list[str]]:
    """What is published; both indexes must agree with it, and nothing else be left."""
    with small_town(data) as town:
        assert town.agrees()
        assert {source.state for source in town.catalogue.sources()} <= {"live"}
        return town.texts()


def ids(data: Path) -> set[str]:
    with small_town(data) as town:
        return town.catalogue.live_ids("actes")


# `python -m tests.kills --kills 200` makes many more, at every boundary
DOZEN = [
    [Kill(False, seconds=1.3), Kill(False, "publish:after:1"), Kill(True, "note:after:1"),
     Kill(False, "purge:before:1")],
    [Kill(False, "add_content:after:2"), Kill(True, "rename:after:1"), Kill(True, seconds=1.5),
     Kill(True, "scrub:before:1")],
    [Kill(True, "purge:after:1"), Kill(False, seconds=2.2, server=True),
     Kill(False, "lexical_commit:before:1"), Kill(False, "compact:after:1")],
]  # fmt: skip


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Trials:
    return Trials(tmp_path_factory.mktemp("morts"))


@pytest.mark.parametrize("kills", DOZEN, ids=["lecture", "retrait", "index"])
def test_what_is_killed_a_dozen_times_ends_as_if_nothing_had_been(
    trials: Trials, kills: list[Kill]
) -> None:
    came_of_it = trials.trial(kills)
    assert came_of_it["hit"]
    assert came_of_it["wrong"] == []


def test_every_boundary_has_its_turn() -> None:
    drawn = {kill.at.split(":")[0] for trial in range(20) for kill in kills_of(trial, seed=1)}
    assert set(BOUNDARIES) <= drawn


def test_a_run_killed_before_it_publishes_keeps_the_ids_of_an_undisturbed_one(
    tmp_path: Path,
) -> None:
    folder = written(tmp_path / "actes", 1)
    for pause in (1.2, 1.6):
        run = start(tmp_path / "tue", folder)
        time.sleep(pause)
        run.kill()
        run.wait()
    assert start(tmp_path / "tue", folder).wait() == 0
    assert start(tmp_path / "calme", folder).wait() == 0
    assert ids(tmp_path / "tue") == ids(tmp_path / "calme")
    assert contents(tmp_path / "tue") == contents(tmp_path / "calme")
