"""Where a run is, for whoever watches it, and how long it has still to go."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

READ_SHARE = 0.3  # of a file's way
VECTOR_SHARE = 0.63  # for its vectors; the rest is for its publication
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
    file of law the other way round; and they go on at once.
    """

    total: float = 0.0  # bytes of all files
    files: int = 0  # read, set aside, or read before by a run that was stopped
    files_in_all: int = 0
    resumed: float = 0.0  # bytes of files that a stopped run had read
    read: float = 0.0  # bytes read in this run, what is set aside too
    embedded: float = 0.0  # bytes, one whose vectors are made in part in part
    published: float = 0.0  # bytes
    # work: characters, weighed as ingest/embedding.py does
    found: float = 0.0  # work of files read in this run that has to be embedded
    kept: float = 0.0  # the same, of files that a stopped run had read
    done_work: float = 0.0
    reading_s: float = 0.0
    embedding_s: float = 0.0  # of late
    timed: float = 0.0  # work embedded in `embedding_s`: not the first, which loads the model
    since: float = 0.0  # when the last file was read, by the monotonic clock

    @contextmanager
    def embedding(self, work: float, size: float, kept: float) -> Iterator[Callable[[float], None]]:
        """Time what is embedded in here. Yields what is to hear its share, 0 to 1.

        `size` bytes of files, which are that much work but for the share `kept` from before.
        """
        first, done, heard = self.done_work == 0, self.done_work, 0.0
        bytes_before, since = self.embedded - size * kept, time.monotonic()

        def hear(share: float) -> None:
            nonlocal first, heard, since
            now = time.monotonic()
            if not first:
                self.embedding_s = _KEPT * self.embedding_s + now - since
                self.timed = _KEPT * self.timed + work * (share - heard)
            first, heard, since = False, share, now
            self.done_work = done + work * share
            whole = bytes_before + size * (kept + (1 - kept) * share)
            self.embedded = max(self.embedded, whole)

        yield hear
        self.embedded = max(self.embedded, bytes_before + size)

    def begin(self) -> float:
        """The clock runs from here."""
        self.since = time.monotonic()
        return self.since

    def reading(self, size: float) -> None:
        """A file of that many bytes was read, or set aside."""
        now = time.monotonic()
        self.reading_s += now - self.since
        self.since = now
        self.read += size
        self.files += 1

    def over(self, size: float) -> None:
        """It goes no further."""
        self.embedded += size
        self.published += size

    def publish(self, size: float) -> None:
        """Files of that many bytes are live."""
        self.published += size

    def done(self) -> float:
        """Bytes behind us, each counted by how far it has come."""
        read = READ_SHARE * (self.resumed + self.read)
        rest = 1 - READ_SHARE - VECTOR_SHARE
        return read + VECTOR_SHARE * self.embedded + rest * self.published

    def resume(self, size: float, share: float) -> None:
        """Files of that many bytes were read by a stopped run, which made this share of vectors."""
        self.embedded += size * share

    def left(self) -> float | None:
        """Seconds until the last file is published; None before both paces are known."""
        to_read = self.total - self.resumed - self.read
        reading = embedding = 0.0
        if to_read > 0:
            if self.read <= 0:
                return None
            reading = to_read * self.reading_s / self.read
        a_byte = self.found / self.read if self.read > 0 else 0.0
        work = self.kept + self.found + max(0.0, to_read) * a_byte - self.done_work
        if work > 0:
            if self.timed <= 0:
                return None
            embedding = work * self.embedding_s / self.timed
        return max(reading, embedding)
