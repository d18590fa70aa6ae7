"""How much one person may ask of the page, so that the others are served.

Counted by account; by address where nobody is known. Kept in memory: a restart counts anew.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.access.reader import LOCAL, Reader
from app.journal.entries import Journal
from app.memory import check_memory
from ingest.trouble import Trouble

if TYPE_CHECKING:
    from limits import RateLimitItem

BURST = 5  # a minute's requests may come five times as fast, for ten seconds
# of what is asked, how many for each request allowed: the page's own files are cheap and many; so
# is the way to the login, by which all who share one address come in at nine o'clock
SHARE = {"requests": 1, "files": 10, "door": 10, "logins": 1}
NOBODY = "inconnu"
# refusals of rights that are noted: of one person a minute, and of all an hour; then a single line
DENIED, ALL_DENIED = 10, 300
LONGEST_PATH = 200  # characters of what was asked for


class TooMany(Trouble):
    """A limit is reached. Facts: reason (which one), most, seconds (until the next try)."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What one person may ask."""

    questions: int = 20  # a minute
    requests: int = 300  # a minute, the page's own files left out
    at_once: int = 2  # questions under way
    all_at_once: int = 24  # questions of everybody under way
    seconds: int = 300  # for one question; the page is told nothing more after it
    memory_mb: int = 4000  # held by the process, beyond which no question begins; 0: no limit
    slow: float = 1.0  # seconds before a refusal is said: who insists is not served faster


class Bounds:
    """Counts, refuses, and notes in the journal who was refused: once a minute for each limit."""

    def __init__(self, allowed: Allowed | None = None, journal: Journal | None = None) -> None:
        """Without `allowed` nothing is refused."""
        from limits import RateLimitItemPerHour, RateLimitItemPerMinute, RateLimitItemPerSecond
        from limits.storage import MemoryStorage
        from limits.strategies import FixedWindowRateLimiter

        self.allowed = allowed
        self.journal = journal
        self._minutes = FixedWindowRateLimiter(MemoryStorage())
        self._a_minute = RateLimitItemPerMinute
        self._a_second = RateLimitItemPerSecond
        self._an_hour = RateLimitItemPerHour
        self._running: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._writer = ThreadPoolExecutor(1, "limites")

    @property
    def slow(self) -> float:
        """How long a refusal is held back, in seconds."""
        return self.allowed.slow if self.allowed else 0.0

    @property
    def seconds(self) -> float | None:
        """How long a question may take; None without limit."""
        return self.allowed.seconds if self.allowed else None

    def request(self, payer: str, limit: str = "requests") -> None:
        """Count a request with those of its kind, one of SHARE. Raises TooMany."""
        if self.allowed is not None:
            most = self.allowed.requests * SHARE[limit]
            self._count(limit, payer, most, self._a_second(max(1, most // BURST), 10))
            self._count(limit, payer, most, self._a_minute(most))

    def question(self, payer: str) -> None:
        """Count a question before it is queued. Raises TooMany."""
        if self.allowed is not None:
            most = self.allowed.questions
            self._count("questions", payer, most, self._a_minute(most))
            with self._lock:
                self._check_running(payer, self.allowed)

    def begin(self, payer: str) -> None:
        """A question begins: `end` is to be called when the work on it is over.

        Raises TooMany, MemoryShort.
        """
        check_memory(self.allowed.memory_mb if self.allowed else 0)
        with self._lock:
            if self.allowed is not None:
                self._check_running(payer, self.allowed)
            self._running[payer] += 1

    def end(self, payer: str) -> None:
        """A question that began is over."""
        with self._lock:
            self._running[payer] -= 1
            self._running += Counter()  # forget who has none

    def note(self, limit: str, reader: Reader | None, address: str) -> None:
        """Have it written into the journal that a limit was reached; does not wait for it."""
        if self._minutes.hit(self._a_minute(1), "noted", limit, payer_of(reader, address)):
            self._note("limited", reader, address, {"limit": limit})

    def deny(self, reader: Reader | None, address: str, path: str, status: int = 404) -> None:
        """Have it written that somebody was refused what is not theirs; does not wait for it.

        Who goes on is noted ten times a minute, all together three hundred times an hour: the disk
        is not theirs to fill. That there was more is then said once.
        """
        person, all_of_them = self._a_minute(DENIED), self._an_hour(ALL_DENIED)
        if not self._minutes.hit(person, "denied", payer_of(reader, address)):
            return self._more_denied("denied", reader, address)
        if not self._minutes.hit(all_of_them, "denied"):
            return self._more_denied("all_denied", None, "")
        what = {"path": path[:LONGEST_PATH]}
        return self._note("denied", reader, address, {"status": status}, what)

    def deny_fonds(self, reader: Reader, address: str, values: object) -> None:
        """The same for fonds that are named by hand: of what a page sends, lists are of fonds."""
        for names in values if isinstance(values, list) else ():
            if reader.fonds is not None and isinstance(names, list):
                for name in (name for name in names if name not in [*reader.fonds]):
                    self.deny(reader, address, f"fonds {name}")

    def close(self) -> None:
        """Wait until all is noted."""
        self._writer.shutdown()

    def _more_denied(self, limit: str, reader: Reader | None, address: str) -> None:
        noted = self._minutes.hit(self._an_hour(1), "noted", limit, payer_of(reader, address))
        if noted and self._minutes.hit(self._an_hour(ALL_DENIED), "more denied"):
            self._note("limited", reader, address, {"limit": limit})

    def _note(
        self, kind: str, reader: Reader | None, address: str, facts: Mapping[str, object],
        what: Mapping[str, object] | None = None,
    ) -> None:  # fmt: skip
        if self.journal is not None:
            who, journal = reader.login if reader else NOBODY, self.journal
            parts = {"what": what} if what else {}
            self._writer.submit(
                lambda: journal.note(kind, who, address=address, facts=facts, parts=parts)
            )

    def _count(self, limit: str, payer: str, most: int, item: RateLimitItem) -> None:
        if not self._minutes.hit(item, limit, payer):
            until = self._minutes.get_window_stats(item, limit, payer).reset_time
            raise TooMany(reason=limit, most=most, seconds=max(1, round(until - time.time())))

    def _check_running(self, payer: str, allowed: Allowed) -> None:
        if self._running[payer] >= allowed.at_once:
            raise TooMany(reason="at_once", most=allowed.at_once, seconds=5)
        if self._running.total() >= allowed.all_at_once:
            raise TooMany(reason="full", most=allowed.all_at_once, seconds=10)


def payer_of(reader: Reader | None, address: str) -> str:
    """Who a request is counted to: an account, else an address (of IPv6, what a home is given)."""
    if reader is not None and reader != LOCAL:
        return f"compte {reader.login}"
    try:
        place = ipaddress.ip_address(address)
    except ValueError:
        return f"adresse {address[:64]}"
    if place.version == 6 and place.ipv4_mapped is None:
        return f"adresse {ipaddress.ip_network((place, 64), strict=False)}"
    return f"adresse {place}"
