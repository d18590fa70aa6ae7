"""How a run's time and memory grow with what is already there.

    python -m evals.growth --scratch DIR --passages 10000 100000 1000000
    python -m evals.growth --scratch DIR --unchanged 500000

With `--passages`, a town is filled to each size in turn; there the same amount of new files is
brought in by a whole run of `ingest.pipeline`, then a run finds nothing new. A passage should cost
the same at each size. With `--unchanged`, as many small files lie on the disk, a passage each,
and runs find that nothing has changed; what is drawn then has 32 places and not 384, since no run
looks at it. Texts and vectors are drawn (evals/drawn_town.py), files, stores and runs are real.

Beside each duration stands the processor time of this process, of its readers and of the Chroma
server: on a machine that does other things too, it is the fairer of the two.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.drawn_town import FONDS, DrawnTown, drawn_town, drawn_words
from evals.latency import chroma_pid, resident_mb
from evals.timing import machine
from ingest.discover import Found, walk
from ingest.pipeline import Options, ingest

if TYPE_CHECKING:
    from ingest.report import Report

PASSAGES = 20  # in a file that is drawn
WORDS = 60  # in a passage: 380 characters
NEW = 100  # files that the measured run brings in, of about 10 passages
_A_FOLDER = 1000  # files


@dataclass(frozen=True, slots=True)
class Cost:
    """What something took."""

    seconds: float
    processor_s: float


@dataclass(frozen=True, slots=True)
class Size:
    """What was measured with so many passages in the fonds."""

    passages: int
    filled: int  # passages published on the way from the size before
    filling: Cost
    new: int  # passages that the measured run brought in
    bringing_in: Cost
    report: dict[str, object]  # of that run
    nothing_new: Cost
    memory_mb: dict[str, float]  # resident: "greffe", "chroma"
    disk_mb: float


def grow(scratch: Path, sizes: Sequence[int], new: int = NEW) -> Iterator[Size]:
    """Fill a town to each size and measure there."""
    there = 0
    with drawn_town(scratch / "donnees") as town:
        clock = _Clock(scratch / "donnees")
        for size in sizes:
            files = range(there // PASSAGES, size // PASSAGES)
            drawn = (Found(Path("/dessin"), f"acte-{n}.txt", 1, 1) for n in files)
            filling = clock.of(lambda drawn=drawn: town.fill(drawn, PASSAGES, WORDS))  # type: ignore[misc]
            folder = written(scratch / f"neuf-{size}", new, seed=size)
            reports: list[Report] = []
            bringing_in = clock.of(lambda f=folder, r=reports: r.append(run(town, f)))  # type: ignore[misc]
            nothing_new = clock.of(lambda f=folder, r=reports: r.append(run(town, f)))  # type: ignore[misc]
            brought = reports[0].passages
            yield Size(
                len(town.catalogue.live_ids(FONDS)), len(files) * PASSAGES, filling, brought,
                bringing_in, reports[0].as_dict(), nothing_new, _memory(scratch / "donnees"),
                _disk_mb(scratch / "donnees"),
            )  # fmt: skip
            there = size


def run(town: DrawnTown, folder: Path) -> Report:
    """A whole run over a folder."""
    options = Options(workers=len(os.sched_getaffinity(0)))
    return ingest([folder], FONDS, town.catalogue, town.vectors, town.indexes, options)


@dataclass(frozen=True, slots=True)
class Nights:
    """What runs over an unchanged folder took."""

    files: int
    nights: list[Cost]
    median_s: float
    read_again: int  # files that a run did not take for unchanged
    memory_mb: dict[str, float]


def unchanged(scratch: Path, files: int, nights: int) -> Nights:
    """Write files, make them known, and run over them night after night."""
    folder, data = written_small(scratch / "actes", files), scratch / "donnees-nuits"
    with drawn_town(data, width=32) as town:
        if not town.catalogue.fonds():
            town.fill(walk(folder), 1, 8)
        clock = _Clock(data)
        reports: list[Report] = []
        costs = [clock.of(lambda: reports.append(run(town, folder))) for _ in range(nights)]
        again = sum(files - report.unchanged for report in reports)
        median = statistics.median(cost.seconds for cost in costs)
        return Nights(files, costs, median, again, _memory(data))


def written(folder: Path, count: int, seed: int) -> Path:
    """New files of about ten passages."""
    folder.mkdir(parents=True, exist_ok=True)
    dice = random.Random(seed)  # noqa: S311
    for number in range(count):
        paragraphs = (" ".join(drawn_words(dice, 130)) for _ in range(10))
        (folder / f"neuf-{number}.txt").write_text("\n\n".join(paragraphs))
    return folder


def written_small(folder: Path, count: int) -> Path:
    """Files of one line, a thousand a folder; those that are there stay."""
    for number in range(count):
        below = folder / f"{number // _A_FOLDER:04}"
        if number % _A_FOLDER == 0:
            below.mkdir(parents=True, exist_ok=True)
        file = below / f"note-{number}.txt"
        if not file.exists():
            file.write_text(f"Note de service numéro {number}.")
    return folder


class _Clock:
    """Times things, with the processor time that they took here and in Chroma."""

    def __init__(self, data: Path) -> None:
        self._data = data

    def of(self, act: Callable[[], object]) -> Cost:
        started, before = time.perf_counter(), self._processor()
        act()
        spent = self._processor() - before
        return Cost(round(time.perf_counter() - started, 2), round(spent, 2))

    def _processor(self) -> float:
        import psutil

        pid = chroma_pid(self._data)
        chroma = psutil.Process(pid).cpu_times() if pid else None
        here = os.times()
        spent = here.user + here.system + here.children_user + here.children_system
        return spent + (chroma.user + chroma.system if chroma else 0.0)


def _memory(data: Path) -> dict[str, float]:
    held = {"greffe": resident_mb(os.getpid()), "chroma": resident_mb(chroma_pid(data))}
    return {name: mb for name, mb in held.items() if mb is not None}


def _disk_mb(data: Path) -> float:
    return round(sum(file.stat().st_size for file in data.rglob("*") if file.is_file()) / 1e6, 1)


def main(words: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 1 when a run has read again what had not changed."""
    asked = _options().parse_args(words)
    asked.scratch.mkdir(parents=True, exist_ok=True)
    print(json.dumps(machine(), ensure_ascii=False))
    for size in grow(asked.scratch, sorted(asked.passages), asked.new) if asked.passages else ():
        print(json.dumps(asdict(size), ensure_ascii=False), flush=True)
    if not asked.unchanged:
        return 0
    found = unchanged(asked.scratch, asked.unchanged, asked.nights)
    print(json.dumps(asdict(found), ensure_ascii=False))
    return 1 if found.read_again else 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m evals.growth", description="Ce que coûte la taille")
    add: Callable[..., Any] = parser.add_argument
    add("--scratch", type=Path, required=True, help="dossier de travail, à effacer ensuite")
    add("--passages", type=int, nargs="*", default=[], help="tailles où mesurer")
    add("--new", type=int, default=NEW, help="fichiers neufs à chaque taille")
    add("--unchanged", type=int, default=0, help="fichiers inchangés")
    add("--nights", type=int, default=3, help="indexations du dossier inchangé")
    return parser


if __name__ == "__main__":
    sys.exit(main())
