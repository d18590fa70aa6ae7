"""Lines of the chain sent to the building's syslog, without their words.

They hold the hash of the line before: what is kept there shows a journal that was written anew.

Nobody waits for it: lines are handed over while the journal is held, and sent once it is let go,
by a thread of their own. Who notes a line waits for that thread a second at most, and after a
failure nothing is tried for a minute: what is noted meanwhile is not sent.
"""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from app.journal.chain import Line
from app.journal.words import canonical
from ingest.trouble import Trouble

NAME = "syslog"  # of the thread
PORT = 514
WITHIN = 0.8  # seconds for finding it and sending all that waits
WAITED = 1.0  # seconds that who notes a line waits at most: a look-up cannot be stopped
PAUSE = 60.0  # seconds without a try, after one that failed
_AUTHPRIV_INFO = 10 << 3 | 6  # RFC 5424, 6.2.1
_UNSENT = (
    "Le journal est tenu ici, mais sa copie n'a pas pu être envoyée à journal.syslog ({address}) :"
    " voyez `greffe doctor`."
)

Reach = Callable[[], Sequence[object]]  # the addresses that a name stands for, now
Place = tuple[socket.AddressFamily, socket.SocketKind, str | tuple[str, int]]


class Syslog:
    """Sends lines to a socket of this machine, or udp://HOST:PORT, tcp://HOST:PORT.

    One that is unknown, refused or does not answer stops nothing: stderr says it once.
    """

    def __init__(self, address: str, reach: Reach | None = None) -> None:
        """`reach`: raises OSError or Trouble; without it, the host is written in digits."""
        self.address = address
        self._reach = reach or (lambda: [urlsplit(address).hostname])
        self._lock = threading.Lock()  # held for what waits, never while something is sent
        self._waiting: list[Line] = []
        self._sending = False
        self._again = 0.0  # when it may be tried, by the clock that only goes on
        self._told = False

    def add(self, lines: Iterable[Line]) -> None:
        """Hand lines over, in the order in which they are to be sent."""
        with self._lock:
            self._waiting += lines

    def send(self) -> None:
        """Have what waits sent. Back within a second, whatever becomes of it."""
        with self._lock:
            if time.monotonic() < self._again:
                self._waiting.clear()
            if self._sending or not self._waiting:
                return  # another thread is at it, and takes these too
            self._sending = True
        done = threading.Event()
        try:
            threading.Thread(target=self._send_all, args=(done,), name=NAME, daemon=True).start()
        except RuntimeError:  # no thread to be had
            self._failed()
            self._end()
        else:
            if not done.wait(WAITED):
                self._tell()

    def check(self) -> None:
        """Connect, and send nothing. Raises OSError, Trouble."""
        self._connected(time.monotonic() + WITHIN)[0].close()

    def _send_all(self, done: threading.Event) -> None:
        while lines := self._taken():
            try:
                self._deliver(lines)
                self._told = False
            except (OSError, Trouble, ValueError):  # ValueError: there is no such port
                self._failed()
            except BaseException:  # a fault of ours: it does not end the sending for good
                self._failed()
                self._end()
                raise
            done.set()

    def _taken(self) -> list[Line]:
        """What waits; with nothing, this thread is at its end."""
        with self._lock:
            lines, self._waiting = self._waiting, []
            self._sending = bool(lines)
            return lines

    def _deliver(self, lines: Sequence[Line]) -> None:
        deadline = time.monotonic() + WITHIN
        connection, kind = self._connected(deadline)
        with closing(connection):
            for line in lines:
                connection.settimeout(_left(deadline))
                connection.sendall(_packet(line, kind))

    def _connected(self, deadline: float) -> tuple[socket.socket, socket.SocketKind]:
        """A socket that leads there, at the first place that answers."""
        failure: OSError = OSError("nowhere")
        for family, kind, place in self._places():
            connection = socket.socket(family, kind)
            try:
                connection.settimeout(_left(deadline))
                connection.connect(place)
                return connection, kind
            except OSError as error:
                connection.close()
                failure = error
        raise failure

    def _places(self) -> list[Place]:
        if Path(self.address).is_absolute():
            kinds = (socket.SOCK_DGRAM, socket.SOCK_STREAM)
            return [(socket.AF_UNIX, kind, self.address) for kind in kinds]
        found = dict.fromkeys(str(one) for one in self._reach())
        parts = urlsplit(self.address)
        kind = socket.SOCK_STREAM if parts.scheme == "tcp" else socket.SOCK_DGRAM
        port = parts.port or PORT
        families = ((socket.AF_INET6 if ":" in one else socket.AF_INET, one) for one in found)
        return [(family, kind, (one, port)) for family, one in families]

    def _failed(self) -> None:
        with self._lock:
            self._again = time.monotonic() + PAUSE
            self._waiting.clear()
        self._tell()

    def _end(self) -> None:
        with self._lock:
            self._sending = False

    def _tell(self) -> None:
        """Once, until it answers again."""
        if not self._told:
            self._told = True
            print(_UNSENT.format(address=self.address), file=sys.stderr, flush=True)


def _left(deadline: float) -> float:
    """Seconds. Raises TimeoutError: there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left


def _packet(line: Line, kind: socket.SocketKind) -> bytes:
    """One message. By TCP a line ends it (RFC 6587, 3.4.2): several go over one connection."""
    shape = {
        "n": line.n, "at": line.at, "kind": line.kind, "id": line.id, "prev": line.prev,
        "hash": line.hash,
    }  # fmt: skip
    end = "\n" if kind == socket.SOCK_STREAM else "\0"
    return f"<{_AUTHPRIV_INFO}>greffe: {canonical(shape)}{end}".encode()
