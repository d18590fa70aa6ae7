"""Lines of the chain sent to the building's syslog, without their words.

They hold the hash of the line before: what is kept there shows a journal that was written anew.
"""

from __future__ import annotations

import logging
import socket
from contextlib import closing, suppress
from logging.handlers import SysLogHandler
from pathlib import Path
from urllib.parse import urlsplit

from app.journal.chain import Line
from app.journal.words import canonical

PORT = 514


class Syslog:
    """Sends lines to a socket of this machine, or udp://HOST:PORT, tcp://HOST:PORT.

    One that does not answer stops nothing.
    """

    def __init__(self, address: str) -> None:
        self.address = address

    def __call__(self, line: Line) -> None:
        """Send one line."""
        shape = {
            "n": line.n, "at": line.at, "kind": line.kind, "id": line.id, "prev": line.prev,
            "hash": line.hash,
        }  # fmt: skip
        record = logging.LogRecord(
            "greffe", logging.INFO, "", 0, f"greffe: {canonical(shape)}", None, None
        )
        with suppress(OSError), closing(_handler(self.address)) as handler:
            handler.emit(record)


def _handler(address: str) -> SysLogHandler:
    facility = SysLogHandler.LOG_AUTHPRIV
    if Path(address).is_absolute():
        handler = SysLogHandler(address, facility)
    else:
        parts = urlsplit(address)
        kind = socket.SOCK_STREAM if parts.scheme == "tcp" else socket.SOCK_DGRAM
        handler = SysLogHandler((parts.hostname or "", parts.port or PORT), facility, kind)
    handler.handleError = lambda record: None  # type: ignore[method-assign]
    return handler
