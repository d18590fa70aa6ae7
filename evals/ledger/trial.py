"""The trial of the ledger: sentences whose truth is known, and what it shows of them.

A case holds a passage of a real record and a sentence about it, true or with one error planted.
The files of `trial.jsonl` are shared out in two halves by their names' hashes, so that no document
is in both: « dev » to work with, « final » to be looked at for the figures only. `second.jsonl`
holds other documents, to work with as well: « dev2 ».
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.noise import wilson

HERE = Path(__file__).parent
TRIAL = HERE / "trial.jsonl"
SECOND = HERE / "second.jsonl"
PARTS = ("dev", "dev2", "final")
TRUE = ("verbatim", "paraphrase")
DETERMINISTIC = ("figure", "date", "number", "article", "vote")  # errors that code alone can see
OTHERS = (
    "amount_line", "name", "negation", "decision", "modality", "for_against", "tax",
    "proposed_adopted", "unit", "period", "scope", "other",
)  # fmt: skip
CLASSES = (*TRUE, *DETERMINISTIC, *OTHERS)
SHOWN = ("verbatim", "supported")  # statuses under which a sentence is shown as fact
_SALT = "21649 "  # of 30,000, the one under which the halves hold most nearly as much of each class

Judge = Callable[[str, Sequence[str]], str]  # sentence, sources → status


@dataclass(frozen=True, slots=True)
class Case:
    """One sentence about one passage."""

    id: str
    file: str
    page: int  # 1-based
    source: str
    sentence: str
    truth: bool
    kind: str  # one of CLASSES: how a true sentence is told, which error a false one holds


@dataclass(frozen=True, slots=True)
class Row:
    """What the ledger showed of some cases."""

    name: str
    truth: bool
    n: int
    verbatim: int
    supported: int

    @property
    def shown(self) -> float:
        """The share shown as fact: all of the true ones and none of the false, were it perfect."""
        return (self.verbatim + self.supported) / self.n if self.n else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Its Wilson 95 % interval."""
        return wilson(self.verbatim + self.supported, self.n)


def half(file: str) -> str:
    """« dev » or « final », by the file's name."""
    return "final" if int(hashlib.sha256((_SALT + file).encode()).hexdigest(), 16) % 2 else "dev"


def read(file: Path = TRIAL) -> list[Case]:
    """The cases of a file.

    Raises:
        OSError, ValueError, KeyError: it cannot be read, or a line is no case.
    """
    lines = file.read_text(encoding="utf-8").splitlines()
    return [_case(json.loads(line)) for line in lines if line.strip()]


def part(name: str, trial: Path = TRIAL, second: Path = SECOND) -> list[Case]:
    """The cases of one of PARTS.

    Raises:
        OSError, ValueError, KeyError: as `read` does.
    """
    if name == "dev2":
        return read(second)
    return [case for case in read(trial) if half(case.file) == name]


def _case(line: dict[str, Any]) -> Case:
    if line["class"] not in CLASSES or line["truth"] != (line["class"] in TRUE):
        raise ValueError(f"{line['id']} : classe {line['class']}, {line['truth']}")
    fields = ("id", "file", "page", "source", "sentence", "truth")
    return Case(**{name: line[name] for name in fields}, kind=line["class"])


def judged(cases: Iterable[Case], judge: Judge) -> list[tuple[Case, str]]:
    """Each case with the status that it gets."""
    return [(case, judge(case.sentence, [case.source])) for case in cases]


def rows(verdicts: Sequence[tuple[Case, str]]) -> list[Row]:
    """One row a class, then sums: true, deterministic errors, other errors."""
    kinds = {case.kind for case, _ in verdicts}
    found = [_row(kind, (kind,), verdicts) for kind in CLASSES if kind in kinds]
    sums = (("all true", TRUE), ("deterministic", DETERMINISTIC), ("others", OTHERS))
    return found + [_row(name, of, verdicts) for name, of in sums if kinds & set(of)]


def _row(name: str, kinds: Sequence[str], verdicts: Sequence[tuple[Case, str]]) -> Row:
    statuses = [status for case, status in verdicts if case.kind in kinds]
    verbatim, supported = (statuses.count(status) for status in SHOWN)
    return Row(name, kinds[0] in TRUE, len(statuses), verbatim, supported)


def wrong(verdicts: Iterable[tuple[Case, str]]) -> list[tuple[Case, str]]:
    """The true sentences that are not shown, and the false ones that are."""
    return [(case, status) for case, status in verdicts if case.truth != (status in SHOWN)]
