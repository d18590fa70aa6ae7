"""What is said of a long run while it goes on: never above the whole, never below nothing."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.embedding import work
from ingest.pipeline import Options, ingest
from ingest.progress import READ_SHARE, Pace, Progress
from tests.ingest.small_town import FONDS, SmallTown, WordHashes


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
    pace.done_work, pace.timed, pace.embedding_s = 5.0, 5.0, 10.0
    # 80 bytes at 10 a second; meanwhile 45 of the 50 passages to expect, at 2 s each
    assert pace.left() == pytest.approx(90)
    pace.reading_s = 50.0
    assert pace.left() == pytest.approx(200)  # reading is the slower now


def test_the_first_vectors_load_the_model_and_set_no_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    pace = Pace(total=10.0)
    pace.begin()
    pace.read, pace.found = 10.0, 40
    with pace.embedding(40, 10, 0.0) as hear:
        for share, seconds in ((0.25, 60.0), (0.5, 1.0), (1.0, 2.0)):
            clock[0] += seconds
            hear(share)
            if share == 0.5:
                assert pace.left() == pytest.approx(2.0)
    assert pace.left() == 0.0


def test_the_pace_is_that_of_late_and_long_texts_cost_more_than_their_length(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert work(1600) / 1600 == pytest.approx(92 / 66 * work(430) / 430, rel=0.05)
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    pace = Pace()
    pace.begin()
    pace.kept = 1000.0
    with pace.embedding(1000.0, 10, 0.0) as hear:
        for block in range(1, 100):
            clock[0] += 9.0 if block < 20 else 1.0  # another program held the machine at first
            hear(block / 100)
            if block == 90:
                assert pace.left() == pytest.approx(10.0, rel=0.2)


class _Stopped(WordHashes):
    """Ctrl-C after some blocks."""

    def __init__(self, blocks: int) -> None:
        self.blocks = blocks

    def passages(self, texts: Sequence[str]) -> NDArray[np.float16]:
        if not self.blocks:
            raise KeyboardInterrupt
        self.blocks -= 1
        return super().passages(texts)


def test_vectors_that_a_stopped_run_has_made_count_from_the_start(
    town: SmallTown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.embedding.BLOCK", 2)
    (tmp_path / "actes").mkdir()
    words = [f"L'article {n} de la commune. " + f"mot{n} " * (60 + n) for n in range(40)]
    (tmp_path / "actes" / "long.txt").write_text("\n\n".join(words))
    before: list[Progress] = []
    with pytest.raises(KeyboardInterrupt):
        ingest([tmp_path / "actes"], FONDS, town.catalogue, _Stopped(8), town.indexes,
               Options(workers=1), before.append)  # fmt: skip
    assert before[-1].share > READ_SHARE + 0.05
    (tmp_path / "actes" / "neuf.txt").write_text("Un arrêté.")
    after: list[Progress] = []
    town.run(tmp_path / "actes", tell=after.append)
    assert [one.share for one in after] == sorted(one.share for one in after)
    assert after[0].share == pytest.approx(before[-1].share, rel=0.02)
    assert after[0].stage == "reading"
