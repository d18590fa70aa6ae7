"""Do agents keep getting answers while records are being indexed, and how fast?

    python -m evals.while_indexing --data DIR --questions FILE --ingest PATH…
        [--fonds NAME] [--url http://127.0.0.1:7860/] [--find "QUESTION=SOURCE"]

Real processes: one `greffe ask --batch -` is fed a question at a time and stays for the whole
run; `greffe ingest` runs beside it. Each answer is timed by this script. With `--url` the page
is fetched after each answer and timed as well. With `--find` the question is put before and
after to that same process: the named source must be absent first, and there at the end.
The exit code is 0 when no answer failed and everything to be found was found, else 1.
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from evals.measures import same_file
from evals.questions import read_questions
from evals.timing import Times, machine, times, times_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

STDERR = 2  # file descriptor
PATIENCE_S = 120.0  # for one answer: a start with a cold model included


class Clerk:
    """A running `greffe ask --batch -`, asked one question at a time."""

    def __init__(self, greffe: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            [*greffe, "ask", "--json", "--batch", "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._numbers = itertools.count(1)

    def put(self, question: str) -> dict[str, Any]:
        """The answer's JSON. Raises NoAnswer when the process is gone, silent or garbled."""
        number = f"q{next(self._numbers)}"
        watch = threading.Timer(PATIENCE_S, self._process.kill)
        watch.start()
        try:
            print(json.dumps({"id": number, "question": question}), file=self._in, flush=True)
            answer = json.loads(self._out.readline())
        except (OSError, ValueError) as trouble:
            raise NoAnswer(f"{question!r}: {trouble}") from trouble
        finally:
            watch.cancel()
        if not isinstance(answer, dict) or answer.get("id") != number:
            raise NoAnswer(f"{question!r}: got {answer!r}")
        return answer

    @property
    def _in(self) -> IO[str]:
        assert self._process.stdin is not None
        return self._process.stdin

    @property
    def _out(self) -> IO[str]:
        assert self._process.stdout is not None
        return self._process.stdout

    def __enter__(self) -> Clerk:
        return self

    def __exit__(self, *trouble: object) -> None:
        with suppress(OSError):  # it may be gone already
            self._in.close()
        try:
            self._process.wait(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._out.close()


class NoAnswer(Exception):
    """The process that answers gave none."""


@dataclass(slots=True)
class Phase:
    """What was asked before, during or after the ingest."""

    answers: list[float] = field(default_factory=list)  # seconds
    failed: list[str] = field(default_factory=list)  # what an answer with an error said
    pages: list[float] = field(default_factory=list)
    pages_failed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Found:
    """What was measured."""

    answers: dict[str, Times | None]  # "before", "during", "after"
    pages: dict[str, Times | None]
    failures: list[str]
    ingest_code: int
    ingest_s: float
    new_source: dict[str, bool]  # "before", "after": was the new source among the places shown
    machine: dict[str, str]

    @property
    def well(self) -> bool:
        new = not self.new_source or (self.new_source["after"] and not self.new_source["before"])
        return not self.failures and self.ingest_code == 0 and new


def watch_ingest(
    greffe: Sequence[str],
    questions: Sequence[str],
    ingest: Sequence[str],
    *,
    calm: int = 30,
    url: str | None = None,
    find: tuple[str, str] | None = None,
) -> Found:
    """Ask `calm` questions, start the ingest, ask until it ends, ask `calm` more.

    `ingest` holds the arguments of `greffe ingest`. Raises NoAnswer.
    """
    before, during, after = Phase(), Phase(), Phase()
    turn = itertools.cycle(questions)
    with Clerk(greffe) as clerk:
        clerk.put(next(turn))  # the start is not what is measured here
        shown = {"before": _shows(clerk, *find)} if find else {}
        for question in itertools.islice(turn, calm):
            _step(clerk, question, url, before)
        start = time.perf_counter()
        with _indexing(greffe, ingest) as indexing:
            while indexing.poll() is None:
                _step(clerk, next(turn), url, during)
        ingest_s = round(time.perf_counter() - start, 1)
        for question in itertools.islice(turn, calm):
            _step(clerk, question, url, after)
        if find:
            shown["after"] = _shows(clerk, *find)
    phases = {"before": before, "during": during, "after": after}
    return _found(phases, indexing.returncode, ingest_s, shown)


def _found(phases: dict[str, Phase], code: int, ingest_s: float, shown: dict[str, bool]) -> Found:
    return Found(
        answers={name: times(p.answers, len(p.failed)) for name, p in phases.items()},
        pages={name: times(p.pages, len(p.pages_failed)) for name, p in phases.items()},
        failures=[said for p in phases.values() for said in (*p.failed, *p.pages_failed)],
        ingest_code=code,
        ingest_s=ingest_s,
        new_source=shown,
        machine=machine(),
    )


def _indexing(greffe: Sequence[str], words: Sequence[str]) -> subprocess.Popen[bytes]:
    """The ingest, its talk on our stderr: our stdout is the result."""
    return subprocess.Popen([*greffe, "ingest", *words], stdout=STDERR)


def _step(clerk: Clerk, question: str, url: str | None, phase: Phase) -> None:
    start = time.perf_counter()
    answer = clerk.put(question)
    phase.answers.append(time.perf_counter() - start)
    if answer.get("status") not in ("answered", "not_in_records"):
        phase.failed.append(f"{question}: {answer.get('text') or answer.get('status')}")
    if url is None:
        return
    start = time.perf_counter()
    try:
        with urllib.request.urlopen(url, timeout=30) as page:
            page.read()
    except OSError as trouble:
        phase.pages_failed.append(f"{url}: {trouble}")
    phase.pages.append(time.perf_counter() - start)


def _shows(clerk: Clerk, question: str, source: str) -> bool:
    """Whether the source is among the places that the answer shows."""
    return any(same_file(place, source) for place in _places(clerk.put(question)))


def _places(answer: dict[str, Any]) -> Iterator[str]:
    for group in ("citations", "nearest"):
        yield from (place["source"] for place in answer.get(group) or ())


def show(found: Found) -> None:
    """The tables, on stdout."""
    from rich.console import Console

    console = Console()
    names = {"before": "avant", "during": "pendant", "after": "après"}
    for title, timed_calls in (("Réponses", found.answers), ("Pages", found.pages)):
        if any(timed_calls.values()):
            rows = {names[name]: one for name, one in timed_calls.items()}
            console.print(times_table(title, rows))
    console.print(f"indexation : {found.ingest_s} s, code {found.ingest_code}")
    for name, there in found.new_source.items():
        console.print(f"nouvelle source {names[name]} : {'trouvée' if there else 'absente'}")
    console.print(f"échecs : {len(found.failures)}", *found.failures[:10], sep="\n  ")


def main(words: Sequence[str] | None = None) -> int:
    options = _options().parse_args(words)
    questions = [q.text for file in options.questions for q in read_questions(file).questions]
    ingest = [*options.ingest, *(["--fonds", options.fonds] if options.fonds else [])]
    find = tuple(options.find.rsplit("=", 1)) if options.find else None
    greffe = [options.greffe, "--data", options.data]
    try:
        found = watch_ingest(
            greffe, questions, ingest, calm=options.calm, url=options.url, find=find
        )
    except NoAnswer as trouble:
        print(f"plus de réponse : {trouble}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(asdict(found), ensure_ascii=False))
    else:
        show(found)
    return 0 if found.well else 1


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m evals.while_indexing")
    add: Callable[..., Any] = parser.add_argument
    add("--data", required=True, help="dossier de données")
    add("--questions", type=Path, nargs="+", required=True, help="fichiers de questions")
    add("--ingest", nargs="+", required=True, help="ce qui est indexé pendant la mesure")
    add("--fonds", help="fonds où indexer")
    add("--calm", type=int, default=30, help="questions avant, et après")
    add("--url", help="page à demander après chaque réponse")
    add("--find", help="QUESTION=SOURCE : source absente avant, trouvée après")
    add("--greffe", default=str(Path(sys.executable).with_name("greffe")), help="le programme")
    add("--json", action="store_true", help="JSON sur la sortie standard")
    return parser


if __name__ == "__main__":
    sys.exit(main())
