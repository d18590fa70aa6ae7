"""What this machine lacks: skipped tests are told of, or fail where nothing may be missing.

As a plugin of pytest. `NOTHING_MISSING="strace tesseract"`: a test that is skipped for a reason
with one of these words fails. `SKIPPED=FILE`: the reasons are written there too.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest

_SAID = (
    "Tous les tests n'ont pas été faits. Passés, faute de ce qu'il faut sur cette machine"
    " (le nombre de tests, puis la raison) :"
)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport]:
    """A skip for want of what may not be missing is a failure."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = _reason(report)
        if any(word in reason for word in os.environ.get("NOTHING_MISSING", "").split()):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} : ne doit pas manquer ici : {reason}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end what was skipped, and why."""
    skipped = [one for one in terminalreporter.stats.get("skipped", [])
               if not hasattr(one, "wasxfail")]  # fmt: skip
    reasons = Counter(map(_reason, skipped))
    lines = [_SAID, *(f"  {count} : {why}" for why, count in sorted(reasons.items()))]
    told = "\n".join(lines) + "\n" if reasons else ""
    terminalreporter.write(told and "\n" + told)
    if os.environ.get("SKIPPED"):
        Path(os.environ["SKIPPED"]).write_text(told, "utf-8")


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    said = report.longrepr
    return (said[2] if isinstance(said, tuple) else str(said)).removeprefix("Skipped: ")
