"""The real command line, in a process of its own or in this one, and what came of it."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import os
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
    """Run `greffe WORDS` as a process; `before` runs in it first; `changed`: its environment."""
    done = subprocess.run(
        [*GREFFE, *map(str, words)], capture_output=True, text=True, timeout=240,
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


def wait_until_open(server: subprocess.Popen[Any], port: int, path: str = "/") -> None:
    """Wait until a server of ours answers 200 there; fails if it ends, or after three minutes."""
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        assert server.poll() is None, f"the server has ended: {server.communicate()}"
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
        finally:
            connection.close()
    raise AssertionError("the server did not open")


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
