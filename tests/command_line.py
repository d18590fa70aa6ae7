"""The real command line, in a process of its own or in this one, and what came of it."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent
GREFFE = [sys.executable, "-m", "app.cli"]
# Ctrl-C counts for a child even where the tests themselves run in the background.
INTERRUPTIBLE = ["env", "--default-signal=INT"]
PATIENCE_S = 120.0  # for whatever is awaited: on a busy machine too, only a failure takes as long
_OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")


@dataclass(frozen=True)
class Ran:
    """What a command left: the verdict, the answer, the talk."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The answer as data."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """The answers of a batch as data."""
        return [json.loads(line) for line in self.out.splitlines()]


def environment(data: Path, **changed: str) -> dict[str, str]:
    """The environment of a command, without what the developer's own may say."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GREFFE_")}
    return {**kept, "GREFFE_DATA": str(data), "PYTHONPATH": str(ROOT), **changed}


def process(
    data: Path, *words: str | Path, before: Callable[[], None] | None = None, **changed: str
) -> Ran:
    """Run `greffe WORDS` as a process; `before` runs in it first; `changed`: its environment.

    No time limit but the test's own: beside others such a command has taken four minutes.
    """
    done = subprocess.run(
        [*GREFFE, *map(str, words)], capture_output=True, text=True,
        env=environment(data, **changed), cwd=data.parent, check=False, preexec_fn=before,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr)


def greffe(data: Path, *words: str | Path, stdin: str = "", **changed: str) -> Ran:
    """The same inside this process: libraries that take 7 s to import are there already."""
    from app.cli import app, guarded

    out, err = io.StringIO(), io.StringIO()
    with _as_in(data, changed), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        before, sys.stdin = sys.stdin, io.StringIO(stdin)
        try:
            code = guarded(
                lambda: app(list(map(str, words)), standalone_mode=False, prog_name="greffe")
            )
        finally:
            sys.stdin = before
    return Ran(code, out.getvalue(), err.getvalue())


def started(data: Path, *words: str | Path) -> subprocess.Popen[str]:
    """`greffe WORDS` as a process that goes on beside the test."""
    return subprocess.Popen(
        [*INTERRUPTIBLE, *GREFFE, *map(str, words)], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=environment(data), cwd=data.parent, start_new_session=True,
    )  # fmt: skip


def free_port() -> int:
    """A port that nobody listens on, and that no outgoing connection is given meanwhile."""
    lowest = int(_OUTGOING.read_text().split()[0]) if _OUTGOING.exists() else 32_768
    while True:
        port = random.randrange(lowest // 2, lowest)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def wait_for(true: Callable[[], object], what: object = "it never came") -> None:
    """Wait until something is true; fails with `what` if it does not come."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def wait_until_open(server: subprocess.Popen[Any], port: int, path: str = "/") -> None:
    """Wait until a server of ours answers 200 there; fails if it ends, or if it never does."""

    def answers() -> bool:
        assert server.poll() is None, f"the server has ended: {server.communicate()}"
        with (
            contextlib.suppress(OSError, http.client.HTTPException),
            contextlib.closing(
                http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
            ) as connection,
        ):
            connection.request("GET", path)
            return connection.getresponse().status == 200
        return False

    wait_for(answers, "the server did not open")


def indexed(data: Path, file: str, text: str, fonds: str) -> Path:
    """Write a text file beside a data folder and ingest it. Its path."""
    path = data.parent / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    assert greffe(data, "ingest", path, "--fonds", fonds).code == 0
    return path


@contextlib.contextmanager
def _as_in(data: Path, changed: dict[str, str]) -> Iterator[None]:
    with mock.patch.dict(os.environ, environment(data, **changed), clear=True):
        yield
