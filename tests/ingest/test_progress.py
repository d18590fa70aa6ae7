"""What is said of a long run while it goes on: never above the whole, never below nothing."""

import time
from pathlib import Path

import pytest

from ingest.progress import Pace, Progress
from tests.ingest.small_town import SmallTown


def acts(folder: Path, count: int, words: str) -> Path:
    folder.mkdir()
    for number in range(count):
        (folder / f"{words}-{number}.txt").write_text(f"{words} numéro {number} de la commune.\n")
    return folder


def test_two_folders_the_larger_first_are_one_whole(town: SmallTown, tmp_path: Path) -> None:
    large, small = acts(tmp_path / "large", 12, "arrêté"), acts(tmp_path / "petit", 2, "décision")
    told: list[Progress] = []
    town.run(large, small, tell=told.append)
    assert [one.share for one in told] == sorted(one.share for one in told)
    assert all(one.done <= one.total and one.total == told[0].total for one in told)
    assert told[-1].share > 0.9
    assert all(one.left is None or one.left >= 0 for one in told)


def test_a_folder_named_with_one_inside_it_is_counted_and_read_once(
    town: SmallTown, tmp_path: Path
) -> None:
    whole = acts(tmp_path / "tout", 2, "arrêté")
    part = acts(whole / "2024", 3, "décision")
    told: list[Progress] = []
    for targets in ((whole, part), (part, whole), (whole, whole)):
        report = town.run(*targets, tell=told.append)
        assert (report.found, report.read + report.unchanged, report.withdrawn) == (5, 5, 0)
        assert len(town.texts()) == 5
        assert town.agrees()
    assert all(one.done <= one.total for one in told)


def test_nothing_is_said_of_the_time_left_before_something_went_the_whole_way() -> None:
    pace = Pace(total=100.0, since=time.monotonic())
    assert pace.left() is None
    pace.read, pace.found, pace.reading_s = 20.0, 10, 2.0
    assert pace.left() is None  # read, and no vector made yet
    pace.embedded, pace.timed, pace.embedding_s = 5.0, 5.0, 10.0
    # 80 bytes at 10 a second, and 45 of the 50 passages to expect, at 2 s each
    assert pace.left() == pytest.approx(8 + 90)


def test_the_first_vectors_load_the_model_and_set_no_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    pace = Pace(total=10.0)
    pace.begin()
    pace.read, pace.found, pace.waiting = 10.0, 40, 10.0
    with pace.embedding(40, lambda share: None) as hear:
        for share, seconds in ((0.25, 60.0), (0.5, 1.0), (1.0, 2.0)):
            clock[0] += seconds
            hear(share)
            if share == 0.5:
                assert pace.left() == pytest.approx(2.0)
    assert pace.left() == 0.0
