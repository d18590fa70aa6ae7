"""Who somebody is, asked of a real OpenLDAP server that the test starts."""

from __future__ import annotations

import importlib.util
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.access.accounts import Accounts
from app.access.attempts import Attempts
from app.access.directory import DirectoryInvalid, DirectorySilent, Ldap
from app.access.gate import COOKIE, LoginGate, Person
from app.access.groups import Groups
from app.access.origins import LoginTaken, release
from app.access.reader import Reader
from app.access.sessions import Sessions
from app.access.store import Store
from tests.app.access.slapd import BASE, LDAPADD, READER, SECRET, SLAPD, Slapd, running
from tests.command_line import PATIENCE_S

pytestmark = [
    pytest.mark.skipif(
        SLAPD is None or LDAPADD is None,
        reason="slapd n'est pas installé : apt install slapd ldap-utils",
    ),
    pytest.mark.skipif(
        importlib.util.find_spec("ldap") is None,
        reason="python-ldap n'est pas installé : pip install '.[annuaire]'",
    ),
]


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    with running(tmp_path_factory.mktemp("annuaire")) as server:
        yield server


def ldap(slapd: Slapd, **other: Any) -> Ldap:
    how: dict[str, Any] = {
        "url": slapd.tls, "base": f"ou=gens,{BASE}", "group_base": f"ou=groupes,{BASE}",
        "reader": (READER, SECRET), "authority": slapd.authority, "seconds": PATIENCE_S,
    }  # fmt: skip
    return Ldap(**(how | other))


@pytest.mark.parametrize("way", ["tls", "plain"])
def test_a_person_logs_in_by_ldaps_and_by_starttls(slapd: Slapd, way: str) -> None:
    person = ldap(slapd, url=getattr(slapd, way)).check("Marie", "marie secret")
    assert person is not None
    assert (person.login, person.name) == ("marie", "Marie Durand")


def test_groups_within_groups_are_found_to_the_end_and_a_circle_is_no_trap(slapd: Slapd) -> None:
    person = ldap(slapd).check("marie", "marie secret")
    assert person is not None
    names = {name for name in person.groups if "," not in name}
    assert names == {"agents", "voirie", "technique", "boucle", "postes"}
    assert f"cn=voirie,ou=groupes,{BASE}" in person.groups  # by its full name too


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("marie", "faux"),
        ("marie", ""),  # a bind without a password succeeds for anybody
        ("personne", "marie secret"),
        ("*", "marie secret"),
        ("mar*", "marie secret"),
        ("marie)(uid=*", "marie secret"),
        ("*)(objectClass=*", "marie secret"),
        ("marie\0", "marie secret"),
        ("marie", "marie secret\0"),
        ("", "marie secret"),
        ("greffe", SECRET),  # the reading account is not among the people
    ],
)
def test_nobody_else_comes_in(slapd: Slapd, login: str, password: str) -> None:
    assert ldap(slapd).check(login, password) is None


def test_letters_with_accents_and_names_with_stars_are_people_too(slapd: Slapd) -> None:
    zoe, paul = ldap(slapd).check("zoé", "zoé secret"), ldap(slapd).check("paul", "paul secret")
    assert zoe == Person("zoé", "Zoé Île", ())
    assert paul is not None
    assert paul.name == "Paul * (Martin)"
    assert "agents (paul)" in paul.groups  # a filter with its name would not parse unescaped


@pytest.mark.parametrize("way", ["tls", "plain"])
def test_a_server_with_anothers_certificate_is_told_no_password(slapd: Slapd, way: str) -> None:
    with pytest.raises(DirectorySilent):
        ldap(slapd, url=getattr(slapd, way), authority=slapd.other_authority).check(
            "marie", "marie secret"
        )
    with pytest.raises(DirectorySilent):  # the right authority, another name
        ldap(slapd, url=getattr(slapd, way).replace("127.0.0.1", "localhost")).check(
            "marie", "marie secret"
        )


def test_a_server_without_tls_is_sent_nothing(tmp_path: Path, slapd: Slapd) -> None:
    """Somebody who answers in the clear gets StartTLS, and neither a name nor a password."""
    import threading

    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def refuse() -> None:
            connection, _ = listening.accept()
            heard.append(connection.recv(4096))
            # an ExtendedResponse: protocolError
            connection.sendall(bytes.fromhex("300c02010178070a010204000400"))
            heard.append(connection.recv(4096))
            connection.close()

        thread = threading.Thread(target=refuse)
        thread.start()
        address = f"ldap://127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(DirectorySilent):
            ldap(slapd, url=address).check("marie", "marie secret")
        thread.join(PATIENCE_S)
    assert b"1.3.6.1.4.1.1466.20037" in heard[0]
    assert not any(b"secret" in said or b"marie" in said or b"serveur" in said for said in heard)


def test_a_directory_that_is_down_is_said_to_be(slapd: Slapd) -> None:
    with pytest.raises(DirectorySilent):
        ldap(slapd, url="ldaps://127.0.0.1:1").check("marie", "marie secret")
    with pytest.raises(DirectorySilent):
        ldap(slapd, reader=(READER, "faux")).check("marie", "marie secret")


@pytest.mark.parametrize(
    "wrong",
    [{"url": "http://127.0.0.1"}, {"url": "ldaps://"}, {"base": ""}, {"attribute": "uid=*)("},
     {"authority": Path("/nulle/part.pem")}],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused_at_the_start(
    slapd: Slapd, wrong: dict[str, Any]
) -> None:
    with pytest.raises(DirectoryInvalid):
        ldap(slapd, **wrong)


def test_groups_of_the_directory_open_fonds_and_local_accounts_come_first(
    slapd: Slapd, tmp_path: Path
) -> None:
    store = Store(tmp_path)
    accounts = Accounts(store)
    gate = LoginGate(accounts, Attempts(store), Sessions(store, 600, 6000), directory=ldap(slapd))
    groups = Groups(store)
    groups.open("Technique", ["travaux"])
    groups.open("agents (paul)", ["secrets"])
    groups.set_role("VOIRIE", "juriste")

    def reader() -> Reader | None:
        token = gate.log_in("marie", "marie secret", "10.0.0.1")
        visit = gate.visit("10.0.0.1", {"cookie": [f"{COOKIE}={token}"]}) if token else None
        return visit.reader if visit else None

    assert reader() == Reader("marie", "Marie Durand", "juriste", frozenset({"travaux"}))
    with pytest.raises(LoginTaken):
        accounts.add("marie", "La Marie d'ici", "agent", [])
    release(store, "marie")
    accounts.add("marie", "La Marie d'ici", "agent", [])
    assert reader() is None  # now the local password counts, and it is another
