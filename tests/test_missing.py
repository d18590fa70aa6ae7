"""Tests that a machine cannot run are not passed over in silence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import ROOT

SKIPPING = """
import pytest
@pytest.mark.skipif(True, reason="ni strace ni espace réseau à part sur cette machine")
@pytest.mark.parametrize("n", [1, 2])
def test_proof(n): pass
def test_here(): pytest.skip("seul : rien à voir")
def test_done(): pass
@pytest.mark.xfail(reason="strace")
def test_known(): assert False
"""


def ran(folder: Path, **surroundings: str) -> tuple[int, str, str]:
    """Exit code, what was printed, what was written for whoever ran it."""
    (folder / "test_some.py").write_text(SKIPPING, "utf-8")
    told = folder / "skipped"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "tests.missing", "--rootdir",
         str(folder), "-c", os.devnull, str(folder)],
        capture_output=True, text=True, cwd=ROOT, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SKIPPED": str(told), **surroundings},
    )  # fmt: skip
    return done.returncode, done.stdout, told.read_text("utf-8")


def test_what_was_skipped_is_told_with_its_reason(tmp_path: Path) -> None:
    code, printed, told = ran(tmp_path, NOTHING_MISSING="")
    assert code == 0
    assert told.splitlines()[1:] == [
        "  2 : ni strace ni espace réseau à part sur cette machine", "  1 : seul : rien à voir",
    ]  # fmt: skip
    assert told in printed


@pytest.mark.parametrize(("wanted", "code"), [("tesseract strace", 1), ("tesseract", 0)])
def test_where_a_part_may_not_be_missing_its_tests_fail(
    tmp_path: Path, wanted: str, code: int
) -> None:
    failed, printed, told = ran(tmp_path, NOTHING_MISSING=wanted)
    assert failed == code
    assert ("ne doit pas manquer ici : ni strace" in printed) is bool(code)
    assert ("strace" in told) is not bool(code)


def test_ci_ends_with_what_was_skipped() -> None:
    *_, last = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    assert last == 'cat "$SKIPPED"'
