"""`greffe eval`: question files in; a table or JSON on stdout, progress on stderr."""

from __future__ import annotations

import json
import shlex
import sys
import time
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.compare import Comparison, compare
from evals.questions import read_questions
from evals.report import Report, save, to_json
from evals.run import Desk, Talk, evaluate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rich.console import Console

BASELINES = Path(__file__).parent / "baselines"
_EVERY = 2.0  # seconds between two lines
WIDTH = 160  # of the tables where stdout is no terminal


def run_eval(
    desk: Desk,
    files: Sequence[Path],
    *,
    opening: Talk,
    fonds: Sequence[str] | None = None,
    limit: int | None = None,
    settings: Mapping[str, str] | None = None,
    options: Mapping[str, str] | None = None,
) -> Report:
    """Read the files and put their questions, with a progress bar on stderr.

    `limit` keeps the first questions of each file; `options` are others of the command that
    were given, for the report. Raises QuestionsInvalid before the
    first question is put.
    """
    sets = [read_questions(file) for file in files]
    if limit is not None:
        sets = [one.first(limit) for one in sets]
    with _progress(sum(len(one.questions) for one in sets)) as advance:
        return evaluate(
            desk,
            sets,
            opening=opening,
            fonds=fonds,
            settings=settings,
            command=command_line(files, fonds=fonds, limit=limit, options=options),
            progress=lambda done, total: advance(done),
        )


def command_line(
    files: Sequence[Path],
    *,
    fonds: Sequence[str] | None = None,
    limit: int | None = None,
    options: Mapping[str, str] | None = None,
) -> str:
    """What to type to get the same figures again."""
    words = ["greffe", "eval", *(str(file) for file in files)]
    for name in fonds or ():
        words += ["--fonds", name]
    if limit is not None:
        words += ["--limit", str(limit)]
    for name, value in (options or {}).items():
        words += [name, value]
    return shlex.join(words)


def finish(
    report: Report,
    *,
    as_json: bool = False,
    save_to: str = "",
    before: Report | None = None,
    folder: Path | None = None,
    console: Console | None = None,
) -> Comparison | None:
    """Print the report, keep it where `save_to` says (see `baseline`), compare it.

    `folder`: where it is written to be read, with its charts.
    """
    comparison = compare(report, before) if before is not None else None
    if folder is not None:
        from evals.folder import write_report

        write_report(folder, report, comparison, before)
    if save_to:
        save(report, baseline(save_to))
    if as_json:
        data = to_json(report)
        if comparison is not None:
            data["comparison"] = comparison_json(comparison)
        print(json.dumps(data, ensure_ascii=False))
    else:
        _print(report, comparison, console)
    return comparison


def baseline(name: str) -> Path:
    """The file that `--save` or `--compare` names: a path, or a bare name of `BASELINES`."""
    bare = "/" not in name and "\\" not in name and not name.endswith(".json")
    return BASELINES / f"{name}.json" if bare else Path(name)


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    data = asdict(comparison)
    for item, difference in zip(data["measured"], comparison.measured, strict=True):
        item["better"] = difference.better
    data["differences"] = [item for item in data["measured"] if item["beyond"]]
    return data


def _print(report: Report, comparison: Comparison | None, console: Console | None) -> None:
    from rich.console import Console

    from evals.table import comparison_tables, report_tables

    console = console or Console()
    if not console.is_terminal:
        console = Console(file=console.file, width=WIDTH)
    console.print(report_tables(report))
    if comparison is not None:
        console.print(comparison_tables(comparison))


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """A bar on stderr, elsewhere a line now and then; told how many questions are done."""
    from rich.console import Console
    from rich.progress import Progress

    if not sys.stderr.isatty():
        said = time.monotonic()

        def say(done: int) -> None:
            nonlocal said
            if time.monotonic() - said >= _EVERY:
                said = time.monotonic()
                print(f"Questions : {done} sur {total}", file=sys.stderr, flush=True)

        yield say
        return
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Questions", total=total)
        yield lambda done: bar.update(task, completed=done)
