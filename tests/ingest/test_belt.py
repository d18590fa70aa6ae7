"""Vectors and publication go on while files are read; what goes wrong in them ends the run."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.belt import Belt, Stopped
from ingest.pipeline import Options, ingest
from tests.ingest.small_town import FONDS, SmallTown, WordHashes


class _Slow(WordHashes):
    """Does not end its first passages before all files are read."""

    def __init__(self, town: SmallTown, files: int) -> None:
        self.town, self.files = town, files
        self.waited = False

    def passages(self, texts: Sequence[str]) -> NDArray[np.float16]:
        while not self.waited and len(self.town.catalogue.sources("staged")) < self.files:
            time.sleep(0.01)  # the test's own time limit ends a run that would wait for ever
        self.waited = True
        return super().passages(texts)


def acts(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        (folder / f"note-{number}.txt").write_text(f"Note de service numéro {number}.")
    return folder


def test_all_files_are_read_while_the_vectors_of_the_first_are_made(
    town: SmallTown, tmp_path: Path
) -> None:
    folder, slow = acts(tmp_path / "actes", 5), _Slow(town, 5)
    report = ingest([folder], FONDS, town.catalogue, slow, town.indexes, Options(workers=1))
    assert (report.read, report.embedded) == (5, 5)
    assert len(town.texts()) == 5
    assert town.agrees()


def test_the_report_names_the_stage_that_held_up_the_others(
    town: SmallTown, tmp_path: Path
) -> None:
    folder = acts(tmp_path / "actes", 3)
    report = town.run(folder)
    stages = {
        "reading": report.seconds_reading,
        "embedding": report.seconds_embedding,
        "publishing": report.seconds_publishing,
    }
    assert all(0 < spent <= report.seconds for spent in stages.values())
    assert report.slowest == max(stages, key=stages.__getitem__)
    assert report.as_dict()["slowest"] == report.slowest
    assert town.run(folder).slowest == ""


def test_what_goes_wrong_in_a_step_is_raised_and_what_waits_is_left() -> None:
    published: list[int] = []
    closed: list[str] = []

    def embed(ids: list[int]) -> None:
        if 2 in ids:
            raise OSError("disque plein")

    def close() -> None:
        closed.append(threading.current_thread().name)

    def run() -> None:
        with Belt(embed, published.extend, close) as belt:
            for one in (1, 2, 3):
                belt.put([one])
            belt.finish()

    with pytest.raises(OSError, match="disque plein"):
        run()
    assert published in ([1], [1, 3])
    assert len(set(closed)) == 2


def test_a_run_that_is_stopped_does_not_end_the_batch_under_way() -> None:
    under_way = threading.Event()
    published: list[int] = []

    def embed(ids: list[int]) -> None:
        under_way.set()
        while True:
            belt.check()
            time.sleep(0.01)

    def stopped() -> None:
        with belt:
            belt.put([1])
            belt.put([2])
            under_way.wait()
            raise KeyboardInterrupt

    belt = Belt(embed, published.extend, lambda: None)
    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert published == []
    with pytest.raises(Stopped):
        belt.check()
