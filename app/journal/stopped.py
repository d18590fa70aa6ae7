"""What the wall has stopped, taken over into the chain.

The wall writes its own file from inside an audit hook, in whichever process, where neither locks
nor SQLite may be used. Each writing of the journal takes over what that file has grown by; so does
the end of a command that grew it, and the page every few seconds.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.egress import attempts_file
from app.journal.chain import Chain, Line, folder_of
from app.journal.kinds import EGRESS
from app.journal.words import FILE, opened

MOST = 2**20  # bytes taken over at once
EVERY = 10  # seconds between two looks of a page that is open
_ALIKE = ("process", "event", "address")
_SENDER = "app/journal/syslog.py"  # its own attempts are noted, not sent: that would be another one


@dataclass(frozen=True, slots=True)
class Stopped:
    """Attempts of one program to reach one place."""

    what: dict[str, Any]  # process, event, address, count, first, last, where
    by_sender: bool  # the journal's own syslog was stopped

    @property
    def last(self) -> str:
        """When it was tried last."""
        return str(self.what["last"])


def size_of(data: Path) -> int:
    """How long the wall's file is, in bytes; 0 where nothing was ever stopped."""
    try:
        return attempts_file(data).stat().st_size
    except OSError:
        return 0


def latest(data: Path, most: int) -> list[dict[str, Any]]:
    """What was stopped last, the newest first; what is not in the chain yet too."""
    if not size_of(data) and not (folder_of(data) / FILE).exists():
        return []
    with opened(folder_of(data)) as words:
        kept, taken = words.latest(EGRESS, "what", most), words.taken()
    new = read(data, taken)[0] if size_of(data) > taken else []
    return [*(stopped.what for stopped in reversed(new)), *kept][:most]


def take_over(chain: Chain, data: Path) -> Iterator[tuple[Line, bool]]:
    """Add a line for each program and place of what is new; and whether it may be sent on."""
    size = size_of(data)
    if not size:
        return
    taken = chain.words.taken()
    if size == taken:
        return
    since = taken if taken < size else 0  # a shorter file is another one
    new, whole = read(data, since)
    for stopped in new:
        yield chain.add(EGRESS, {}, {"what": stopped.what}), not stopped.by_sender
    chain.words.put_taken(since + whole)


def read(data: Path, since: int = 0) -> tuple[list[Stopped], int]:
    """What was stopped, from a place of the file on; and how many bytes of it hold whole lines."""
    try:
        with attempts_file(data).open("rb") as stream:
            stream.seek(since)
            found = stream.read(MOST)
    except OSError:
        return [], 0
    whole = found.rfind(b"\n") + 1
    if not whole and len(found) == MOST:  # no line is so long
        whole = MOST
    return list(_alike(found[:whole].splitlines())), whole


def _alike(lines: Iterable[bytes]) -> Iterator[Stopped]:
    """One for all attempts of one program to reach one place, in the order of the first."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for line in lines:
        with suppress(ValueError):
            one = json.loads(line)
            if isinstance(one, dict):
                groups.setdefault(tuple(str(one.get(k, "")) for k in _ALIKE), []).append(one)
    for key, same in groups.items():
        where = [str(place) for place in same[0].get("where") or ()]
        moments = [str(one.get("at", "")) for one in same]
        what = {
            **dict(zip(_ALIKE, key, strict=True)), "count": len(same), "first": moments[0],
            "last": moments[-1], "where": where[:8],
        }  # fmt: skip
        yield Stopped(what, any(place.startswith(_SENDER) for place in _own(where)))


def _own(where: Iterable[str]) -> Iterator[str]:
    """The places of our own code, by their path in the package."""
    for place in where:
        _, found, tail = place.rpartition("app/journal/")
        yield f"app/journal/{tail}" if found else place


@contextmanager
def watched(data: Path, collect: Callable[[], None], every: float = EVERY) -> Iterator[None]:
    """While the block runs, have what is new taken over: a look at the file's size each time."""
    ended = threading.Event()

    def look() -> None:
        before = -1
        while not ended.wait(every):
            size = size_of(data)
            if size and size != before:
                with suppress(OSError, sqlite3.Error):  # no room: at the next look
                    collect()
                    before = size

    threading.Thread(target=look, name="sorties", daemon=True).start()
    try:
        yield
    finally:
        ended.set()
