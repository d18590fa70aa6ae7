"""A hostile file costs one worker and never the run."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from app.apart import DRAWS
from app.errors import set_aside_line
from ingest.readers import Limits
from ingest.reading import Bounds, Read, _Worker, read_all
from ingest.trouble import Unreadable

BOUNDS = Bounds(silence=300, seconds=600)


def notes(folder: Path, count: int) -> list[tuple[int, Path]]:
    files = []
    for number in range(count):
        file = folder / f"{number}.txt"
        file.write_text(f"Note numéro {number}.")
        files.append((number, file))
    return files


def readers() -> list[BaseProcess]:
    """Those at work; another test of this process may have left what draws pages."""
    return [child for child in multiprocessing.active_children() if child.name != DRAWS]


def reason(result: Read) -> str:
    return "" if result.trouble is None else result.trouble.reason


def signalled(worker: _Worker, number: int, file: Path) -> Unreadable:
    """Read with a worker that gets a signal first."""
    assert worker.process.pid is not None
    os.kill(worker.process.pid, number)
    outcome, _ = worker.read(file, threading.Event())
    assert isinstance(outcome, Unreadable)
    assert worker.dead
    assert worker.process.exitcode is not None
    return outcome


@pytest.mark.parametrize("workers", [1, 3])
def test_every_file_comes_back_once_with_its_key(tmp_path: Path, workers: int) -> None:
    files = notes(tmp_path, 7)
    (tmp_path / "3.txt").write_bytes(b"")
    results = {result.key: result for result in read_all(files, workers, Limits(), BOUNDS)}
    assert sorted(results) == list(range(7))
    assert {key for key in results if reason(results[key])} == {3}
    assert reason(results[3]) == "empty"
    document = results[5].document
    assert document is not None
    assert document.pages[0].text == "Note numéro 5."
    assert readers() == []


def test_no_file_no_worker() -> None:
    assert list(read_all([], 0, Limits(), BOUNDS)) == []


def test_a_reader_that_crashes_is_named_and_the_next_file_is_read(tmp_path: Path) -> None:
    [(_, file)] = notes(tmp_path, 1)
    outcome = signalled(_Worker(Limits(), BOUNDS), signal.SIGSEGV, file)
    assert (outcome.reason, outcome.detail) == ("crashed", f"code -{signal.SIGSEGV.value}")


def test_a_reader_that_the_kernel_kills_has_taken_too_much_memory(tmp_path: Path) -> None:
    [(_, file)] = notes(tmp_path, 1)
    assert signalled(_Worker(Limits(), BOUNDS), signal.SIGKILL, file).reason == "memory"


def test_a_reader_that_ends_for_want_of_memory_says_so_and_how_much_it_had(tmp_path: Path) -> None:
    [(_, file)] = notes(tmp_path, 1)
    outcome = signalled(_Worker(Limits(), BOUNDS), signal.SIGABRT, file)
    line = set_aside_line({"source": "a.pdf", "reason": outcome.reason, "detail": outcome.detail})
    assert "trop de mémoire" in line
    assert f"{BOUNDS.memory_mb} Mo" in line


def test_a_reader_that_falls_silent_is_ended(tmp_path: Path) -> None:
    [(_, file)] = notes(tmp_path, 1)
    outcome = signalled(_Worker(Limits(), Bounds(silence=1)), signal.SIGSTOP, file)
    assert outcome.reason == "timeout"


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    [(_, file)] = notes(tmp_path, 1)
    outcome = signalled(_Worker(Limits(), Bounds(silence=300, seconds=1)), signal.SIGSTOP, file)
    assert outcome.reason == "timeout"


def test_a_file_that_eats_memory_is_set_aside_and_its_worker_goes_on(tmp_path: Path) -> None:
    files = notes(tmp_path, 2)
    with (tmp_path / "0.txt").open("wb") as stream:
        for _ in range(250):
            stream.write(b"conseil " * 125_000)  # 1 MB
    bounds = Bounds(memory_mb=900)
    results = {result.key: result for result in read_all(files, 1, Limits(), bounds)}
    assert [reason(results[key]) for key in (0, 1)] == ["memory", ""]


def test_a_crash_in_the_middle_of_a_run_costs_one_file(tmp_path: Path) -> None:
    files = notes(tmp_path, 4)
    with (tmp_path / "0.txt").open("wb") as stream:
        for _ in range(60):
            stream.write(b"conseil " * 125_000)  # some seconds to clean

    def crash() -> None:
        while not readers():
            time.sleep(0.01)
        pid = readers()[0].pid
        assert pid is not None
        os.kill(pid, signal.SIGSEGV)

    thread = threading.Thread(target=crash)
    thread.start()
    results = {result.key: result for result in read_all(files, 1, Limits(), BOUNDS)}
    thread.join()
    assert [reason(results[key]) for key in range(4)] == ["crashed", "", "", ""]


def test_a_run_that_is_stopped_leaves_no_worker(tmp_path: Path) -> None:
    reading = read_all(notes(tmp_path, 50), 2, Limits(), BOUNDS)
    assert next(reading).trouble is None
    assert readers() != []
    reading.close()  # type: ignore[attr-defined]
    assert readers() == []


# In a process of its own: the first reader of a process starts its resource tracker as well.
_DEAF_FROM_BIRTH = """
import signal
from pathlib import Path
from ingest.readers import Limits
from ingest.reading import Bounds, _Worker

worker = _Worker(Limits(), Bounds(silence=300, seconds=600))
status = Path(f"/proc/{worker.process.pid}/status").read_text()
fields = dict(line.split(":", 1) for line in status.splitlines())
deaf = int(fields["SigBlk"], 16) | int(fields["SigIgn"], 16)
worker.kill()
raise SystemExit(0 if deaf & 1 << signal.SIGINT - 1 else "the reader hears Ctrl-C")
"""


def test_the_first_reader_is_deaf_to_ctrl_c_from_its_birth() -> None:
    words = [sys.executable, "-c", _DEAF_FROM_BIRTH]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
