"""What memory a question takes beyond what the program holds anyway.

    python -m evals.question_memory --data DIR --questions FILE [--at-once 8] [--n 200]

The resident memory of this process is read after as many questions to warm up; then its peak
(VmHWM, begun anew by clear_refs) over `n` questions, `--at-once` threads asking at the same time.
Every fourth question is as long as questions may be. Linux.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from evals.latency import resident_mb
from evals.timing import machine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.answer import Desk


def peak_mb() -> float:
    """The most resident memory of this process since it began, or since clear_refs."""
    found = re.search(r"^VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.M)
    assert found is not None
    return int(found[1]) * 1024 / 1e6


def measure(desk: Desk, questions: Sequence[str], n: int, at_once: int) -> tuple[float, float]:
    """Megabytes before, and at the peak."""
    from app.answer import LONGEST_QUESTION

    longest = (" ".join(questions) * 50)[:LONGEST_QUESTION]
    asked = [
        longest if at % 4 == 0 else question
        for at, question in enumerate(itertools.islice(itertools.cycle(questions), n))
    ]
    with ThreadPoolExecutor(at_once) as threads:
        list(threads.map(desk.ask, asked))
        Path("/proc/self/clear_refs").write_text("5")
        before = resident_mb(os.getpid()) or 0.0
        list(threads.map(desk.ask, asked))
    return before, peak_mb()


def main(words: Sequence[str] | None = None) -> int:
    """The exit code."""
    from app.assembly import open_desk
    from app.settings import load

    options = _options().parse_args(words)
    questions = [json.loads(line)["question"] for line in options.questions.open(encoding="utf-8")]
    with open_desk(load(options.data)) as desk:
        before, peak = measure(desk, questions, options.n, options.at_once)
    print(f"avant {before:.0f} Mo, au plus {peak:.0f} Mo : {(peak - before) / options.at_once:.1f}"
          f" Mo par question en cours ({options.at_once} à la fois)")  # fmt: skip
    print(", ".join(f"{name} : {value}" for name, value in machine().items()))
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="evals.question_memory", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--n", type=int, default=200)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
