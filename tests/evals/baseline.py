"""The baseline that CI holds the embedded default against: `python -m tests.evals.baseline`.

Run it after a change that is meant to move a figure, and say in docs/log.md what moved.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.settings import load
from evals.command import baseline
from evals.compare import compare
from evals.opening import opened
from evals.questions import QuestionSet, read_questions
from evals.report import Report, save
from evals.report import load as read_report
from evals.run import evaluate
from tests.command_line import ROOT, greffe
from tests.conftest import SAMPLE, new_town

QUESTIONS = ROOT / "evals" / "exemple.jsonl"
BASELINE = baseline("exemple")
COMMAND = "python -m tests.evals.baseline"
# what takes OCR or is set aside, and long files that no question is about: CI is in a hurry
LEFT_OUT = (
    "*scan*", "2024-032*", "personnel", "PV_2025*", "reglement-interieur*", "Convocation*",
)  # fmt: skip

Put = Callable[[QuestionSet], Report]


@contextmanager
def examined(folder: Path, models: Path) -> Iterator[Put]:
    """Puts questions to most of the sample town; without its scans, so that OCR does not count."""
    models.mkdir(exist_ok=True)
    data, records = new_town(folder / "donnees", models), folder / "mairie"
    shutil.copytree(SAMPLE, records, ignore=shutil.ignore_patterns(*LEFT_OUT))
    ran = greffe(data, "ingest", records)
    assert ran.code == 0, ran.err
    with opened(load(data)) as (desk, empty, facts):
        yield lambda some: evaluate(
            desk, [some], opening=empty, searched=False, settings=facts, command=COMMAND
        )


def main() -> None:
    """Make it anew, and print what changed beyond the noise."""
    before = read_report(BASELINE) if BASELINE.exists() else None
    with tempfile.TemporaryDirectory() as name, \
            examined(Path(name), Path(name) / "modeles") as put:  # fmt: skip
        report = put(read_questions(QUESTIONS))
    save(report, BASELINE)
    for one in compare(report, before).differences if before else ():
        print(f"{one.measure}: {one.before:.3f} -> {one.after:.3f}")


if __name__ == "__main__":
    main()
