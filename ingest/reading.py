"""Read and cut files in worker processes: a hostile file costs one worker and never the run.

Each worker is a process of its own with a memory limit. It sends a beat for each page; one
that is silent for too long is killed, its file is set aside, and another worker takes over.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from ingest import wall
from ingest.contents import Cut, contents
from ingest.pages import Document
from ingest.readers import Limits, listen, read_parts, trouble_of
from ingest.spawned import begin, confine
from ingest.trouble import Unreadable

# the kernel's, and what native code ends by when it is refused memory (PDFium, C++)
_BY_MEMORY = (-signal.SIGKILL, -signal.SIGABRT)


_Outcome = Document | Cut | Unreadable


@dataclass(frozen=True, slots=True)
class Read:
    """What became of one file."""

    key: int  # as given by the caller
    document: Document | None
    trouble: Unreadable | None
    seconds: float
    last: bool = True  # False: another part of the file follows
    cut: Cut | None = None  # where a name was given


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one worker may use."""

    silence: int = 180  # seconds without a page before a worker is taken for dead
    seconds: int = 3600  # for one whole file
    memory_mb: int = 2000


def read_all(
    files: Iterable[tuple[int, Path]], workers: int, limits: Limits, bounds: Bounds,
    name_of: Callable[[int], str] = lambda key: "",
) -> Iterator[Read]:  # fmt: skip
    """Read files in `workers` processes; yields results as they come, in any order.

    `name_of` gives the path under which a file's records are known; then it is cut there too, which
    takes longer than reading a page that was born digital.
    """
    jobs = iter(files)
    results: queue.Queue[Read | None] = queue.Queue(maxsize=2 * workers)
    taking = threading.Lock()
    stopping = threading.Event()

    def next_job() -> tuple[int, Path] | None:
        with taking:
            return None if stopping.is_set() else next(jobs, None)

    threads = [
        threading.Thread(
            target=_tend,
            args=(next_job, name_of, results, limits, bounds, stopping),
            daemon=True,
        )
        for _ in range(workers)
    ]
    for thread in threads:
        thread.start()
    running = workers
    try:
        while running:
            result = results.get()
            if result is None:
                running -= 1
            else:
                yield result
    finally:
        stopping.set()
        for thread in threads:
            while thread.is_alive():  # a thread may wait for room in the queue
                _drain(results)
                thread.join(0.05)


def _drain(results: queue.Queue[Read | None]) -> None:
    try:
        while True:
            results.get_nowait()
    except queue.Empty:
        return


def _tend(
    next_job: Callable[[], tuple[int, Path] | None],
    name_of: Callable[[int], str],
    results: queue.Queue[Read | None],
    limits: Limits,
    bounds: Bounds,
    stopping: threading.Event,
) -> None:
    """One thread looks after one worker at a time."""
    worker: _Worker | None = None
    try:
        while (job := next_job()) is not None:
            key, path = job
            started = time.monotonic()
            last = False
            while not last:
                try:
                    worker = worker or _Worker(limits, bounds)
                    outcome, last = worker.read(path, stopping, name_of(key))
                except OSError as error:  # no process or no pipe to be had: say so of the file
                    outcome, last = Unreadable("crashed", str(error)), True
                if worker is not None and worker.dead:
                    worker = None
                seconds = time.monotonic() - started
                if not stopping.is_set():
                    results.put(_read(key, outcome, seconds, last))
    finally:
        if worker is not None:
            worker.kill()
        results.put(None)


def _read(key: int, outcome: _Outcome, seconds: float, last: bool) -> Read:
    if isinstance(outcome, Unreadable):
        return Read(key, None, outcome, seconds, last)
    cut = outcome if isinstance(outcome, Cut) else None
    document = outcome.document if isinstance(outcome, Cut) else outcome
    return Read(key, document, None, seconds, last, cut)


class _Worker:
    """A process that reads one file at a time."""

    def __init__(self, limits: Limits, bounds: Bounds) -> None:
        context = multiprocessing.get_context("spawn")
        self.bounds = bounds
        self.dead = False
        self.spent: float | None = None  # seconds on the file underway; None: none is
        self.pipe, child = context.Pipe()
        self.process = context.Process(
            target=_work,
            args=(child, limits, bounds.memory_mb, os.getpid(), wall.journal()),
            daemon=True,
        )
        begin(self.process)
        child.close()

    def read(
        self, path: Path, stopping: threading.Event, name: str = ""
    ) -> tuple[_Outcome, bool]:  # fmt: skip
        """Have a file read, and cut where it has a name, or its next part; whether it is the last.

        A worker that dies or falls silent gives the reason.
        """
        try:
            if self.spent is None:
                self.pipe.send((path, name))
            outcome, last = self._await(stopping)
        except (EOFError, OSError):
            self.kill()
            code = self.process.exitcode
            reason = "memory" if code in _BY_MEMORY else "crashed"
            detail = f"code {code}"
            if reason == "memory":
                detail = f"arrêt net, {detail} ; {self.bounds.memory_mb} Mo permis"
            outcome, last = Unreadable(reason, detail), True
        if last:
            self.spent = None
        return outcome, last

    def _await(self, stopping: threading.Event) -> tuple[_Outcome, bool]:
        started = heard = time.monotonic()
        deadline = started + self.bounds.seconds - (self.spent or 0.0)
        while True:
            if self.pipe.poll(0.5):
                outcome = self.pipe.recv()
                if outcome is not None:
                    self.spent = (self.spent or 0.0) + time.monotonic() - started
                    return outcome  # type: ignore[no-any-return]
                heard = time.monotonic()
            now = time.monotonic()
            if stopping.is_set() or now - heard > self.bounds.silence or now > deadline:
                self.kill()
                silent = min(now - heard, self.bounds.seconds)
                return Unreadable("timeout", f"{silent:.0f} s"), True

    def kill(self) -> None:
        """End the process, whatever it is doing."""
        self.dead = True
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _work(
    pipe: Connection, limits: Limits, memory_mb: int, parent: int, journal: Path | None
) -> None:
    """The worker's life: take a path and a name, send beats and then what came of it."""
    confine("lecteur", memory_mb, journal, parent)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    listen(lambda: pipe.send(None))
    while True:
        try:
            path, name = pipe.recv()
        except EOFError:
            return
        for outcome in _read_one(path, name, limits):
            pipe.send(outcome)


def _read_one(path: Path, name: str, limits: Limits) -> Iterator[tuple[_Outcome, bool]]:
    """The parts of a file, each with whether it is the last."""
    part: _Outcome | None = None
    count = 0
    try:
        for document in read_parts(path, limits):
            if part is not None:
                yield part, False
            part = document
            if name:
                part = Cut(document, *contents(document, name, count))
                count += len(part.passages)
        if part is not None:
            yield part, True
    except Exception as error:
        yield trouble_of(error), True
