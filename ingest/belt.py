"""Files go on while others are still being read: vectors and publication, each in its thread.

So a run takes as long as the slowest of the three, and a little for the first and the last files.
What one thread hands to the next stands in the catalogue; a kill finds it there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

Step = Callable[[list[int]], None]  # what is done with sources, by their ids


class Stopped(Exception):
    """The run is over: raised inside a step, so that it ends before its work does."""


class Belt:
    """Two steps, in this order for each batch of sources, both at work at once."""

    def __init__(self, embed: Step, publish: Step, close: Callable[[], None]) -> None:
        """`close` is called at the end in each of the threads."""
        self._embed, self._publish, self._close = embed, publish, close
        self._embedding = ThreadPoolExecutor(1, "vecteurs")
        self._publishing = ThreadPoolExecutor(1, "publication")
        self._batches: list[Future[None]] = []
        self._stopping = threading.Event()

    def put(self, source_ids: list[int]) -> None:
        """Have sources embedded and published; raises what has gone wrong with others before."""
        self._settle([batch for batch in self._batches if batch.done()])
        embedded = self._embedding.submit(self._first, source_ids)
        self._batches.append(self._publishing.submit(self._after, embedded, source_ids))

    @property
    def idle(self) -> bool:
        """Whether nothing is under way: a batch need not be large then."""
        return all(batch.done() for batch in self._batches)

    def finish(self) -> None:
        """Wait until all is published; raises what has gone wrong."""
        self._settle(self._batches)

    def check(self) -> None:
        """For the steps, now and then. Raises `Stopped`."""
        if self._stopping.is_set():
            raise Stopped

    def _settle(self, batches: list[Future[None]]) -> None:
        for batch in list(batches):
            batch.result()
            self._batches.remove(batch)

    def _first(self, source_ids: list[int]) -> None:
        self.check()
        self._embed(source_ids)

    def _after(self, embedded: Future[None], source_ids: list[int]) -> None:
        embedded.result()
        self.check()
        self._publish(source_ids)

    def __enter__(self) -> Belt:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        for pool in (self._embedding, self._publishing):
            pool.submit(self._close)
            pool.shutdown()
