"""How long a question takes, how long the start, how much memory.

    python -m evals.latency --data DIR --questions FILE… [--asker ask|search|both] [--n 200]

The start is counted from the start of this process to the first answer, imports and the
loading of the model included. Questions are then put one after the other, each on its own
(follow-ups too), going round the files until `--n` is reached; `distinctes` says how many
different ones there were, since a repeated question may find its embedding kept.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.questions import QuestionsInvalid, read_questions
from evals.run import Desk, Talk, timed
from evals.timing import Times, machine, times, times_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LIMIT = 10  # hits a search asks for, as on the page


@dataclass(frozen=True, slots=True)
class Latency:
    """What was measured."""

    start_s: float  # process start → first answer
    calls: dict[str, Times | None]  # "search", "ask"
    distinct: int  # different questions among those put
    memory_mb: dict[str, float]  # resident: "greffe", "chroma"; after the last question
    machine: dict[str, str]


def measure(
    desk: Desk, opening: Talk, questions: Sequence[str], *, asker: str, n: int, data: Path
) -> Latency:
    """Put the questions. `asker` is "ask", "search" or "both"; `n` is for each of them."""

    def search(question: str) -> bool:
        desk.search(question, conversation=opening, fonds=None, limit=LIMIT)
        return True

    def ask(question: str) -> bool:
        return desk.ask(question, conversation=opening, fonds=None).status != "error"

    askers = {"search": search, "ask": ask}
    chosen = list(askers) if asker == "both" else [asker]
    askers[chosen[-1]](questions[0])
    start_s = time.time() - _process_start()
    calls = {name: _put(askers[name], questions, n) for name in chosen}
    memory = {"greffe": resident_mb(os.getpid()), "chroma": resident_mb(chroma_pid(data))}
    kept = {name: mb for name, mb in memory.items() if mb is not None}
    return Latency(round(start_s, 2), calls, min(n, len(set(questions))), kept, machine())


def _put(asker: Callable[[str], bool], questions: Sequence[str], n: int) -> Times | None:
    spent: list[float] = []
    errors = 0
    for question in itertools.islice(itertools.cycle(questions), n):
        well, seconds = timed(partial(asker, question))
        spent.append(seconds)
        errors += not well
    return times(spent, errors)


def _process_start() -> float:
    import psutil

    return float(psutil.Process().create_time())


def resident_mb(pid: int | None) -> float | None:
    """Resident memory of a process; None when there is no such process."""
    import psutil

    try:
        return round(psutil.Process(pid).memory_info().rss / 1e6, 1) if pid else None
    except psutil.NoSuchProcess:
        return None


def chroma_pid(data: Path) -> int | None:
    """The process that serves the vectors of this data folder: it is nobody's child."""
    try:
        return int(json.loads((data / "run" / "chroma.json").read_bytes())["pid"])
    except (OSError, ValueError, KeyError):
        return None


def show(found: Latency) -> None:
    """The table, on stdout."""
    from rich.console import Console

    console = Console()
    console.print(times_table("Durées", found.calls))
    memory = ", ".join(f"{name} {mb:.0f} Mo" for name, mb in found.memory_mb.items())
    console.print(f"premier appel après {found.start_s:.1f} s ; mémoire : {memory}")
    facts = ", ".join(f"{name} : {value}" for name, value in found.machine.items())
    console.print(f"{found.distinct} questions distinctes ; {facts}")


def main(words: Sequence[str] | None = None) -> int:
    """The exit code: 0, or 3 when a question file cannot be read."""
    options = _options().parse_args(words)
    try:
        sets = [read_questions(file) for file in options.questions]
    except QuestionsInvalid as trouble:
        print(trouble, file=sys.stderr)
        return 3
    from app.settings import load
    from evals.opening import opened

    questions = [question.text for one in sets for question in one.questions]
    with opened(load(options.data)) as (desk, opening, _):
        found = measure(
            desk, opening, questions, asker=options.asker, n=options.n, data=options.data
        )
    if options.json:
        print(json.dumps(asdict(found), ensure_ascii=False))
    else:
        show(found)
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m evals.latency", description="Durée des réponses.")
    add: Callable[..., Any] = parser.add_argument
    add("--data", type=Path, required=True, help="dossier de données")
    add("--questions", type=Path, nargs="+", required=True, help="fichiers de questions")
    add("--asker", choices=["ask", "search", "both"], default="both", help="ce qui est mesuré")
    add("--n", type=int, default=200, help="nombre d'appels de chaque sorte")
    add("--json", action="store_true", help="JSON sur la sortie standard")
    return parser


if __name__ == "__main__":
    sys.exit(main())
