"""How long one person waits for an answer while another floods the page.

    python -m evals.while_flooded --data DIR --question "…" [--port 7898] [--times 9] [--unlimited]

A real `greffe serve` with two accounts, made in DIR for it and removed again: give it a copy. One
asks calmly, then asks while the other sends questions, pages and reloads from eight connections as
fast as they are answered. The ratio is of the same run. `--unlimited` sets the limits as high as
they go, to see what they are worth.
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import secrets
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from app.access.accounts import Accounts
from app.access.groups import ALL, Groups
from app.access.store import Store
from evals.page_opening import PATIENCE_S, server
from evals.timing import machine, times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

HANDS = 8  # connections of who floods
PAUSE_S = 3.0
LOGINS = ("essai-calme", "essai-afflux")
FORM = "application/x-www-form-urlencoded"
HIGHEST = {"QUESTIONS": "1000", "REQUESTS": "100000", "AT_ONCE": "32", "ALL_AT_ONCE": "60"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the waits of both phases, their ratio, and what became of the flood."""
    parser = argparse.ArgumentParser(prog="python -m evals.while_flooded")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--question", required=True)
    parser.add_argument("--port", type=int, default=7898)
    parser.add_argument("--times", type=int, default=9)
    parser.add_argument("--unlimited", action="store_true")
    asked = parser.parse_args(arguments)
    settings = {"ACCESS__LOGIN": "true"}
    if asked.unlimited:
        settings |= {f"LIMITS__{name}": value for name, value in HIGHEST.items()}
    environment = {f"GREFFE_{name}": value for name, value in settings.items()}
    with people_of(asked.data, LOGINS) as people, server(asked.data, asked.port, environment):
        clerk, flooder = (Clerk(asked.port, *person) for person in people)
        clerk.answered(asked.question)  # the first one loads what it needs
        calm = clerk.waits(asked.question, asked.times)
        with flooding(flooder, asked.question) as statuses:
            flooded = clerk.waits(asked.question, asked.times)
    for name, waits in (("au calme", calm), ("pendant l'afflux", flooded)):
        print(f"{name} : {times(waits)}")
    before, during = (sorted(waits)[len(waits) // 2] for waits in (calm, flooded))
    print(f"rapport des médianes : {during / before:.2f}")
    print(f"l'afflux : {dict(statuses)}")
    print(", ".join(f"{what} : {value}" for what, value in machine().items()))


@dataclass
class Clerk:
    """Somebody logged in, who speaks HTTP as the page does."""

    port: int
    login: str
    password: str
    cookies: dict[str, str] = field(default_factory=dict)
    function: int = -1  # the index of « ask_typed »

    def __post_init__(self) -> None:
        self._until_it_answers()
        token = re.search(r'name="jeton" value="([^"]*)"', self.get("/connexion")[1].decode())
        fields = {"identifiant": self.login, "motdepasse": self.password}
        sent = urlencode({**fields, "jeton": token[1] if token else ""})
        status, said = self.send("POST", "/connexion", sent)
        if status != 303:  # 429: the limit by address before the login
            raise RuntimeError(f"{self.login}, connexion : {status} {said[:200].decode()}")
        config = json.loads(self.get("/config")[1])
        (found,) = [one for one in config["dependencies"] if one["api_name"] == "ask_typed"]
        self.function = found["id"]

    def get(self, path: str) -> tuple[int, bytes]:
        """A page: status and body; of a stream, up to the end of what was asked."""
        return self.send("GET", path)

    def send(
        self, method: str, path: str, body: str = "", kind: str = FORM,
        look: Callable[[bytes], None] = lambda line: None,
    ) -> tuple[int, bytes]:  # fmt: skip
        """One request; `look` is shown each line of a stream as it comes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(method, path, body or None, {"Cookie": cookie, "Content-Type": kind})
            response = connection.getresponse()
            for line in response.headers.get_all("set-cookie") or []:
                name, _, value = line.split(";")[0].partition("=")
                self.cookies[name] = value
            if "event-stream" in response.headers.get("content-type", ""):
                return response.status, b"".join(_until_done(response, look))
            return response.status, response.read()
        finally:
            connection.close()

    def ask(self, question: str) -> tuple[int, bytes]:
        """A question by the page's queue, to its end."""
        page = secrets.token_hex(6)
        data: list[object] = [question, None, [], [], "", "", ""]
        sent = {"data": data, "fn_index": self.function, "session_hash": page}
        status, said = self.send(
            "POST", "/gradio_api/queue/join", json.dumps(sent), "application/json"
        )
        if status != 200:
            return status, said
        return self.get(f"/gradio_api/queue/data?session_hash={page}")

    def answered(self, question: str) -> float:
        """Seconds until a question has its answer."""
        started = time.perf_counter()
        status, said = self.ask(question)
        if status != 200 or b"process_completed" not in said:
            raise RuntimeError(f"{self.login}: {status} {said[-300:]!r}")
        return time.perf_counter() - started

    def waits(self, question: str, times: int) -> list[float]:
        """The waits of as many questions, some seconds apart, as somebody reads."""
        found = []
        for _ in range(times):
            time.sleep(PAUSE_S)
            found.append(self.answered(question))
        return found

    def _until_it_answers(self) -> None:
        started = time.monotonic()
        while True:
            try:
                self.get("/connexion")
            except OSError:
                if time.monotonic() - started > PATIENCE_S:
                    raise
                time.sleep(0.1)
            else:
                return


@contextmanager
def flooding(flooder: Clerk, question: str) -> Iterator[Counter[str]]:
    """Questions, pages and reloads from all hands until the block ends; what each got."""
    ended, statuses = threading.Event(), Counter[str]()

    def flood(hand: int) -> None:
        while not ended.is_set():
            for what, status in (
                ("question", flooder.ask(question)[0]),
                ("page", flooder.get(f"/page/{hand + 1}/1.webp")[0]),
                ("accueil", flooder.get("/")[0]),
            ):
                statuses[f"{what} {status}"] += 1

    hands = [threading.Thread(target=flood, args=(hand,)) for hand in range(HANDS)]
    for hand in hands:
        hand.start()
    try:
        yield statuses
    finally:
        ended.set()
        for hand in hands:
            hand.join(PATIENCE_S)


@contextmanager
def people_of(data: Path, logins: Sequence[str]) -> Iterator[list[tuple[str, str]]]:
    """Accounts that may read everything, until the block ends: login and password."""
    store = Store(data)
    accounts, groups, password = Accounts(store), Groups(store), secrets.token_urlsafe(16)
    group = "essai-afflux"
    try:
        groups.open(group, [ALL])
        for login in logins:
            accounts.add(login, "", "agent", [group])
            accounts.choose(login, password)
        yield [(login, password) for login in logins]
    finally:
        groups.remove(group)
        for login in logins:
            if accounts.knows(login):
                accounts.remove(login)
        store.close()


def _until_done(
    response: http.client.HTTPResponse, look: Callable[[bytes], None]
) -> Iterator[bytes]:
    while line := response.readline():
        look(line)
        yield line
        if b"process_completed" in line or b"close_stream" in line:
            return


if __name__ == "__main__":
    main()
