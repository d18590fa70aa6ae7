"""The fonds that are indexed each day at an hour, for as long as the page is open.

For machines that systemd does not run, such as a container. What was planned stands in one small
file; when a fonds was indexed last, in the catalogue: an hour that was missed is made up for.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from app import background, watched
from app.state import folders
from ingest.catalogue import Catalogue
from ingest.trouble import Trouble

FILE = "planification.json"
_HOUR = re.compile(r"(?:[01]?\d|2[0-3]):[0-5]\d")
_LOOK = 20.0  # seconds between two looks at the clock


class HourRefused(Trouble):
    """Not an hour of the day. Facts: hour."""


class NoFolder(Trouble):
    """A fonds of which no folder was indexed as a whole. Facts: fonds."""


@dataclass(frozen=True, slots=True)
class Daily:
    """A fonds to be indexed each day."""

    fonds: str
    at: str  # local time, HH:MM
    since: str  # when it was planned: local time, ISO 8601

    def last(self, now: datetime) -> datetime:
        """The last time that it was this hour, `now` included."""
        today = self._on(now)
        return today if today <= now else self._on(now - timedelta(days=1))

    def next(self, now: datetime) -> datetime:
        """The next time that it will be."""
        today = self._on(now)
        return today if today > now else self._on(now + timedelta(days=1))

    def _on(self, day: datetime) -> datetime:
        return datetime.combine(day.date(), time.fromisoformat(self.at)).astimezone()


def planned(data: Path) -> list[Daily]:
    """What is planned, by fonds; nothing where the file cannot be understood."""
    try:
        known = json.loads((data / FILE).read_text("utf-8"))
        return sorted((Daily(**one) for one in known), key=lambda one: one.fonds)
    except (OSError, ValueError, TypeError):
        return []


def plan(data: Path, catalogue: Catalogue, fonds: str, at: str) -> Daily:
    """Have a fonds indexed each day at an hour, instead of the hour planned before.

    Raises:
        HourRefused, NoFolder.
    """
    if not _HOUR.fullmatch(at):
        raise HourRefused(hour=at[:20])
    if not whole_folders(data, catalogue, fonds):
        raise NoFolder(fonds=fonds)
    new = Daily(fonds, at.zfill(5), datetime.now().astimezone().isoformat(timespec="seconds"))
    with _changing(data) as others:
        others[fonds] = new
    return new


def unplan(data: Path, fonds: str) -> bool:
    """Have it indexed by hand only. Whether it was planned."""
    with _changing(data) as others:
        return others.pop(fonds, None) is not None


def whole_folders(data: Path, catalogue: Catalogue, fonds: str) -> list[str]:
    """The folders of a fonds that were indexed as folders, not file by file."""
    roots = (str(one["root"]) for one in catalogue.places() if one["fonds"] == fonds)
    found = folders(data, fonds, catalogue.runs(), roots)
    return [one["path"] for one in found if one["whole"]]


@contextmanager
def _changing(data: Path) -> Iterator[dict[str, Daily]]:
    """What is planned, by fonds, to be changed; written back at the end, one change at a time."""
    path = data / FILE
    run = data / "run"
    run.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(run / f"{FILE}.lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = {one.fonds: one for one in planned(data)}
        yield known
        new = path.with_name(f"{FILE}.new")
        with open(os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as record:
            json.dump([asdict(one) for one in known.values()], record)
        new.replace(path)


@dataclass
class Clock:
    """Begins what is due, one run after the other, while the page is open."""

    data: Path
    catalogue: Callable[[], Catalogue]  # opens it; closed after each look
    note: Callable[[str, Sequence[str]], None]  # a run was begun: of a fonds, on folders
    _tried: dict[str, datetime] = field(default_factory=dict[str, datetime])  # by fonds

    def look(self, now: datetime) -> None:
        """Begin the first run that is due; what is due besides waits until it has ended."""
        for one in planned(self.data):
            due = one.last(now)
            if self._tried.get(one.fonds, datetime.fromisoformat(one.since)) >= due:
                continue
            if self._goes_on():
                return
            with closing(self.catalogue()) as catalogue:
                begun = _begun(catalogue.runs(), one.fonds)
                targets = whole_folders(self.data, catalogue, one.fonds)
            if targets and (begun is None or begun < due):
                background.index(self.data, one.fonds, targets)
                self.note(one.fonds, targets)
            self._tried[one.fonds] = due

    def _goes_on(self) -> bool:
        job = background.job(self.data, background.INGEST)
        return watched.watched(self.data) is not None or (job is not None and job.running)


def _begun(runs: Sequence[dict[str, Any]], fonds: str) -> datetime | None:
    """When the last run of a fonds began; `runs`: newest first."""
    started = (run["started"] for run in runs if run["report"].get("fonds") == fonds)
    last = next(started, None)
    return datetime.fromisoformat(last).astimezone() if last else None


@contextmanager
def ticking(clock: Clock) -> Iterator[None]:
    """Look at the clock, in the background, until the block is left."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(_LOOK):
            with suppress(Trouble, OSError):  # another run, a full disk: at the next look
                clock.look(datetime.now().astimezone())

    thread = threading.Thread(target=watch, name="horloge", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
