"""Work on files that anybody may have written, done in a process apart with limits.

A page that never ends being drawn, or that fills the memory, costs a child and not the page that
all others look at. Children stay for the next piece of work; each does one at a time.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import inf
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ingest import wall
from ingest.spawned import begin, confine
from ingest.trouble import Trouble


class TooMuch(Exception):
    """A piece of work was given up, for a `reason`: time, busy, memory or crashed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Failed(Exception):
    """The work raised something that nobody expected: its traceback, as the child has it."""


DRAWS = "dessin"  # name of a child
_TO_BEGIN = 60.0  # seconds: on a machine that is busy
_BUSY = 6  # times as long by the clock as in work, where the machine is busy with something else
# children end with the thread that began them: those of the page come and go, this one stays
_begins = ThreadPoolExecutor(1, "enfants")


class Children:
    """At most `count` children; each begins when it is first needed."""

    def __init__(self, count: int = 2, seconds: float = 10.0, memory_mb: int = 2000) -> None:
        """Args: `seconds` of work for one piece, and to wait for a child that is free."""
        self.seconds = seconds
        self.memory_mb = memory_mb
        self._free: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        for _ in range(count):
            self._free.put(None)

    def do(self, work: Callable[..., object], *given: object) -> object:
        """What `work(*given)` returns: a function of a module and values that pickle takes.

        Raises TooMuch, and the trouble that the work raises.
        """
        try:
            child = self._free.get(timeout=self.seconds)
        except queue.Empty:
            raise TooMuch("busy") from None
        try:
            child = child or _Child(self.memory_mb)
            return child.do(work, given, self.seconds)
        finally:
            self._free.put(child if child is not None and child.process.is_alive() else None)


class _Child:
    def __init__(self, memory_mb: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, its = context.Pipe()
        self.process = context.Process(
            target=_live, args=(its, memory_mb, wall.journal(), os.getpid()), daemon=True,
            name=DRAWS,
        )  # fmt: skip
        _begins.submit(begin, self.process).result()
        its.close()
        self._within(_TO_BEGIN)

    def do(
        self, work: Callable[..., object], given: tuple[object, ...], seconds: float
    ) -> object:  # fmt: skip
        """Have it done; whoever takes too long or dies of it is gone."""
        try:
            self.pipe.send((work, given))
        except OSError:
            self._end()
            raise TooMuch("crashed") from None
        done, outcome = self._within(_BUSY * seconds, seconds)
        if not done:
            raise outcome
        return outcome

    def _within(self, seconds: float, worked: float = inf) -> tuple[bool, Any]:
        """What the child says: whether it went well, and the outcome or what is to be raised.

        So many `seconds` are given to it by the clock, of which it may have `worked` so many.
        """
        until, most = time.monotonic() + seconds, self._worked() + worked
        try:
            while (left := min(until - time.monotonic(), most - self._worked())) > 0:
                if self.pipe.poll(left):
                    return self.pipe.recv()  # type: ignore[no-any-return]
        except (EOFError, OSError):
            self._end()
            raise TooMuch(_why(self.process.exitcode)) from None
        self._end()
        raise TooMuch("time")

    def _worked(self) -> float:
        """Seconds of a processor that it has had since it began; 0.0 once it is gone."""
        import psutil

        try:
            spent = psutil.Process(self.process.pid).cpu_times()
        except psutil.Error:
            return 0.0
        return float(spent.user + spent.system)

    def _end(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _why(code: int | None) -> str:
    """PDFium ends its process by a signal of these when the memory it asks for is not given."""
    by_memory = (signal.SIGABRT, signal.SIGTRAP, signal.SIGILL, signal.SIGKILL)
    return "memory" if code in [-one for one in by_memory] else "crashed"


def _live(pipe: Connection, memory_mb: int, journal: Path | None, parent: int) -> None:
    """The child's life: until its parent hangs up."""
    confine(DRAWS, memory_mb, journal, parent)
    pipe.send((True, None))
    while True:
        try:
            work, given = pipe.recv()
        except (EOFError, OSError):
            return
        told: tuple[bool, object]
        try:
            told = True, work(*given)
        except MemoryError:
            told = False, TooMuch("memory")
        except (Trouble, TooMuch) as trouble:
            told = False, trouble
        except Exception:
            told = False, Failed(traceback.format_exc())
        pipe.send(told)
