"""What one person may ask of the page, and that the others are served all the same."""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from app.access.accounts import Accounts
from app.access.attempts import Attempts
from app.access.gate import LoginGate
from app.access.groups import ALL, Groups
from app.access.reader import LOCAL, Reader
from app.access.sessions import Sessions
from app.access.store import Store
from app.citations import Answer
from app.conversation import EMPTY
from app.journal.entries import Journal
from app.journal.search import entries
from app.settings import Limits
from app.web.asking import Asking
from app.web.bounds import (
    ALL_DENIED,
    DENIED,
    LONGEST_PATH,
    NOBODY,
    Allowed,
    Bounds,
    TooMany,
    payer_of,
)
from tests.app.web.closed_town import Caller, Got, set_up
from tests.app.web.conftest import Settings
from tests.app.web.serving import seen, serving
from tests.app.web.town_hall import Desk
from tests.command_line import PATIENCE_S, wait_for

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
ALLOWED = Allowed(questions=4, requests=300, at_once=2, all_at_once=3, seconds=600, slow=0)
ANSWERED = "compter du 1er septembre 2024"


@dataclass
class House:
    """A page with limits."""

    address: str
    desk: Desk
    data: Path

    def caller(self, login: str) -> Caller:
        return Caller.logged_in(self.address, login)

    def noted(self, who: str, limit: str) -> int:
        """How many lines of the journal say that somebody has reached a limit; waits for one."""

        def found() -> int:
            lines = [e for e in entries(self.data) if e.kind == "limited" and e.who == who]
            return sum(e.facts["limit"] == limit for e in lines)

        wait_for(found)
        return found()


class StillTime:
    """The time of those who count by the minute: it does not pass while a test goes on."""

    def __init__(self) -> None:
        self.now = time.time()

    def time(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def still() -> Iterator[StillTime]:
    stands = StillTime()
    with (
        mock.patch("app.web.bounds.time", stands),
        mock.patch("limits.storage.memory.time", stands),
    ):
        yield stands


@pytest.fixture(autouse=True)
def an_hour_later(still: StillTime) -> None:
    """What the tests before have counted is over."""
    still.now += 3601


@pytest.fixture(scope="module")
def house(still: StillTime, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    from app.web import build_app

    data = tmp_path_factory.mktemp("limites")
    store, desk = Store(data), Desk(data)
    gate = LoginGate(Accounts(store), Attempts(store), Sessions(store, 3600, 36_000))
    Groups(store).open("tous", [ALL])
    for login in ("marie", "paul", "zoe", "luc", "eve", "ana", "jo"):
        set_up(gate.accounts, login, "agent", [])
    app = build_app(desk, Settings(data), gate, journal=Journal(data), allowed=ALLOWED)
    with serving(app) as address:
        yield House(address, desk, data)
    desk.hold.set()


def asked(caller: Caller, question: str, page: str = "") -> Got:
    """Send a question to the queue, as the page does."""
    config = json.loads(caller.get("/config").body)
    (function,) = [one for one in config["dependencies"] if one["api_name"] == "ask_typed"]
    sent = {
        "data": [question, None, [], [], "", "", ""], "fn_index": function["id"],
        "session_hash": page or secrets.token_hex(6),
    }  # fmt: skip
    return caller.ask("POST", "/gradio_api/queue/join", json.dumps(sent))


def said(caller: Caller, question: str) -> str:
    """All that the page is told of a question."""
    page = secrets.token_hex(6)
    assert asked(caller, question, page).status == 200
    stream = caller.get(f"/gradio_api/queue/data?session_hash={page}").body.decode()
    return stream


def test_too_many_questions_of_one_are_refused_and_the_other_is_answered(house: House) -> None:
    marie, paul = house.caller("marie"), house.caller("paul")
    for _ in range(ALLOWED.questions):  # each is answered: those under way are not counted here
        assert ANSWERED in said(marie, "Combien coûte un repas ?")
    refused = asked(marie, "Combien coûte un repas ?")
    assert refused.status == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert "4 au plus par personne" in json.loads(refused.body)["detail"]
    assert ANSWERED in said(paul, "Combien coûte un repas ?")
    assert house.noted("marie", "questions") == 1
    assert asked(marie, "Encore ?").status == 429
    assert house.noted("marie", "questions") == 1  # once a minute


@pytest.mark.usefixtures("counted_memory")
def test_a_page_that_holds_too_much_memory_says_so_and_asks_nothing(tmp_path: Path) -> None:
    from app.web import build_app

    desk = Desk(tmp_path)
    app = build_app(desk, Settings(tmp_path), journal=Journal(tmp_path),
                    allowed=replace(ALLOWED, memory_mb=1))  # fmt: skip
    with serving(app) as address:
        stream = said(Caller(address), "Combien coûte un repas ?")
        assert House(address, desk, tmp_path).noted("local", "memory") == 1
    assert "Greffe manque de m" in stream
    assert ANSWERED not in stream


def test_a_flood_of_requests_is_refused_and_the_others_are_served(house: House) -> None:
    zoe, paul = house.caller("zoe"), house.caller("paul")
    got = [zoe.get("/page/1/1.webp") for _ in range(ALLOWED.requests // 5 + 5)]
    refused = [one for one in got if one.status == 429]
    assert len(refused) >= 5
    assert {one.status for one in got} == {200, 429}
    assert "Trop de demandes en une minute" in refused[0].body.decode()
    assert int(refused[0].headers["retry-after"]) >= 1
    assert paul.get("/page/1/1.webp").status == 200
    assert zoe.get("/greffe/greffe.css").status == 200  # files are counted apart
    assert house.noted("zoe", "requests") == 1


def test_who_is_not_logged_in_is_counted_by_address(house: House) -> None:
    stranger = Caller(house.address)
    got = [stranger.get("/config").status for _ in range(ALLOWED.requests // 5 + 40)]
    assert got[-1] == 429
    assert house.noted(NOBODY, "requests") == 1
    assert stranger.get("/connexion").status == 200  # a script next door shuts nobody out


def test_fifty_colleagues_behind_one_address_all_come_in_at_nine(house: House) -> None:
    for number in range(50):
        caller = Caller(house.address)
        assert caller.get("/").status == 303
        assert caller.get("/connexion").status == 200
        for file in ("greffe.css", "greffe.js", "greffe.svg"):
            assert caller.get(f"/greffe/{file}").status == 200
        assert caller.log_in(("luc", "eve", "ana", "jo")[number % 4]).status == 303
        assert [caller.get("/config").status for _ in range(2)] == [200, 200]


def test_who_tries_passwords_without_end_is_stopped(house: House) -> None:
    stranger = Caller(house.address)
    tried = [stranger.ask("POST", "/connexion", "").status for _ in range(ALLOWED.requests // 5)]
    assert set(tried) == {403}
    assert stranger.ask("POST", "/connexion", "").status == 429


def test_a_flood_of_refusals_does_not_fill_the_journal(tmp_path: Path) -> None:
    bounds = Bounds(None, Journal(tmp_path))
    curious = Reader("curieux", "", "agent", frozenset())
    for number in range(5 * DENIED):
        bounds.deny(curious, "10.0.0.7", f"/page/{number}/1.webp" + "x" * 1000)
    for number in range(2 * ALL_DENIED):  # one request of each address
        bounds.deny(None, f"10.0.{number // 250}.{number % 250}", "/gradio_api/info", 401)
    bounds.close()
    lines = list(entries(tmp_path))
    mine = [line for line in lines if line.who == "curieux"]
    assert [line.kind for line in mine] == ["denied"] * DENIED + ["limited"]
    assert {len(line.parts["what"]["path"]) for line in mine[:-1]} == {LONGEST_PATH}
    assert mine[-1].facts == {"limit": "denied"}
    theirs = [line for line in lines if line.who == NOBODY]
    assert [line.kind for line in theirs] == ["denied"] * (ALL_DENIED - DENIED) + ["limited"]
    assert theirs[-1].facts == {"limit": "all_denied"}


def test_questions_under_way_are_counted_for_one_and_for_all(
    house: House, still: StillTime, monkeypatch: Any
) -> None:
    monkeypatch.setattr(house.desk, "hold", threading.Event())
    eve, ana, jo = (logged(house, login) for login in ("eve", "ana", "jo"))
    heard = len(house.desk.heard)
    for number, caller in enumerate((eve, eve, ana), 1):
        assert asked(caller, "attends").status == 200
        wait_for(lambda number=number: len(house.desk.heard) == heard + number)
    for caller, words in (
        (eve, "vos questions en cours : 2"),
        (jo, "toutes personnes confondues : 3"),
    ):
        refused = asked(caller, "Combien coûte un repas ?")
        assert refused.status == 429
        assert words in json.loads(refused.body)["detail"].replace("\u00a0", " ")
    assert house.noted("eve", "at_once") == 1
    assert house.noted("jo", "full") == 1
    house.desk.hold.set()

    def answered() -> bool:
        still.now += 61  # it is not the questions of a minute that are counted here
        return ANSWERED in said_or_refused(jo)

    wait_for(answered)


def logged(house: House, login: str) -> Caller:
    """Somebody with a session, without the login page: the address may have had its share."""
    store = Store(house.data)
    token = Sessions(store, 3600, 36_000).begin(login, login, "local")
    return Caller(house.address, cookies={"greffe": token})


def said_or_refused(caller: Caller) -> str:
    page = secrets.token_hex(6)
    if asked(caller, "Combien coûte un repas ?", page).status != 200:
        return ""
    stream = caller.get(f"/gradio_api/queue/data?session_hash={page}").body.decode()
    return stream


def test_a_question_that_is_too_long_is_noted(house: House) -> None:
    luc = logged(house, "luc")
    page = secrets.token_hex(6)
    assert asked(luc, "a" * 2001, page).status == 200
    told = luc.get(f"/gradio_api/queue/data?session_hash={page}").body.decode()
    assert "la limite est de" in told
    assert house.noted("luc", "length") == 1


# --- without a server


def test_two_who_run_in_at_the_same_time_get_one_place_each() -> None:
    bounds = Bounds(replace(ALLOWED, at_once=1))
    bounds.question("a")
    bounds.question("a")  # both are let through the door
    bounds.begin("a")
    with pytest.raises(TooMany):
        bounds.begin("a")  # and one alone begins
    bounds.begin("b")
    bounds.end("a")
    bounds.begin("a")


def test_a_question_that_nobody_waited_for_leaves_its_place() -> None:
    over: list[int] = []
    asking = Asking(Desk.__new__(Desk), Path(), over=lambda: over.append(1))
    asking.leave()
    assert over == [1]


def test_a_question_that_takes_too_long_is_ended_with_a_sentence(tmp_path: Path) -> None:
    desk, over = Desk(tmp_path), threading.Event()
    asking = Asking(desk, tmp_path, seconds=0.2, over=over.set)

    async def last() -> object:
        pieces = [piece async for piece in asking.news("attends", EMPTY, None)]
        return pieces[-1]

    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(asyncio.run(last())))
    thread.start()
    thread.join()
    (answer,) = found
    assert isinstance(answer, Answer)
    assert "a été arrêtée" in answer.message
    assert over.wait(PATIENCE_S)  # and so is the work


def test_who_is_counted_as_one() -> None:
    marie = Reader("marie", "Marie", "agent", None)
    assert payer_of(marie, "10.0.0.1") == payer_of(marie, "10.0.0.2")
    assert payer_of(None, "10.0.0.1") != payer_of(None, "10.0.0.2")
    assert payer_of(LOCAL, "10.0.0.1") == payer_of(None, "10.0.0.1")
    assert payer_of(None, "2001:db8::1") == payer_of(None, "2001:db8::2")  # one home
    assert payer_of(None, "2001:db8::1") != payer_of(None, "2001:db8:0:1::1")
    assert payer_of(replace(marie, login="10.0.0.1"), "x") != payer_of(None, "10.0.0.1")


def test_the_settings_are_these_limits() -> None:
    assert Allowed(**Limits().model_dump()) == Allowed()


def test_without_limits_nothing_is_refused() -> None:
    bounds = Bounds()
    for _ in range(1000):
        bounds.request("a")
        bounds.question("a")
        bounds.begin("a")


# --- in a browser


def test_a_refused_question_stays_in_the_box_and_the_page_says_why(
    browser: Any, house: House
) -> None:
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    context.add_cookies([
        {"name": "greffe", "value": logged(house, "paul").cookies["greffe"], "url": house.address}
    ])  # fmt: skip
    page.goto(house.address)
    page.wait_for_selector("#exemples button:visible")
    for number in range(ALLOWED.questions + 1):
        page.fill("#question textarea", f"Combien coûte la cantine {number} ?")
        page.keyboard.press("Enter")
        if number < ALLOWED.questions:
            page.wait_for_selector(f"#reponse h2#tour-{number + 1}")
            page.wait_for_selector("#envoyer:visible")
            page.wait_for_selector(f"#reponse .tour:has(#tour-{number + 1}) .phrase")
    page.wait_for_selector("#limite:visible")
    assert "par personne" in seen(page, "#limite")
    assert page.input_value("#question textarea") == f"Combien coûte la cantine {number} ?"
    page.wait_for_selector("[data-testid=toast-body]", state="attached")
    page.evaluate("warn('')")  # Gradio's own notice, headed « Error », may outlive our sentence
    assert not page.is_visible("[data-testid=toast-body]")
    assert not page.is_visible("text=Error")
    context.close()
