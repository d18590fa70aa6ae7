"""Who comes in by the word of an OpenID Connect issuer, which is a real one, and who does not."""

from __future__ import annotations

import base64
import hmac
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest

from app.access.accounts import Accounts
from app.access.attempts import Attempts
from app.access.gate import COOKIE, LoginGate
from app.access.groups import Groups
from app.access.oidc import Claims, Client, IssuerInvalid, IssuerSilent, Oidc
from app.access.pending import LONGEST, MOST, Pending
from app.access.reader import Reader
from app.access.sessions import Sessions
from app.access.store import Store
from app.egress import AddressRefused
from app.journal.entries import Journal
from app.journal.search import Sought, entries
from tests.app.access.issuer import CLIENT, SECRET, Issuer, other_key, running
from tests.app.web.closed_town import Caller, Clock, Got
from tests.app.web.conftest import Settings
from tests.app.web.serving import seen, serving
from tests.app.web.town_hall import Desk

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


class EveryDesk(Desk):
    """The desk of the town hall, whoever asks."""

    def within(self, readable: frozenset[str] | None) -> Desk:
        return self


@dataclass
class House:
    """A page whose people log in at an issuer."""

    address: str
    data: Path
    gate: LoginGate
    oidc: Oidc
    issuer: Issuer
    clock: Clock

    def leave(self, caller: Caller) -> str:
        """Set off; the address at the issuer."""
        got = caller.get("/oidc/aller")
        assert got.status == 303, got.body
        return str(got.headers["location"])

    def agree(self, asked: str, user: str) -> str:
        """What the issuer's page leads back to, once somebody has said who they are."""
        parts = urlsplit(asked)
        got = Caller(self.issuer.address).ask(
            "POST", f"{parts.path}?{parts.query}", urlencode({"user": user}),
            "application/x-www-form-urlencoded",
        )  # fmt: skip
        assert got.status == 302, got.body
        back = urlsplit(got.headers["location"])
        assert f"{back.scheme}://{back.netloc}" == self.address
        return f"{back.path}?{back.query}"

    def log_in(self, user: str, caller: Caller | None = None) -> Got:
        """The whole way."""
        caller = caller or Caller(self.address)
        return caller.get(self.agree(self.leave(caller), user))

    def reader(self, caller: Caller) -> Reader:
        """Who a session is of, as it is now."""
        visit = self.gate.sessions.find(caller.cookies[COOKIE])
        assert visit is not None
        return visit.reader


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with running() as found:
        yield found


@pytest.fixture(scope="module")
def shared(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    from app.web import build_app

    data, clock = tmp_path_factory.mktemp("oidc"), Clock()
    store = Store(data)
    oidc = Oidc(
        issuer.address, Client(CLIENT, SECRET), Pending(store, clock), label="AgentConnect",
        clock=clock, seconds=120,
    )  # fmt: skip
    gate = LoginGate(Accounts(store), Attempts(store), Sessions(store, 3600, 36_000), oidc=oidc)
    Groups(store).open("voirie", ["permis"])
    Groups(store).set_role("direction", "admin")
    app = build_app(EveryDesk(data), Settings(data), gate, journal=Journal(data))
    with serving(app) as address:
        issuer.client.back = [f"{address}/oidc/retour"]
        yield House(address, data, gate, oidc, issuer, clock)


@pytest.fixture
def house(shared: House) -> Iterator[House]:
    yield shared
    shared.issuer.straight()
    shared.clock.ahead = 0.0
    shared.oidc.claims = Claims()
    shared.oidc._about.clear()
    shared.oidc._failed = None


def told(got: Got) -> str:
    """The notice of the login page."""
    (said,) = re.findall(r'role="alert">(.*?)</p>', got.body.decode())
    return unescape(said)


def test_the_login_page_leads_to_the_issuer(house: House) -> None:
    page = Caller(house.address).get("/connexion").body.decode()
    assert '<a href="/oidc/aller">Se connecter avec AgentConnect</a>' in page
    asked = parse_qs(urlsplit(house.leave(Caller(house.address))).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"{house.address}/oidc/retour"]
    assert min(len(asked[name][0]) for name in ("state", "nonce", "code_challenge")) >= 43


def test_an_agent_comes_in_with_the_fonds_of_their_groups(house: House) -> None:
    caller = Caller(house.address)
    got = house.log_in("nora", caller)
    assert (got.status, got.headers["cache-control"]) == (200, "no-store")
    assert '"0;url=/"' in got.body.decode()  # not a redirect, which would bear no cookie
    lines = got.headers.get_all("set-cookie") or []
    (line,) = [one for one in lines if one.startswith(f"{COOKIE}=")]
    assert {"HttpOnly", "SameSite=strict"} <= {part.strip() for part in line.split(";")}
    assert house.reader(caller) == Reader(
        "nora.petit", "Nora Petit", "agent", frozenset({"permis"})
    )
    assert "<b>Nora Petit</b> (agent)" in caller.get("/").body.decode()
    assert f"{COOKIE}-oidc" not in caller.cookies


def test_a_claim_within_a_claim_gives_a_role(house: House) -> None:
    house.oidc.claims = Claims(groups="realm_access.roles")
    caller = Caller(house.address)
    assert house.log_in("omar", caller).status == 200
    assert house.reader(caller) == Reader("omar", "Omar Diallo", "admin", None)


@pytest.mark.parametrize("signed", [False, True])
def test_what_the_id_token_leaves_out_is_asked_for(house: House, signed: bool) -> None:
    house.issuer.slim, house.issuer.signed = True, signed
    caller = Caller(house.address)
    assert house.log_in("nora", caller).status == 200
    assert house.reader(caller).fonds == frozenset({"permis"})
    house.issuer.told = {"userinfo": {"sub": "u-2"}}  # of somebody else
    assert "signature" in told(house.log_in("nora"))
    if signed:
        house.issuer.told = {"userinfo": {"aud": "une autre"}}
        assert "une autre application" in told(house.log_in("nora"))


def test_the_secret_is_shown_as_the_issuer_asks_even_after_a_restart(house: House) -> None:
    house.issuer.client.method = "client_secret_post"  # ProConnect's
    caller = Caller(house.address)
    back = house.agree(house.leave(caller), "nora")
    house.oidc._about.clear()
    house.oidc._failed = None
    assert caller.get(back).status == 200
    house.oidc.client = Client(CLIENT, "un autre secret")
    try:
        assert "n'a pas reconnu son code" in told(house.log_in("nora"))
    finally:
        house.oidc.client = Client(CLIENT, SECRET)


def test_a_login_by_mail_needs_a_mail_that_was_verified(house: House) -> None:
    house.oidc.claims = Claims(login="email")
    caller = Caller(house.address)
    house.log_in("nora", caller)
    assert house.reader(caller).login == "nora@mairie.example"
    house.issuer.twisted = {"email_verified": False}
    assert "email_verified" in told(house.log_in("nora"))


@pytest.mark.parametrize(
    ("twisted", "words"),
    [
        ({"aud": ["une-autre"]}, "destinée à une autre application"),
        ({"aud": [CLIENT, "une-autre"]}, "destinée à une autre application"),  # and no azp
        ({"azp": "une-autre"}, "destinée à une autre application"),
        ({"nonce": "un autre"}, "celle d'une autre demande"),
        ({"iss": "https://ailleurs.example"}, "vient d'un autre service"),
        ({"exp": 1_700_000_000}, "a expiré"),
        ({"iat": 4_000_000_000}, "ne convient pas"),
        ({"at_hash": "faux"}, "ne convient pas"),
        ({"preferred_username": 7}, "ne dit pas qui vous êtes"),
        ({"preferred_username": " "}, "ne dit pas qui vous êtes"),
    ],
)
def test_a_token_that_says_otherwise_is_refused(
    house: House, twisted: dict[str, Any], words: str
) -> None:
    house.issuer.twisted = twisted
    caller = Caller(house.address)
    got = house.log_in("nora", caller)
    assert got.status == 403
    assert words in told(got)
    assert COOKIE not in caller.cookies


def test_a_token_that_has_grown_old_is_refused(house: House) -> None:
    caller = Caller(house.address)
    back = house.agree(house.leave(caller), "nora")
    house.oidc.clock = lambda: time.time() + 7200
    try:
        assert "a expiré" in told(caller.get(back))
    finally:
        house.oidc.clock = house.clock


def test_a_key_that_the_issuer_does_not_show_is_refused(house: House) -> None:
    house.issuer.shown = list(house.issuer.keys)
    house.issuer.keys.append(other_key())
    assert "signée d'une clé inconnue" in told(house.log_in("nora"))
    house.issuer.shown = None  # it shows the new one: keys are changed at will
    assert house.log_in("nora").status == 200


def test_a_known_name_for_another_key_is_refused(house: House) -> None:
    house.issuer.shown = list(house.issuer.keys)
    forged = other_key().as_dict(private=True) | {"kid": house.issuer.keys[0].kid}
    house.issuer.keys.append(type(house.issuer.keys[0]).import_key(forged))
    assert "la signature de la réponse n'est pas valable" in told(house.log_in("nora"))


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_that_anybody_could_sign_is_refused(
    house: House, monkeypatch: Any, algorithm: str
) -> None:
    from tests.app.access import issuer as issuing

    def forged(_: Any, token: Any, request: Any) -> str:
        claims = {"iss": house.issuer.address, "aud": CLIENT, "sub": "u-1", "iat": int(time.time()),
                  "exp": int(time.time()) + 600, "nonce": request.authorization_code.nonce,
                  "preferred_username": "chef"}  # fmt: skip
        head = encoded({"alg": algorithm, "kid": "un"}) + "." + encoded(claims)
        shown = house.issuer.keys[0].as_pem(private=False)  # what the issuer shows to everybody
        mac = hmac.digest(shown, head.encode(), "sha256") if algorithm == "HS256" else b""
        return f"{head}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"

    def encoded(part: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")

    monkeypatch.setattr(issuing.IdToken, "encode_id_token", forged)
    assert "la signature de la réponse n'est pas valable" in told(house.log_in("nora"))


def test_a_login_comes_back_once(house: House) -> None:
    caller = Caller(house.address)
    back = house.agree(house.leave(caller), "nora")
    kept = dict(caller.cookies)
    assert caller.get(back).status == 200
    again = Caller(house.address, cookies=kept)
    assert "déjà servie" in told(again.get(back))
    assert COOKIE not in again.cookies


def test_a_code_is_worth_one_login(house: House) -> None:
    """A code that was used comes back under a state that was not."""
    first = Caller(house.address)
    back = dict(parse_qsl(house.agree(house.leave(first), "nora").split("?")[1]))
    assert first.get(f"/oidc/retour?{urlencode(back)}").status == 200
    second = Caller(house.address)
    state = dict(parse_qsl(urlsplit(house.leave(second)).query))["state"]
    got = second.get(f"/oidc/retour?{urlencode({**back, 'state': state})}")
    assert "n'a pas reconnu son code" in told(got)


def test_a_code_of_another_browser_is_refused(house: House) -> None:
    """A code that was caught on its way is of no use: PKCE."""
    victim, thief = Caller(house.address), Caller(house.address)
    caught = dict(parse_qsl(house.agree(house.leave(victim), "nora").split("?")[1]))
    state = dict(parse_qsl(urlsplit(house.leave(thief)).query))["state"]
    got = thief.get(f"/oidc/retour?{urlencode({**caught, 'state': state})}")
    assert "n'a pas reconnu son code" in told(got)


def test_an_address_that_somebody_sends_logs_nobody_in(house: House) -> None:
    """The state belongs to one browser: the other one has not its cookie."""
    mallory, victim = Caller(house.address), Caller(house.address)
    back = house.agree(house.leave(mallory), "nora")
    assert "demande inconnue" in told(victim.get(back))
    house.leave(victim)  # a login of their own under way does not help
    assert "demande inconnue" in told(victim.get(house.agree(house.leave(mallory), "nora")))


@pytest.mark.parametrize(
    "path", ["", "?code=a", "?state=", "?state=x&code=y", "?error=x&state=%00"]
)
def test_what_was_not_asked_for_is_refused(house: House, path: str) -> None:
    got = Caller(house.address).get(f"/oidc/retour{path}")
    assert got.status == 403
    assert "demande inconnue" in told(got)


def test_who_waits_too_long_begins_again(house: House) -> None:
    caller = Caller(house.address)
    back = house.agree(house.leave(caller), "nora")
    house.clock.ahead = LONGEST + 1
    assert "trop ancienne" in told(caller.get(back))


def test_who_says_no_is_told_so(house: House) -> None:
    assert "n'a pas donné son accord (access_denied)" in told(house.log_in(""))


def test_another_issuer_in_the_answer_is_refused(house: House) -> None:
    caller = Caller(house.address)
    back = house.agree(house.leave(caller), "nora")
    assert "vient d'un autre service" in told(caller.get(f"{back}&iss=https%3A%2F%2Fx.example"))


def test_logging_out_logs_out_there_too(house: House) -> None:
    caller = Caller(house.address)
    house.log_in("nora", caller)
    (token,) = set(re.findall(r'name="jeton" value="([^"]+)"', caller.get("/").body.decode()))
    before = dict(caller.cookies)
    got = caller.ask("POST", "/deconnexion", f"jeton={token}", "application/x-www-form-urlencoded")
    (away,) = re.findall(r'content="0;url=([^"]+)"', got.body.decode())
    parts = urlsplit(unescape(away))
    assert Caller(house.issuer.address).get(f"{parts.path}?{parts.query}").status == 302
    said = house.issuer.ended[-1]
    assert said["client_id"] == CLIENT
    assert said["id_token_hint"].count(".") == 2
    assert said["post_logout_redirect_uri"] == f"{house.address}/connexion"
    assert Caller(house.address, cookies=before).get("/config").status == 401


def test_an_admin_ends_it_too_and_its_token_is_forgotten(house: House) -> None:
    caller = Caller(house.address)
    house.log_in("nora", caller)
    visit = house.gate.sessions.find(caller.cookies[COOKIE])
    assert visit is not None
    assert house.gate.sessions.ticket(visit.key)
    assert house.gate.sessions.end_all("nora.petit") >= 1
    assert caller.get("/config").status == 401
    assert house.gate.sessions.ticket(visit.key) == ""


def test_logins_and_refusals_are_in_the_journal(house: House) -> None:
    kinds = Sought(kinds=("login", "refused"))
    before = len(list(entries(house.data, kinds)))
    house.log_in("nora")
    house.issuer.twisted = {"nonce": "x"}
    house.log_in("nora")
    noted = [(e.kind, e.who, e.facts) for e in list(entries(house.data, kinds))[before:]]
    assert noted == [
        ("login", "nora.petit", {"by": "oidc"}),
        ("refused", "inconnu", {"by": "oidc", "reason": "nonce"}),
    ]


# --- the issuer itself


@pytest.mark.parametrize(
    "told_of",
    [
        {"issuer": "https://ailleurs.example"}, {"token_endpoint": ""}, {"jwks_uri": 7},
        {"authorization_endpoint": "javascript:alert(1)"}, {"userinfo_endpoint": "ftp://x/"},
    ],
)  # fmt: skip
def test_an_issuer_that_describes_itself_badly_is_not_used(
    house: House, told_of: dict[str, Any]
) -> None:
    house.issuer.told = told_of
    got = Caller(house.address).get("/oidc/aller")
    assert got.status == 503
    assert "ne répond pas comme il devrait" in told(got)


def test_an_issuer_is_reached_where_the_settings_allow_it_and_nowhere_else(house: House) -> None:
    reached: list[str] = []

    def reach(url: str) -> None:
        reached.append(urlsplit(url).path)
        if "/token" in url:
            raise AddressRefused(setting="oidc.issuer", url=url, reason="public")

    oidc = Oidc(house.issuer.address, Client(CLIENT, SECRET), house.oidc.pending, reach=reach)
    with pytest.raises(AddressRefused):
        oidc.leave("http://127.0.0.1/oidc/retour")
    assert reached == ["/.well-known/openid-configuration", "/token"]


def test_no_proxy_of_the_environment_is_used(house: House, monkeypatch: Any) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody is there
    monkeypatch.setenv("NO_PROXY", "")
    assert house.log_in("nora").status == 200


def test_the_page_does_not_open_with_an_issuer_outside_the_building(tmp_path: Path) -> None:
    from app.assembly import gate_of
    from app.settings import load

    def opened(more: str = "") -> LoginGate:
        (tmp_path / "greffe.toml").write_text(
            '[access]\nlogin = true\n[oidc]\nissuer = "https://203.0.113.9"\nclient = "a"\n' + more
        )
        gate = gate_of(load(tmp_path))
        assert isinstance(gate, LoginGate)
        return gate

    with pytest.raises(AddressRefused):
        opened()
    assert opened('[egress]\nallowed = ["203.0.113.9"]\n').oidc is not None  # and nobody else


def test_an_issuer_that_does_not_answer_is_told(tmp_path: Path) -> None:
    pending = Pending(Store(tmp_path))
    oidc = Oidc("http://127.0.0.1:9", Client(CLIENT), pending, seconds=2)
    with pytest.raises(IssuerSilent):
        oidc.leave("http://127.0.0.1/oidc/retour")
    assert oidc.farewell("x", "http://127.0.0.1/connexion") == ""


def test_one_that_was_silent_is_not_asked_again_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def reach(url: str) -> None:
        asked.append(url)
        raise IssuerSilent(issuer="x", detail="il se tait")

    oidc = Oidc("http://127.0.0.1:9", Client(CLIENT), Pending(Store(tmp_path)), reach=reach)
    for _ in range(3):
        with pytest.raises(IssuerSilent) as silent:
            oidc.leave("http://127.0.0.1/oidc/retour")
        assert silent.value.facts["detail"] == "il se tait"
    assert len(asked) == 1
    monkeypatch.setattr("app.access.oidc._QUIET", 0.0)
    with pytest.raises(IssuerSilent):
        oidc.leave("http://127.0.0.1/oidc/retour")
    assert len(asked) == 2


def test_the_doctor_says_whether_it_answers(house: House, tmp_path: Path) -> None:
    from app.commands.doctor import look_at_issuer
    from app.settings import load

    (tmp_path / "greffe.toml").write_text(
        f'[oidc]\nissuer = "{house.issuer.address}"\nclient = "greffe"\n', "utf-8"
    )
    (found,) = look_at_issuer(load(tmp_path))
    assert found.good
    assert "répond" in found.detail
    house.issuer.told = {"issuer": "autre"}
    (found,) = look_at_issuer(load(tmp_path))
    assert not found.good
    assert "s'annonce comme" in found.detail


@pytest.mark.parametrize(
    ("url", "client"),
    [
        ("http://connexion.mairie.example", Client("a")), ("", Client("a")),
        ("https://x.example/?a=b", Client("a")), ("https://x.example", Client("")),
        ("https://x.example", Client("a", scopes="profile")),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused(url: str, client: Client, tmp_path: Path) -> None:
    with pytest.raises(IssuerInvalid):
        Oidc(url, client, Pending(Store(tmp_path)))


def test_logins_that_never_come_back_are_few(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.connection.executemany(
        "INSERT INTO pending VALUES (?, '', '', '', '', ?)",
        [(str(n), time.time()) for n in range(MOST + 5)],
    )
    asked, secret = Pending(store).begin("x")
    assert store.one("SELECT count(*) n FROM pending")["n"] == MOST  # type: ignore[index]
    assert Pending(store).take(asked.state, secret) == asked


# --- in a browser


def test_the_whole_way_in_a_browser(browser: Any, house: House) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(house.address)
    page.click("text=Se connecter avec AgentConnect")
    page.wait_for_selector("text=nora")
    assert page.url.startswith(house.issuer.address)
    page.click("text=nora")
    page.wait_for_selector("#question textarea")
    assert "Nora Petit (agent)" in seen(page, ".qui")
    page.click("text=Se déconnecter")
    page.wait_for_selector("#identifiant")
    assert house.issuer.ended
    page.goto(house.address)
    page.wait_for_selector("#identifiant")
    context.close()
