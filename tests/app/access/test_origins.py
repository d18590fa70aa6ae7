"""One login, one person: who comes from another source under the same name is refused."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest

from app.access.accounts import Accounts
from app.access.attempts import Attempts
from app.access.gate import LoginGate, Person
from app.access.origins import LoginTaken, release
from app.access.proxy import Proxy
from app.access.sessions import Sessions
from app.access.store import Store
from tests.app.web.closed_town import PASSWORD, set_up
from tests.command_line import greffe


class OneDirectory:
    """Knows everybody, with one password."""

    def check(self, login: str, password: str) -> Person | None:
        return Person(login, login.title(), ()) if password == PASSWORD else None


@pytest.fixture
def gate(tmp_path: Path) -> LoginGate:
    store = Store(tmp_path)
    proxy = Proxy((ip_network("10.0.0.1"),), "x-remote-user")
    return LoginGate(Accounts(store), Attempts(store), Sessions(store, 3600, 36_000), proxy,
                     OneDirectory())  # fmt: skip


def by_proxy(gate: LoginGate, login: str) -> bool:
    return gate.visit("10.0.0.1", {"x-remote-user": [login]}) is not None


def test_the_first_source_of_a_login_keeps_it(gate: LoginGate) -> None:
    assert gate.log_in("marie", PASSWORD, "") is not None  # of the directory
    with pytest.raises(LoginTaken) as refused:
        gate.sessions.begin("Marie", "Marie D.", "oidc")
    assert refused.value.facts == {"login": "marie", "source": "annuaire"}
    assert not by_proxy(gate, "MARIE")
    with pytest.raises(LoginTaken):
        gate.accounts.add("marie", "", "agent", [])
    assert gate.log_in("marie", PASSWORD, "") is not None
    assert by_proxy(gate, "paul")
    with pytest.raises(LoginTaken):
        gate.log_in("paul", PASSWORD, "")


def test_a_local_login_stays_local_once_its_account_is_removed(
    gate: LoginGate, tmp_path: Path
) -> None:
    set_up(gate.accounts, "anne", "admin", [])
    assert not by_proxy(gate, "anne")
    ran = greffe(tmp_path, "users", "release", "anne")
    assert (ran.code, "compte de Greffe" in ran.err) == (2, True)
    gate.accounts.remove("anne")
    with pytest.raises(LoginTaken):
        gate.log_in("anne", PASSWORD, "")
    assert greffe(tmp_path, "users", "release", "anne").code == 0
    assert gate.log_in("anne", PASSWORD, "") is not None


def test_an_account_of_before_has_its_login(gate: LoginGate) -> None:
    set_up(gate.accounts, "luc", "agent", [])
    release(gate.accounts.store, "luc")  # as in a store that an older program made
    assert not by_proxy(gate, "luc")
    assert gate.log_in("luc", PASSWORD, "") is not None


def test_a_released_login_ends_the_sessions_it_had(gate: LoginGate) -> None:
    token = gate.log_in("zoe", PASSWORD, "")
    assert token is not None
    release(gate.accounts.store, "zoe")
    assert gate.sessions.find(token) is None
    assert gate.sessions.begin("zoe", "Zoé", "oidc")
