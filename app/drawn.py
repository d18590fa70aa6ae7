"""Draws from an asynchronous source, in a thread of its own, so that it can be left at any time."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import AsyncIterator, Callable, Generator
from typing import Generic, TypeVar

T = TypeVar("T")
_LEAVING = 5.0  # seconds for a source that was cancelled to put its things away


class _Over:
    """The source has no more; `error` says why, where it did not simply end."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class _Drawing(threading.Thread, Generic[T]):
    """Runs the source in an event loop; what comes goes into `news`."""

    def __init__(self, source: Callable[[], AsyncIterator[T]]) -> None:
        super().__init__(name="serveur de modèle", daemon=True)
        self.news: queue.SimpleQueue[T | _Over] = queue.SimpleQueue()
        self._source = source
        self._left = threading.Event()
        self._running: tuple[asyncio.AbstractEventLoop, asyncio.Task[None]] | None = None

    def run(self) -> None:
        error: BaseException | None = None
        try:
            asyncio.run(self._draw())
        except asyncio.CancelledError:
            pass
        except Exception as raised:
            error = raised
        self.news.put(_Over(error))

    async def _draw(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running = asyncio.get_running_loop(), task
        if self._left.is_set():
            return
        async for piece in self._source():
            self.news.put(piece)

    def leave(self) -> None:
        """Cancel the source and wait until it has closed what it opened."""
        self._left.set()
        if self._running is not None:
            loop, task = self._running
            with contextlib.suppress(RuntimeError):  # the loop has ended by itself
                loop.call_soon_threadsafe(task.cancel)
        self.join(_LEAVING)


def drawn(source: Callable[[], AsyncIterator[T]], beat: float) -> Generator[T | None, None, None]:
    """What a source gives, as it comes; None after each `beat` seconds without anything.

    Closing this generator cancels the source. What the source raises is raised here.
    """
    drawing = _Drawing(source)
    drawing.start()
    try:
        while True:
            try:
                piece = drawing.news.get(timeout=beat)
            except queue.Empty:
                yield None
                continue
            if isinstance(piece, _Over):
                if piece.error is not None:
                    raise piece.error
                return
            yield piece
    finally:
        drawing.leave()
