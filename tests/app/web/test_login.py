"""Who comes in by the login page, how one goes out again, and what a wrong password leads to."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from app.access.accounts import Accounts
from app.access.attempts import LIMITS, WAIT, Attempts
from app.access.gate import COOKIE, LoginGate
from app.access.groups import ALL, Groups
from app.access.passwords import PasswordRefused, check, hashed
from app.access.proxy import proxy_of
from app.access.sessions import Sessions
from app.access.store import Store
from app.journal.search import entries
from app.journal.verify import verify
from app.web.entrance import FIRST, STALE, UNKNOWN, WRONG
from tests.app.web.closed_town import PASSWORD, Caller, Clock, set_up
from tests.app.web.conftest import Settings
from tests.app.web.serving import seen, serving
from tests.app.web.town_hall import Desk

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
IDLE, LONGEST = 3600, 36_000
PROXY = "127.0.0.1"


@dataclass
class House:
    """A page with a login."""

    address: str
    gate: LoginGate
    clock: Clock


def house(data: Path, **how: Any) -> Iterator[House]:
    from app.web import build_app

    clock, store = Clock(), Store(data)
    accounts = Accounts(store, clock)
    sessions = Sessions(store, IDLE, LONGEST, clock)
    gate = LoginGate(accounts, Attempts(store, clock), sessions, **how)
    Groups(store).open("tous", [ALL])
    set_up(accounts, "marie", "agent", [])
    app = build_app(Desk(data), Settings(data), gate)
    with serving(app) as address:
        yield House(address, gate, clock)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    yield from house(tmp_path_factory.mktemp("maison"))


@pytest.fixture
def home(shared: House) -> Iterator[House]:
    yield shared
    shared.clock.ahead = 0
    shared.gate.attempts.forget("marie")
    shared.gate.accounts.store.connection.execute("DELETE FROM attempts")


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    yield from house(
        tmp_path_factory.mktemp("mandataire"), proxy=proxy_of(PROXY, "X-Remote-User", "X-Groups")
    )


def test_nobody_sees_anything_but_the_login_page(home: House) -> None:
    caller = Caller(home.address)
    got = caller.get("/")
    assert (got.status, got.headers["location"]) == (303, "/connexion")
    page = caller.get("/connexion")
    assert page.status == 200
    assert page.headers["cache-control"] == "no-store"
    assert b"<script" not in page.body
    assert b"sources" not in page.body  # no holdings
    assert caller.get("/config").status == 401
    for path in ("/oidc/aller", "/oidc/retour"):  # no issuer is set here
        assert caller.get(path).status == 404


def test_an_agent_logs_in_and_out(home: House) -> None:
    caller = Caller(home.address)
    got = caller.log_in("Marie")
    assert (got.status, got.headers["location"]) == (303, "/")
    (line,) = [x for x in got.headers.get_all("set-cookie") or [] if x.startswith(f"{COOKIE}=")]
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= {part.strip() for part in line.split(";")}
    page = caller.get("/").body.decode()
    assert "<b>Marie</b> (agent)" in page
    before = dict(caller.cookies)
    (token,) = set(re.findall(r'name="jeton" value="([^"]+)"', page))
    left = caller.ask("POST", "/deconnexion", f"jeton={token}", "application/x-www-form-urlencoded")
    assert (left.status, left.headers["location"]) == (303, "/connexion")
    assert COOKIE not in caller.cookies
    assert Caller(home.address, cookies=before).get("/config").status == 401  # on the server too


def test_the_cookie_is_kept_nowhere_on_the_server(home: House) -> None:
    caller = Caller(home.address)
    caller.log_in("marie")
    folder = home.gate.accounts.store.path.parent
    # by another process: one that opens the file beside SQLite takes its locks away
    looked = subprocess.run(
        ["grep", "-rlaF", "-e", caller.cookies[COOKIE], "-e", PASSWORD, folder],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (looked.returncode, looked.stdout) == (1, "")
    found = subprocess.run(["grep", "-rlaF", "$argon2id$", folder], capture_output=True, check=True)
    assert b"accounts.sqlite" in found.stdout
    assert home.gate.accounts.store.path.stat().st_mode & 0o077 == 0


def test_a_wrong_password_and_a_wrong_login_are_told_in_the_same_words(home: House) -> None:
    told = set()
    for login, password in (("marie", "faux"), ("personne", "faux"), ("marie", "")):
        got = Caller(home.address).log_in(login, password)
        assert got.status == 401
        (said,) = re.findall(r'role="alert">(.*?)</p>', got.text)
        told.add(unescape(said))
    assert told == {WRONG}


def test_after_five_failures_even_the_right_password_must_wait(home: House) -> None:
    caller = Caller(home.address)
    for _ in range(LIMITS["both"]):
        assert caller.log_in("marie", "faux").status == 401
    assert caller.log_in("marie").status == 401
    home.clock.ahead = WAIT + 1
    assert caller.log_in("marie").status == 303


def test_a_flood_of_tries_at_once_is_no_way_round_the_lock(home: House) -> None:
    from concurrent.futures import ThreadPoolExecutor

    gate = home.gate
    with ThreadPoolExecutor(8) as pool:
        tries = [pool.submit(gate.log_in, "marie", f"faux {n}", "10.0.0.9") for n in range(12)]
        assert [one.result() for one in tries] == [None] * 12
    assert gate.log_in("marie", PASSWORD, "10.0.0.9") is None
    assert gate.log_in("marie", PASSWORD, "10.0.0.8") is not None  # from elsewhere she may


def test_a_form_without_its_token_is_refused(home: House) -> None:
    kind = "application/x-www-form-urlencoded"
    fields = f"identifiant=marie&motdepasse={PASSWORD.replace(' ', '+')}"
    caller = Caller(home.address)
    got = caller.ask("POST", "/connexion", fields, kind)
    assert got.status == 403
    assert STALE in got.text
    assert COOKIE not in caller.cookies
    other = Caller(home.address)
    other.get("/connexion")
    wrong = other.ask("POST", "/connexion", f"{fields}&jeton=inventé", kind)
    assert wrong.status == 403
    inside = Caller(home.address)
    inside.log_in("marie")
    for path in ("/deconnexion", "/mot-de-passe"):
        assert inside.ask("POST", path, "jeton=x&ancien=a&nouveau=b&encore=b", kind).status == 403
    assert inside.get("/config").status == 200


def test_a_form_of_another_site_is_refused(home: House) -> None:
    foreign = Caller(home.address, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.ask("POST", "/connexion", "identifiant=marie").status == 403


def test_a_session_ends_when_nobody_is_there_and_after_its_longest(home: House) -> None:
    caller = Caller(home.address)
    caller.log_in("marie")
    home.clock.ahead = IDLE - 60
    assert caller.get("/config").status == 200
    home.clock.ahead = 2 * IDLE - 200
    assert caller.get("/config").status == 200  # there since
    home.clock.ahead += IDLE + 100
    assert caller.get("/config").status == 401
    busy = Caller(home.address)
    busy.log_in("marie")
    begun = home.clock.ahead
    for part in range(1, 20):
        home.clock.ahead = begun + part * LONGEST / 20
        assert busy.get("/config").status == 200
    home.clock.ahead = begun + LONGEST + 60
    assert busy.get("/config").status == 401


def test_an_admin_ends_a_session_from_another_process(home: House) -> None:
    from tests.command_line import process

    caller = Caller(home.address)
    caller.log_in("marie")
    data = home.gate.accounts.store.path.parent
    ran = process(data, "users", "logout", "marie")
    assert "Sessions fermées" in ran.err
    assert caller.get("/config").status == 401


def test_a_stream_that_is_open_says_nothing_more_once_the_session_has_ended(home: House) -> None:
    import asyncio

    from app.web.guard import Guard

    caller = Caller(home.address)
    caller.log_in("marie")
    sent: list[bytes] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for piece in (b"un", b"deux", b"trois"):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            if piece == b"deux":
                home.gate.sessions.end_all("marie")

    async def send(message: Any) -> None:
        sent.append(message.get("body", b""))

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    guard = Guard(application, "127.0.0.1", gate=home.gate)
    cookie = f"{COOKIE}={caller.cookies[COOKIE]}".encode()
    scope = {
        "type": "http", "method": "GET", "path": "/config", "client": ("127.0.0.1", 1),
        "headers": [(b"host", b"127.0.0.1"), (b"cookie", cookie)],
    }  # fmt: skip
    # a loop of its own: Playwright's may be running in this thread
    import threading

    thread = threading.Thread(target=lambda: asyncio.run(guard(scope, receive, send)))
    thread.start()
    thread.join()
    assert sent == [b"", b"un", b"deux", b""]


# --- the first password


def test_a_first_password_must_be_changed_before_anything_else(home: House) -> None:
    first = home.gate.accounts.add("nouvelle", "Nouvelle Agente", "agent", [])
    caller = Caller(home.address)
    assert caller.log_in("nouvelle", first).status == 303
    got = caller.get("/")
    assert (got.status, got.headers["location"]) == (303, "/mot-de-passe")
    assert caller.get("/config").status == 303
    assert FIRST in caller.get("/mot-de-passe").text
    good = "une phrase de printemps"
    other = Caller(home.address)
    other.log_in("nouvelle", first)
    for old, new, again, status in (
        (first, good, good + "s", 400), (first, "court", "court", 400), ("faux", good, good, 401),
        (first, first, first, 400), (first, "nouvelle-nouvelle", "nouvelle-nouvelle", 400),
    ):  # fmt: skip
        answered = caller.form("/mot-de-passe", ancien=old, nouveau=new, encore=again)
        assert answered.status == status, new
    assert caller.form("/mot-de-passe", ancien=first, nouveau=good, encore=good).status == 303
    assert caller.get("/").status == 200
    assert other.get("/mot-de-passe").status == 401  # the other session is closed
    assert Caller(home.address).log_in("nouvelle", first).status == 401
    assert Caller(home.address).log_in("nouvelle", good).status == 303
    home.gate.accounts.remove("nouvelle")


def test_a_first_password_is_worth_nothing_after_a_week(home: House) -> None:
    first = home.gate.accounts.add("absente", "", "agent", [])
    home.clock.ahead = 7 * 86_400 + 60
    assert home.gate.log_in("absente", first, "10.0.0.7") is None
    home.clock.ahead = 0
    assert home.gate.log_in("absente", first, "10.0.0.7") is not None
    home.gate.accounts.remove("absente")


@pytest.mark.parametrize(
    "password", ["onze caract", "aaaaaaaaaaaaaaaa", "m" * 257, "x Marie 2024 x"]
)
def test_a_bad_password_is_refused(password: str) -> None:
    with pytest.raises(PasswordRefused):
        check(password, "marie", hashed("un tout autre mot"))


# --- the proxy


def test_the_proxy_says_who_it_is_and_nobody_else_does(behind: House, home: House) -> None:
    sso = {"X-Remote-User": "Paul.Martin", "X-Groups": "Agents,Voirie"}
    trusted = Caller(behind.address, headers=sso)
    page = trusted.get("/").body.decode()
    assert "<b>Paul.Martin</b> (agent)" in page
    assert "deconnexion" not in page
    assert Caller(home.address, headers=sso).get("/").status == 303  # no proxy is trusted there
    assert Caller(behind.address).get("/").status == 303


def test_a_header_from_another_address_counts_for_nothing() -> None:
    proxy = proxy_of("10.0.0.5, 192.168.7.0/28", "X-Remote-User", "")
    headers = {"x-remote-user": ["marie"]}
    assert proxy.user("10.0.0.5", headers) == ("marie", ())
    assert proxy.user("192.168.7.14", headers) == ("marie", ())
    assert proxy.user("::ffff:10.0.0.5", headers) == ("marie", ())
    for stranger in ("10.0.0.6", "127.0.0.1", "", "10.0.0.5.example"):
        assert proxy.user(stranger, headers) is None
    assert proxy.user("10.0.0.5", {"x-remote-user": ["marie", "chef"]}) is None
    assert proxy.user("10.0.0.5", {"x-remote-user": [""]}) is None


def test_the_address_that_is_counted_is_the_last_that_is_not_the_proxys() -> None:
    proxy = proxy_of("10.0.0.5", "", "")
    forged = {"x-forwarded-for": ["1.2.3.4, 172.16.0.9"]}
    assert proxy.client("10.0.0.5", forged) == "172.16.0.9"
    assert proxy.client("172.16.0.9", forged) == "172.16.0.9"
    assert proxy.client("10.0.0.5", {}) == "10.0.0.5"


def test_behind_a_proxy_that_speaks_tls_the_cookie_is_for_tls_alone(behind: House) -> None:
    caller = Caller(behind.address, headers={"X-Forwarded-Proto": "https"})
    got = caller.log_in("marie")
    assert got.headers["strict-transport-security"]
    (line,) = [x for x in got.headers.get_all("set-cookie") or [] if x.startswith("__Host-greffe=")]
    assert "Secure" in line
    assert caller.get("/config").status == 200
    plain = Caller(behind.address, cookies={COOKIE: caller.cookies["__Host-greffe"]})
    assert plain.get("/config").status == 200  # the same session, by the plain cookie's name


def test_groups_of_the_proxy_open_fonds_and_give_a_role(behind: House) -> None:
    Groups(behind.gate.accounts.store).set_role("direction", "admin")
    sso = {"X-Remote-User": "paul", "X-Groups": "Direction"}
    assert "(administrateur)" in Caller(behind.address, headers=sso).get("/").body.decode()


def test_the_token_of_who_comes_by_the_proxy_is_known_to_its_page_alone(tmp_path: Path) -> None:
    store = Store(tmp_path)
    proxy = proxy_of("10.0.0.5", "X-Remote-User", "")
    headers = {"x-remote-user": ["paul"]}

    def token() -> str:
        gate = LoginGate(Accounts(store), Attempts(store), Sessions(store, 60, 60), proxy)
        first, again = (gate.visit("10.0.0.5", headers) for _ in range(2))
        assert first is not None
        assert first == again
        assert len(first.csrf) == 24
        return first.csrf

    assert token() != token()  # of another process: nothing of the login makes it


def test_who_comes_by_the_proxy_is_noted_once_a_session(behind: House) -> None:
    data = behind.gate.accounts.store.path.parent

    def noted() -> list[tuple[str, str, object, str]]:
        lines = [e for e in entries(data) if e.who == "vera"]
        return [(e.kind, e.who, e.facts, e.parts["who"]["from"]) for e in lines]

    vera = Caller(behind.address, headers={
        "X-Remote-User": "Vera", "X-Forwarded-For": "10.0.0.42"
    })  # fmt: skip
    once = ("login", "vera", {"by": "proxy"}, "10.0.0.42")
    for _ in range(3):
        assert vera.get("/").status == 200
    assert noted() == [once]
    behind.clock.ahead = IDLE - 60
    vera.get("/")
    assert noted() == [once]
    behind.clock.ahead = 3 * IDLE  # she was away, and comes back
    vera.get("/")
    vera.get("/")
    assert noted() == [once, once]
    behind.clock.ahead = 0


# --- in a browser


@pytest.mark.parametrize(
    ("width", "height", "scheme"),
    [(1366, 768, "light"), (390, 844, "dark")],
)
def test_the_login_in_a_browser(
    browser: Any, home: House, width: int, height: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, locale="en-US"
    )
    page, complaints = context.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(home.address)
    assert page.url.endswith("/connexion")
    page.wait_for_selector("#identifiant:focus")  # the browser sees to it once it draws
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.fill("#identifiant", "marie")
    page.fill("#motdepasse", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#exemples button:visible")  # the page has been greeted
    assert "Marie (agent)" in seen(page, ".qui")
    page.fill("#question textarea", "Combien coûte un repas ?")
    page.keyboard.press("Enter")
    page.wait_for_selector("#reponse .exacte")
    page.wait_for_selector("#envoyer:visible")  # the answer is whole
    assert page.evaluate("document.cookie") == ""  # no script can read it
    # judged before the page is left: what is cut short then complains, and may
    assert complaints == []
    page.click("text=Se déconnecter")
    page.wait_for_selector("#identifiant")
    page.go_back()
    page.wait_for_selector("#identifiant")  # nothing is kept to be seen again
    context.close()


def test_a_session_that_ends_leads_back_to_the_login(browser: Any, home: House) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(home.address)
    page.fill("#identifiant", "marie")
    page.fill("#motdepasse", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#exemples button:visible")
    home.gate.sessions.end_all("marie")
    page.fill("#question textarea", "Combien coûte un repas ?")
    page.keyboard.press("Enter")
    page.wait_for_url("**/connexion")
    context.close()


# --- the journal


def test_logins_refusals_and_log_outs_are_in_the_journal(home: House) -> None:
    data = home.gate.accounts.store.path.parent
    before = len(list(entries(data)))
    Caller(home.address).log_in("marie", "faux")
    Caller(home.address).log_in("motdepasse-au-mauvais-endroit", "faux")
    caller = Caller(home.address)
    caller.log_in("Marie")
    (token,) = set(re.findall(r'name="jeton" value="([^"]+)"', caller.get("/").body.decode()))
    caller.ask("POST", "/deconnexion", f"jeton={token}", "application/x-www-form-urlencoded")
    noted = [(e.kind, e.who, e.parts["who"]["from"]) for e in list(entries(data))[before:]]
    assert noted == [
        ("refused", "marie", "127.0.0.1"),
        ("refused", UNKNOWN, "127.0.0.1"),
        ("login", "marie", "127.0.0.1"),
        ("logout", "marie", "127.0.0.1"),
    ]
    assert not verify(data).findings
