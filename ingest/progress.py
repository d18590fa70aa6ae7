"""Where a run is, for whoever watches it, and how long it has still to go."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

READ_SHARE = 0.3  # of a file's way; the rest is for its vectors and its publication
_KEPT = 0.95  # of the pace, at each block of vectors: the last twenty blocks make most of it


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of the whole run is behind us."""

    stage: str  # "reading" | "embedding" | "publishing"
    # bytes of files, one that is read and not yet published in part; for a rebuild, passages
    done: float
    total: float  # of all that this run brings in, whatever folder it lies in
    current: str = ""  # the file that was just read
    left: float | None = None  # seconds; None: too early to tell
    files: int = 0  # read, set aside, or read before by a run that was stopped
    files_in_all: int = 0
    pages: int = 0  # of files read in this run

    @property
    def share(self) -> float:
        """0 to 1."""
        return min(1.0, max(0.0, self.done / self.total)) if self.total > 0 else 0.0


Tell = Callable[[Progress], None]


@dataclass(slots=True)
class Pace:
    """What a run has done of its work, and how fast: reading by bytes, vectors by their work.

    The two are timed apart, because a scan takes a minute to read and a second to embed, and a
    file of law the other way round.
    """

    total: float = 0.0  # bytes of all files
    files: int = 0  # read, set aside, or read before by a run that was stopped
    files_in_all: int = 0
    resumed: float = 0.0  # bytes, of these, of files that a stopped run had read
    read: float = 0.0  # bytes read in this run, what is set aside too
    published: float = 0.0  # bytes
    waiting: float = 0.0  # bytes read and not yet published
    ahead: float = 0.0  # bytes, of those waiting, that vectors made by a stopped run stand for
    # work: characters, weighed as ingest/embedding.py does
    found: float = 0.0  # work of files read in this run that has to be embedded
    kept: float = 0.0  # the same, of files that a stopped run had read
    embedded: float = 0.0  # work
    reading_s: float = 0.0
    embedding_s: float = 0.0  # of late
    timed: float = 0.0  # work embedded in `embedding_s`: not the first, which loads the model
    since: float = 0.0  # when what is under way was last counted, by the monotonic clock

    @contextmanager
    def embedding(self, work: float, tell: Callable[[float], None]) -> Iterator[
        Callable[[float], None]
    ]:  # fmt: skip
        """Time what is embedded in here. Yields what is to hear its share, 0 to 1."""
        self.reading()
        first, before, heard = self.embedded == 0, self.embedded, 0.0

        def hear(share: float) -> None:
            nonlocal first, heard
            now = time.monotonic()
            if not first:
                self.embedding_s = _KEPT * self.embedding_s + now - self.since
                self.timed = _KEPT * self.timed + work * (share - heard)
            first, heard, self.since = False, share, now
            self.embedded = before + work * share
            tell(share)

        yield hear
        self.since = time.monotonic()

    def begin(self) -> None:
        """The clock runs from here."""
        self.since = time.monotonic()

    def reading(self) -> None:
        """Count the time since the last count as spent on reading."""
        now = time.monotonic()
        self.reading_s += now - self.since
        self.since = now

    def publish(self) -> None:
        """What was waiting is live."""
        self.published += self.waiting
        self.waiting = self.ahead = 0.0
        self.since = time.monotonic()

    def done(self, share: float = 0.0) -> float:
        """Bytes behind us, when this share of what was to be done with those waiting is done."""
        after = max(self.ahead, self.waiting * (1 - READ_SHARE) * share)
        return self.published + self.waiting * READ_SHARE + after

    def resume(self, size: float, share: float) -> None:
        """Files of that many bytes were read by a stopped run, which did this share of the rest."""
        self.waiting += size
        self.ahead += size * (1 - READ_SHARE) * share

    def left(self) -> float | None:
        """Seconds until the last file is published; None before both paces are known."""
        to_read = self.total - self.resumed - self.read
        seconds = 0.0
        if to_read > 0:
            if self.read <= 0:
                return None
            seconds += to_read * self.reading_s / self.read
        a_byte = self.found / self.read if self.read > 0 else 0.0
        work = self.kept + self.found + max(0.0, to_read) * a_byte - self.embedded
        if work > 0:
            if self.timed <= 0:
                return None
            seconds += work * self.embedding_s / self.timed
        return seconds
