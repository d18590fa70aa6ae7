"""Many people at once before one page: `python -m evals.many_users --data DIR --questions FILE`.

A real `greffe serve` with as many accounts as people, made in DIR for it and removed again: give it
a copy. Each logs in, asks a question of the file, opens the page of the first citation, reads for
some seconds and asks again, until the time is over. Said: how long until the first sentence and
until the end, what else than an answer was got, and the server's memory, every half minute. All
come from one address: a login that the server refuses ends the bench with what was said.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import secrets
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import psutil

from evals.page_opening import server
from evals.timing import machine, times
from evals.while_flooded import Clerk, people_of

WEIGHED_S = 30
_IMAGE = re.compile(r"/page/\d+/\d+\.webp\?[\w=&-]+")


@dataclass
class Seen:
    """What everybody got, in seconds. Lists are added to by all threads."""

    first: list[float] = field(default_factory=list[float])
    whole: list[float] = field(default_factory=list[float])
    images: list[float] = field(default_factory=list[float])
    wrong: Counter[str] = field(default_factory=Counter[str])


def one_person(
    clerk: Clerk, questions: Sequence[str], until: float, pause: float, seen: Seen, seed: int
) -> None:
    """Ask, open, read, until the time is over."""
    chance = random.Random(seed)  # noqa: S311
    time.sleep(chance.uniform(0, pause))
    while time.monotonic() < until:
        started = time.perf_counter()
        try:
            status, said, first = ask(clerk, chance.choice(questions))
            if status != 200 or b"process_completed" not in said or b'"success":false' in said:
                seen.wrong[f"question {status} {said[-80:]!r}"] += 1
            else:
                seen.first.append((first or time.perf_counter()) - started)
                seen.whole.append(time.perf_counter() - started)
                _open(clerk, said, seen)
        except OSError as error:
            seen.wrong[type(error).__name__] += 1
        time.sleep(chance.uniform(0.5 * pause, 1.5 * pause))


def ask(clerk: Clerk, question: str) -> tuple[int, bytes, float | None]:
    """Status, all that was said, and when the first sentence or refusal came."""
    page = secrets.token_hex(6)
    data: list[object] = [question, None, [], [], "", "", ""]
    sent = {"data": data, "fn_index": clerk.function, "session_hash": page}
    status, said = clerk.send(
        "POST", "/gradio_api/queue/join", json.dumps(sent), "application/json"
    )  # fmt: skip
    if status != 200:
        return status, said, None
    first: list[float] = []

    def look(line: bytes) -> None:
        if not first and (b"phrase" in line or b"refus" in line):
            first.append(time.perf_counter())

    status, said = clerk.send("GET", f"/gradio_api/queue/data?session_hash={page}", look=look)
    return status, said, first[0] if first else None


def _open(clerk: Clerk, said: bytes, seen: Seen) -> None:
    found = _IMAGE.search(unescape(said.decode("utf-8", "replace")))
    if found is None:
        return
    started = time.perf_counter()
    status, _ = clerk.get(found[0])
    seen.images.append(time.perf_counter() - started)
    if status != 200:
        seen.wrong[f"image {status}"] += 1


def memory(process: psutil.Process) -> float:
    """Megabytes of a process and those that it has started."""
    family = [process, *process.children(recursive=True)]
    return float(sum(one.memory_info().rss for one in family if one.is_running())) / 2**20


def main(arguments: Sequence[str] | None = None) -> None:
    """Let them ask, and say what they got."""
    parser = argparse.ArgumentParser(prog="python -m evals.many_users")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True, help="JSON lines: question")
    parser.add_argument("--port", type=int, default=7897)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--pause", type=float, default=20.0, help="seconds of reading")
    asked = parser.parse_args(arguments)
    lines = asked.questions.read_text("utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines if line.strip()]
    logins = [f"essai-{number}" for number in range(asked.people)]
    settings = {"GREFFE_ACCESS__LOGIN": "true"}
    with (
        people_of(asked.data, logins) as people,
        server(asked.data, asked.port, settings) as process,
    ):
        clerks = [Clerk(asked.port, *person) for person in people]
        clerks[0].answered(questions[0])  # the first one loads what it needs
        served, seen = psutil.Process(process.pid), Seen()
        weighed, until = [memory(served)], time.monotonic() + 60 * asked.minutes
        threads = [
            threading.Thread(
                target=one_person, args=(clerk, questions, until, asked.pause, seen, number)
            )
            for number, clerk in enumerate(clerks)
        ]
        for thread in threads:
            thread.start()
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(WEIGHED_S, left))
            weighed.append(memory(served))
        for thread in threads:
            thread.join()
    for name, waits in (
        ("première phrase", seen.first), ("réponse entière", seen.whole), ("image", seen.images),
    ):  # fmt: skip
        print(f"{name} : {times(waits)}")
    print(f"autre chose qu'une réponse : {dict(seen.wrong)}")
    print(f"mémoire, toutes les {WEIGHED_S} s : {', '.join(f'{one:.0f}' for one in weighed)} Mio")
    print(", ".join(f"{what} : {value}" for what, value in machine().items()))


if __name__ == "__main__":
    main()
