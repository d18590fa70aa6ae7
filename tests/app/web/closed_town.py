"""The town hall of the sample with a fonds that is not open to everyone, and callers to its page.

What stands in the closed fonds stands nowhere else: its words, its numbers, its name.
"""

from __future__ import annotations

import html
import http.client
import json
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from app.access.accounts import Accounts
from app.access.gate import LoginGate
from app.access.groups import ALL, Groups
from app.access.reader import Role
from app.web.spacing import as_typed
from tests.app.web.town_hall import draw_pdf
from tests.command_line import PATIENCE_S, greffe
from tests.conftest import wait_until_unserved

CLOSED = "dossiers-zxqv"
FILE = "Plourvenec-2031.pdf"
PAGES = [
    [
        "Commune de Zxqvbarizandre", "", "Délibération n° 2031-777 du 14 mars 2031", "",
        "Objet : acquisition du manoir Quorblinex", "",
        "Le conseil municipal,", "Vu la délibération n° 2024-031 sur les dépôts sauvages,",
        "Décide d'acquérir le manoir Quorblinex au prix de 8 765 432 euros.",
        "Le vendeur, M. Ombrifuge, garde l'usage du potager pendant trois ans.",
    ],
    ["Annexe", "Le plan du manoir Quorblinex a été dressé par Mme Vulpastrelle."],
]  # fmt: skip
CANARIES = (
    "zxqv", "plourvenec", "quorblinex", "8 765 432", "8765432", "2031-777", "2031/777",
    "ombrifuge", "vulpastrelle",
)  # fmt: skip
PROBES = (
    "Combien coûte le manoir acheté par la commune ?",
    "Que dit la délibération 2031-777 ?",
    "Qui garde l'usage du potager ?",
    "Que décide la commune de Zxqvbarizandre ?",
    "Quelles délibérations visent la délibération 2024-031 ?",
    "Qui a dressé le plan ?",
    "Quorblinex",
    "Zxqvbarizandre",
    "Et en 2031 ?",
)
PASSWORD = "trois petits chats 1947"


def canaries_in(text: str | bytes, asked: str = "") -> list[str]:
    """The closed words that a text holds, but for those that were asked with."""
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    plain = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), plain)
    plain = re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), plain)
    plain = re.sub(r"\s+", " ", plain).lower()
    asked = f"{asked} {asked.replace('-', '/')}".lower()
    return [word for word in CANARIES if word in plain and word not in asked]


def add_closed(data: Path, folder: Path) -> None:
    """Index the closed fonds into a data folder."""
    (folder / CLOSED).mkdir(parents=True)
    draw_pdf(folder / CLOSED / FILE, PAGES)
    ran = greffe(data, "ingest", folder / CLOSED, "--fonds", CLOSED)
    assert ran.code == 0, ran.err
    wait_until_unserved(data)


def add_people(gate: LoginGate) -> None:
    """« dehors » and « dedans » are agents, « chef » is an admin; « perdu » is in no group."""
    accounts, groups = gate.accounts, Groups(gate.accounts.store)
    groups.open("voirie", ["mairie"])
    groups.open("cabinet", [CLOSED])
    groups.open("archives", [ALL])
    people: tuple[tuple[str, Role, list[str]], ...] = (
        ("dehors", "agent", ["voirie"]), ("dedans", "juriste", ["voirie", "cabinet"]),
        ("chef", "admin", []), ("perdu", "agent", []),
    )  # fmt: skip
    for login, role, member_of in people:
        set_up(accounts, login, role, member_of)


def set_up(accounts: Accounts, login: str, role: Role, groups: list[str]) -> None:
    """An account whose first password was changed already."""
    accounts.add(login, login.title(), role, groups)
    accounts.choose(login, PASSWORD)


@dataclass
class Got:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        """A page as it is read: its entities are characters, its spaces those of a keyboard."""
        return as_typed(html.unescape(self.body.decode()))


class Clock:
    """The time, which a test can put forward."""

    ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class Caller:
    """Somebody who speaks HTTP, with cookies and no browser."""

    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, body: str | bytes = "", kind: str = "application/json"
    ) -> Got:
        """One request."""
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=PATIENCE_S)
        headers = {**self.headers, "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if method == "POST":
            headers |= {"Content-Type": kind, "Origin": self.address}
        try:
            connection.request(method, path, body or None, headers)
            response = connection.getresponse()
            self._keep(response.headers)
            stream = response.headers.get_content_type() == "text/event-stream"
            read = _events(response) if stream else response.read()
            return Got(response.status, response.headers, read)
        finally:
            connection.close()

    def get(self, path: str) -> Got:
        """A page."""
        return self.ask("GET", path)

    def form(self, path: str, **fields: str) -> Got:
        """Fill in the form that stands at a path, and send it."""
        found = re.search(r'name="jeton" value="([^"]*)"', self.get(path).body.decode())
        given = {"jeton": found[1] if found else "", **fields}
        return self.ask("POST", path, urlencode(given), "application/x-www-form-urlencoded")

    def log_in(self, login: str, password: str = PASSWORD) -> Got:
        """Through the login page."""
        return self.form("/connexion", identifiant=login, motdepasse=password)

    @classmethod
    def logged_in(cls, address: str, login: str) -> Caller:
        """Somebody who has logged in."""
        caller = cls(address)
        assert caller.log_in(login).status == 303
        return caller

    def call(self, function: int, values: list[Any], page: str) -> bytes:
        """Have a function of the page run, as the page does; all that comes back."""
        asked = {"data": values, "fn_index": function, "session_hash": page}
        joined = self.ask("POST", "/gradio_api/queue/join", json.dumps(asked))
        if joined.status != 200:
            return joined.body
        return joined.body + self.get(f"/gradio_api/queue/data?session_hash={page}").body

    def _keep(self, headers: http.client.HTTPMessage) -> None:
        for line in headers.get_all("set-cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            if value.strip('"') and "Max-Age=0" not in line:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)


def _events(response: http.client.HTTPResponse) -> bytes:
    """A stream of events, to the end of what was asked; a heartbeat's first line is enough."""
    read = b""
    while line := response.readline():
        read += line
        if any(mark in line for mark in (b"process_completed", b"close_stream", b"ALIVE")):
            break
    return read
