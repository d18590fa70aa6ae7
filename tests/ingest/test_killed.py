"""Killed in the middle, again and again: the next run ends where an undisturbed one ends."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.command_line import ROOT, environment
from tests.ingest.small_town import small_town

KILLS = 12


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


def test_a_run_killed_a_dozen_times_ends_as_an_undisturbed_one(tmp_path: Path) -> None:
    folder = written(tmp_path / "actes", 1)
    dice = random.Random(20140522)
    killed = 0
    for round_ in range(KILLS):
        run = start(tmp_path / "tue", folder)
        time.sleep(dice.uniform(0.6, 2.6))
        if run.poll() is None:
            os.kill(run.pid, signal.SIGKILL)
            killed += 1
        run.wait()
        if round_ % 4 == 3:
            written(folder, round_)  # the clerks do not wait
    assert start(tmp_path / "tue", folder).wait() == 0
    assert start(tmp_path / "calme", folder).wait() == 0
    assert killed > 0
    assert contents(tmp_path / "tue") == contents(tmp_path / "calme")


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
