"""When the page may open, to whom, and what the commands of accounts and groups do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.access.accounts import Accounts
from app.access.gate import COOKIE, LoginGate, OpenGate
from app.access.groups import Groups
from app.access.reader import Fonds
from app.access.sessions import Sessions
from app.access.store import Store
from app.assembly import gate_of
from app.settings import load
from tests.app.access.slapd import write_certificates
from tests.command_line import free_port, greffe

TLS = {"GREFFE_PAGE__CERTIFICATE": "{}/server.pem", "GREFFE_PAGE__KEY": "{}/server.key"}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "donnees"
    folder.mkdir()
    write_certificates(folder)
    return folder


def served(data: Path, **settings: str) -> str:
    """What `greffe serve` says, with a port that nobody will be heard on: it has no index."""
    ran = greffe(data, "serve", "--port", "7", **settings)
    return f"{ran.code} {ran.err}"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"HOST": "0.0.0.0"}, "10 La page ne peut pas sortir de ce poste (page.host = 0.0.0.0)"),
        ({"NAME": "greffe.lan"}, "10 La page ne peut pas sortir de ce poste (page.name)"),
        ({"PROXY": "127.0.0.1"}, "10 La page ne peut pas sortir de ce poste (page.proxy)"),
        ({"HOST": "0.0.0.0", "login": "true"}, "10 La page ne peut pas être ouverte sur 0.0.0.0"),
        ({"CERTIFICATE": "/nulle/part"}, "10 Le certificat de la page"),
        ({"CERTIFICATE": "{}/ca.pem", "KEY": "{}/server.key"}, "10 Le certificat de la page"),
    ],
)
def test_the_page_does_not_open_where_it_would_not_be_safe(
    data: Path, settings: dict[str, str], said: str
) -> None:
    login = settings.pop("login", "false")
    page = {f"GREFFE_PAGE__{name}": value.format(data) for name, value in settings.items()}
    assert served(data, GREFFE_ACCESS__LOGIN=login, **page).startswith(said)


def test_it_does_not_open_when_nobody_could_come_in(data: Path) -> None:
    tls = {name: value.format(data) for name, value in TLS.items()}
    settings = {"GREFFE_ACCESS__LOGIN": "true", "GREFFE_PAGE__HOST": "127.0.0.1", **tls}
    port = str(free_port())
    ran = greffe(data, "serve", "--port", port, **settings)
    assert ran.code == 10
    assert "personne ne peut se connecter" in ran.err
    greffe(data, "users", "add", "chef", "--role", "admin")
    ran = greffe(data, "serve", "--port", port, **settings)
    assert "Aucun document n'est indexé" in ran.err  # the gate is past


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"GREFFE_PAGE__PROXY": "10.0.0.300"}, "ni une adresse ni un réseau"),
        ({"GREFFE_ACCESS__PROXY_USER": "X-User"}, "ne nomme aucun mandataire"),
        ({"GREFFE_DIRECTORY__URL": "ldaps://8.8.8.8", "GREFFE_DIRECTORY__BASE": "dc=x"},
         "hors du bâtiment : ldaps://8.8.8.8"),
        ({"GREFFE_DIRECTORY__URL": "ldaps://127.0.0.1"}, "directory.base est vide"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_told_before_the_page_opens(
    data: Path, settings: dict[str, str], said: str
) -> None:
    ran = greffe(data, "serve", "--port", str(free_port()), GREFFE_ACCESS__LOGIN="true", **settings)
    assert ran.code in (2, 10)
    assert said in ran.err


@pytest.mark.parametrize(
    ("network", "passes"),
    [
        ("10.0.0.5", True), ("10.0.0.16/28", True), ("fd00::5", True), ("fd00::10/124", True),
        ("0.0.0.0/0", False), ("::/0", False), ("10.0.0.0/27", False), ("fd00::/64", False),
        ("fd00::/123", False), ("::ffff:0:0/96", False), ("127.0.0.1, 10.0.0.0/8", False),
        ("0.0.0.0/1,128.0.0.0/1", False),
    ],
)  # fmt: skip
def test_no_more_than_a_few_addresses_are_believed_about_who_asks(
    data: Path, network: str, passes: bool
) -> None:
    settings = {
        "GREFFE_ACCESS__LOGIN": "true", "GREFFE_PAGE__HOST": "0.0.0.0",
        "GREFFE_PAGE__PROXY": network, "GREFFE_ACCESS__PROXY_USER": "X-Remote-User",
    }  # fmt: skip
    ran = greffe(data, "serve", "--port", str(free_port()), **settings)
    if passes:
        assert "Aucun document n'est indexé" in ran.err  # the gate is past
    else:
        assert ran.code == 2
        assert "un réseau de plus de 16 adresses" in ran.err


def test_without_a_login_whoever_sits_here_reads_all(data: Path) -> None:
    gate = gate_of(load(data))
    assert isinstance(gate, OpenGate)
    visit = gate.visit("127.0.0.1", {})
    assert visit is not None
    assert visit.reader.fonds is None


# --- accounts and groups


def test_an_account_is_made_changed_and_removed(data: Path) -> None:
    made = greffe(data, "users", "add", "Marie.Durand", "--name", "Marie", "--group", "Plu")
    password = made.out.strip()
    assert len(password) == 24
    assert password not in made.err
    assert greffe(data, "users", "add", "marie.durand").code == 2
    assert greffe(data, "users", "add", "deux mots").code == 2
    greffe(data, "users", "change", "marie.durand", "--role", "juriste")
    (one,) = greffe(data, "users", "--json").json["users"]
    assert one == {
        "login": "marie.durand", "name": "Marie", "role": "juriste", "first": True,
        "groups": ["plu"], "locked": False,
    }  # fmt: skip
    greffe(data, "users", "change", "marie.durand", "--group", "aucun")
    assert greffe(data, "users", "--json").json["users"][0]["groups"] == []
    again = greffe(data, "users", "reset", "marie.durand").out.strip()
    assert again != password
    assert Accounts(Store(data)).check("marie.durand", password) is None
    assert Accounts(Store(data)).check("marie.durand", again) is not None
    assert greffe(data, "users", "remove", "marie.durand").code == 0
    assert greffe(data, "users", "remove", "marie.durand").code == 2


def test_an_account_that_must_wait_is_listed_and_let_go(data: Path) -> None:
    from app.access.attempts import LIMITS, Attempts

    greffe(data, "users", "add", "marie")
    attempts = Attempts(Store(data))
    for _ in range(LIMITS["both"]):
        assert attempts.take("marie", "10.0.0.1")
    assert not attempts.take("marie", "10.0.0.1")
    assert greffe(data, "users", "--json").json["users"][0]["locked"]
    assert "bloqué" in greffe(data, "users").out
    greffe(data, "users", "unlock", "Marie")
    assert attempts.take("marie", "10.0.0.1")


def opened_to(data: Path, *groups: str) -> Fonds:
    """The fonds that a member of these groups sees."""
    return Groups(Store(data)).fonds_of(groups)


def test_groups_open_and_close_fonds(data: Path) -> None:
    assert opened_to(data, "plu") == frozenset()  # nothing is open at the beginning
    ran = greffe(data, "groups", "open", "PLU", "permis", "plans")
    assert "n'est pas encore indexé" in ran.err
    greffe(data, "groups", "open", "tous", "deliberations")
    assert opened_to(data, "plu") == {"permis", "plans", "deliberations"}
    assert opened_to(data) == {"deliberations"}
    greffe(data, "groups", "close", "plu", "permis")
    assert opened_to(data, "Plu") == {"plans", "deliberations"}
    greffe(data, "groups", "open", "direction", "--all")
    assert opened_to(data, "direction") is None
    greffe(data, "groups", "remove", "direction")
    assert opened_to(data, "direction") == {"deliberations"}
    assert greffe(data, "groups", "remove", "direction").code == 2
    assert greffe(data, "groups", "open", "plu").code == 2


def test_a_role_of_a_group_is_for_those_whom_another_directory_knows(data: Path) -> None:
    greffe(data, "groups", "role", "direction", "--role", "admin")
    greffe(data, "groups", "role", "conseil", "--role", "juriste")
    groups = Groups(Store(data))
    assert groups.role_of(["Conseil", "direction"]) == "admin"
    greffe(data, "groups", "role", "direction")
    assert groups.role_of(["conseil", "direction"]) == "juriste"
    greffe(data, "users", "add", "marie", "--group", "conseil")
    assert Accounts(Store(data)).one("marie").role == "agent"


def test_what_a_session_may_read_is_read_anew_each_time(data: Path) -> None:
    store = Store(data)
    accounts, sessions, groups = Accounts(store), Sessions(store, 600, 6000), Groups(store)
    accounts.add("marie", "", "agent", ["plu"])
    token = sessions.begin("marie", "Marie", "local")

    def fonds() -> Any:
        visit = sessions.find(token)
        return visit.reader.fonds if visit else "gone"

    assert fonds() == frozenset()
    groups.open("plu", ["permis"])
    assert fonds() == {"permis"}
    groups.close("plu", ["permis"])
    assert fonds() == frozenset()
    assert sessions.find("autre") is None
    accounts.change("marie", role="admin")
    assert fonds() == "gone"  # a change of the account ends its sessions


def test_two_cookies_of_one_name_are_none(data: Path) -> None:
    from app.access.attempts import Attempts

    store = Store(data)
    gate = LoginGate(Accounts(store), Attempts(store), Sessions(store, 600, 6000))
    gate.accounts.add("marie", "", "agent", [])
    token = gate.sessions.begin("marie", "Marie", "local")
    assert gate.visit("10.0.0.1", {"cookie": [f"autre=1; {COOKIE}={token}"]}) is not None
    assert gate.visit("10.0.0.1", {"cookie": [f"{COOKIE}=x; {COOKIE}={token}"]}) is None
