"""How long from `greffe serve` to the first answer read in a browser, and what the server weighs.

    python -m evals.page_opening --data DIR --question "…" [--port 7899] [--runs 3]

Real processes: a new `greffe serve` each time, and Debian's chromium driven by Playwright. Needs
the extra `dev`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from evals.timing import machine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from playwright.sync_api import Page

PATIENCE_S = 120.0


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one line a run: page open, first answer (seconds), memory (MB, children included)."""
    parser = argparse.ArgumentParser(prog="python -m evals.page_opening")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--question", required=True)
    parser.add_argument("--port", type=int, default=7899)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args(arguments)
    for run in range(1, asked.runs + 1):
        opened, answered, memory = _once(asked.data, asked.question, asked.port)
        print(
            f"{run} : page ouverte {opened:.1f} s, réponse lue {answered:.1f} s,"
            f" mémoire {memory:.0f} Mo"
        )
    print(", ".join(f"{what} : {value}" for what, value in machine().items()))


def _once(data: Path, question: str, port: int) -> tuple[float, float, float]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"))
        page = browser.new_page()
        started = time.monotonic()
        with server(data, port) as process:
            _until_it_listens(page, f"http://127.0.0.1:{port}/", started)
            page.wait_for_selector("#question textarea", timeout=PATIENCE_S * 1000)
            opened = time.monotonic() - started
            page.fill("#question textarea", question)
            page.press("#question textarea", "Enter")
            page.wait_for_selector("#reponse .tour p", timeout=PATIENCE_S * 1000)
            answered = time.monotonic() - started
            memory = sum(_resident_mb(pid) for pid in _family(process.pid))
            browser.close()
    return opened, answered, memory


@contextmanager
def server(
    data: Path, port: int, settings: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A new `greffe serve`, with these variables in its environment, until the block ends."""
    command = [sys.executable, "-m", "app.cli", "--data", str(data), "serve"]
    environment = os.environ | {"GREFFE_PAGE__PORT": str(port), **(settings or {})}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)


def _until_it_listens(page: Page, address: str, started: float) -> None:
    from playwright.sync_api import Error

    while True:
        try:
            page.goto(address, timeout=PATIENCE_S * 1000)
        except Error:
            if time.monotonic() - started > PATIENCE_S:
                raise
            time.sleep(0.1)
        else:
            return


def _family(pid: int) -> list[int]:
    """A process and its descendants."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += _family(int(child))
    return found


def _resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    main()
