"""One writing run at a time per data folder: a lock which the kernel drops when we die."""

from __future__ import annotations

import fcntl
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from ingest.trouble import RunLocked


@contextmanager
def run_lock(data: Path) -> Iterator[None]:
    """Hold the lock of the data folder's writer.

    Raises:
        RunLocked: another process holds it; the facts name its pid, command and start.
    """
    path = data / "run" / "ingest.lock"
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


def _owner(path: Path) -> dict[str, object]:
    try:
        owner = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        owner = {}
    return {key: owner.get(key, "?") for key in ("pid", "command", "since")}
