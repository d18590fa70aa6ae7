"""One writing run at a time per data folder: a lock which the kernel drops when we die."""

from __future__ import annotations

import fcntl
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ingest.trouble import RunLocked

FILE = Path("run") / "ingest.lock"


@dataclass(frozen=True, slots=True)
class Owner:
    """Who holds the lock."""

    pid: int
    command: str
    since: str  # local time, ISO 8601


def owner(data: Path) -> Owner | None:
    """Who holds the lock now; None where nobody does. Asking does not touch the lock."""
    path = data / FILE
    try:
        inode = path.stat().st_ino
        held = any(
            words[1] == "FLOCK" and words[5].rpartition(":")[2] == str(inode)
            for words in map(str.split, Path("/proc/locks").read_text("ascii").splitlines())
            if len(words) > 5
        )
    except OSError:
        return None
    found = _owner(path) if held else {}
    if not isinstance(found.get("pid"), int):
        return None
    return Owner(found["pid"], str(found["command"]), str(found["since"]))


@contextmanager
def run_lock(data: Path) -> Iterator[None]:
    """Hold the lock of the data folder's writer.

    Raises:
        RunLocked: another process holds it; the facts name its pid, command and start.
    """
    path = data / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunLocked(path=str(path), **_owner(path)) from None
        stream.truncate(0)
        json.dump(
            {
                "pid": os.getpid(),
                "command": " ".join(sys.argv),
                "since": datetime.now().astimezone().isoformat(timespec="seconds"),
            },
            stream,
        )
        stream.flush()
        try:
            yield
        finally:
            stream.truncate(0)


def _owner(path: Path) -> dict[str, Any]:
    try:
        owner = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        owner = {}
    return {key: owner.get(key, "?") for key in ("pid", "command", "since")}
