"""One browser for all tests that look at a page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.command_line import PATIENCE_S

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


class Patient:
    """A browser whose pages wait long enough on a machine that is busy."""

    def __init__(self, launched: Any) -> None:
        self._launched = launched

    def new_context(self, **how: Any) -> Any:
        """A visitor of their own, with cookies of their own."""
        context = self._launched.new_context(**how)
        context.set_default_timeout(1000 * PATIENCE_S)
        return context


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("ni chromium ni google-chrome sur cette machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM, args=ARGUMENTS, timeout=1000 * PATIENCE_S
        )
        yield Patient(launched)
        launched.close()
