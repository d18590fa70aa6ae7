"""The page that shows where the data go: the last proof, what was stopped, and to whom."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pytest

from app.access.accounts import Accounts
from app.access.attempts import Attempts
from app.access.gate import LoginGate
from app.access.groups import ALL, Groups
from app.access.reader import ROLES
from app.access.sessions import Sessions
from app.access.store import Store
from app.airtight.recording import Attempt
from app.airtight.report import Report, StepReport, Verdict, save
from app.egress import attempts_file
from app.journal.entries import Journal
from app.journal.search import Sought, entries
from app.web.bounds import NOBODY
from app.web.egress_page import NEVER
from tests.app.web.closed_town import Caller, set_up
from tests.app.web.conftest import Settings
from tests.app.web.serving import serving
from tests.app.web.town_hall import Desk
from tests.command_line import wait_for

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
PLANTED = Attempt("témoin", "network", "curl", "connect", "192.0.2.1:443", "ENETUNREACH")


@dataclass
class House:
    address: str
    data: Path

    def seen(self) -> str:
        """The page as an admin reads it."""
        got = Caller.logged_in(self.address, "admin").get("/egress")
        assert got.status == 200
        return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", got.body.decode())))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    from app.web import build_app

    data = tmp_path_factory.mktemp("sorties")
    store = Store(data)
    gate = LoginGate(Accounts(store), Attempts(store), Sessions(store, 3600, 36_000))
    Groups(store).open("tous", [ALL])
    for role in ROLES:
        set_up(gate.accounts, role, role, [])
    app = build_app(Desk(data), Settings(data), gate, journal=Journal(data))
    with serving(app) as address:
        yield House(address, data)


def proved(data: Path, at: str, verdict: Verdict, greffe: str, attempts: list[Attempt]) -> None:
    """Keep a report, as `greffe doctor --egress` does."""
    steps = [
        StepReport("tentative de Python", "witness", "python", 0, True, 1.0, 3, [PLANTED]),
        StepReport("ingestion", "greffe", "greffe ingest", 0, True, 60.0, 41, attempts),
    ]
    save(
        Report(at, 182.4, verdict, {"greffe": greffe, "python": "3.11"}, "chromium", 57, True,
               steps, attempts, [], []), data,
    )  # fmt: skip


def test_it_is_for_admins_alone(house: House) -> None:
    assert Caller(house.address).get("/egress").status == 303
    for login, status, linked in (("agent", 404, False), ("juriste", 404, False),
                                  ("admin", 200, True)):  # fmt: skip
        caller = Caller.logged_in(house.address, login)
        assert caller.get("/egress").status == status
        assert ('href="/egress"' in caller.get("/").text) is linked


def test_who_is_refused_it_is_noted_and_so_is_who_nobody_knows(house: House) -> None:
    assert Caller.logged_in(house.address, "juriste").get("/egress").status == 404
    assert Caller(house.address).get("/gradio_api/info").status == 401
    other = Caller(house.address, headers={"Sec-Fetch-Site": "cross-site"})
    assert other.ask("POST", "/connexion", "{}").status == 403
    wanted = {("juriste", "/egress", 404), (NOBODY, "/gradio_api/info", 401),
              (NOBODY, "/connexion", 403)}  # fmt: skip

    def said() -> set[tuple[str, str, int]]:
        return {
            (e.who, (e.parts.get("what") or {}).get("path"), e.facts["status"])
            for e in entries(house.data, Sought(kinds=("denied",)))
        }

    wait_for(lambda: wanted <= said())


def test_it_shows_the_last_proof_and_says_when_it_is_of_another_version(house: House) -> None:
    assert NEVER in house.seen()
    proved(house.data, "2026-11-20T10:00:00+01:00", "way_out", "0.0.1", [PLANTED])
    said = house.seen()
    assert "✗ Des tentatives de sortie ont été vues." in said
    assert "Cette preuve vaut pour une autre version de Greffe (0.0.1, aujourd'hui" in said
    assert "Tentatives comptées : 1" in said
    proved(house.data, "2026-11-21T10:30:00+01:00", "airtight", version("greffe"), [])
    said = house.seen()
    assert "✓ Aucune tentative de sortie." in said
    assert "Faite le 21/11/2026 à 10:30, en 182 s" in said
    assert "autre version" not in said
    assert "ingestion 41 0" in said
    assert "tentative de Python (faite exprès, doit être vue) 3 1" in said
    assert "Verdict : Aucune tentative de sortie." in said  # the whole report
    assert "greffe doctor --egress" in said


def test_what_the_wall_has_stopped_is_shown_and_the_look_is_journaled(house: House) -> None:
    assert "✓ Aucune tentative." in house.seen()  # and this look is journaled, before the attempts
    line = {"at": "2026-11-22T10:00:00.000+01:00", "process": "greffe <ask>",
            "event": "socket.connect", "address": "192.0.2.1:443", "where": []}  # fmt: skip
    with attempts_file(house.data).open("a") as stream:
        stream.write((json.dumps(line) + "\n") * 3)
    for _ in range(2):  # not in the chain yet, then in it
        assert "22/11/2026 à 10:00 192.0.2.1:443 greffe <ask> 3" in house.seen()
    assert len(list(entries(house.data, Sought(kinds=("egress",))))) == 1
    [*_, looked] = entries(house.data, Sought(kinds=("search",)))
    assert (looked.who, looked.parts["what"]) == ("admin", {"kinds": ["egress"]})
