"""The real town hall behind a login, for tests of whole pages: people, questions, the journal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.access.accounts import Accounts
from app.access.attempts import Attempts
from app.access.gate import LoginGate
from app.access.groups import Groups
from app.access.reader import Role
from app.access.sessions import Sessions
from app.access.store import Store
from app.answer import Desk
from app.assembly import open_desk
from app.citations import Answer
from app.journal.entries import Journal
from app.journal.search import Entry, Sought, entries
from app.settings import load
from tests.app.web.closed_town import PASSWORD, Caller, set_up
from tests.app.web.serving import serving
from tests.conftest import FONDS, copy_town

FINE = "Quelle est l'amende maximale pour un dépôt sauvage ?"
NOWHERE = "Quelle est la capitale de l'Italie ?"
PEOPLE: tuple[tuple[str, Role, list[str]], ...] = (
    ("marie", "agent", ["lecteurs"]), ("paul", "agent", ["lecteurs"]),
    ("anne", "juriste", ["lecteurs"]), ("loin", "juriste", []), ("chef", "admin", []),
)  # fmt: skip


@dataclass
class Hall:
    """A page with a login, over the indexed sample."""

    address: str
    desk: Desk
    gate: LoginGate

    def caller(self, login: str) -> Caller:
        """Somebody who has logged in, without a browser."""
        return Caller.logged_in(self.address, login)

    def asked(self, question: str = FINE, who: str = "marie", **how: Any) -> Answer:
        """An answer that somebody got."""
        return self.desk.ask(question, who=who, **how)

    def noted(self, kind: str) -> Entry:
        """The last line of this kind in the journal."""
        [*_, last] = entries(self.desk.data, Sought(kinds=(kind,)))
        return last

    def enter(self, page: Any, login: str) -> None:
        """Log in with a browser."""
        page.goto(f"{self.address}/connexion")
        page.fill("#identifiant", login)
        page.fill("#motdepasse", PASSWORD)
        page.press("#motdepasse", "Enter")
        page.wait_for_selector("#exemples button:visible")


@contextmanager
def hall_of(indexed: Path, folder: Path) -> Iterator[Hall]:
    """A copy of the indexed sample and its page, until the end of the block."""
    with hall_at(copy_town(indexed, folder / "donnees")) as hall:
        yield hall


@contextmanager
def hall_at(data: Path) -> Iterator[Hall]:
    """The page of a data folder, until the end of the block."""
    from app.web import build_app

    store = Store(data)
    gate = LoginGate(Accounts(store), Attempts(store), Sessions(store, 3600, 36000))
    Groups(store).open("lecteurs", [FONDS])
    for login, role, groups in PEOPLE:
        set_up(gate.accounts, login, role, groups)
    with open_desk(load(data)) as desk:
        app = build_app(desk, load(data), gate, journal=Journal(data))
        with serving(app) as address:
            yield Hall(address, desk, gate)


def told(page: bytes) -> str:
    """The words of a page."""
    text = re.sub(r"<[^>]+>", " ", page.decode())
    return " ".join(text.replace("&#x27;", "'").replace("&#39;", "'").split())


def token(page: bytes) -> str:
    """What the forms of a page must bring back."""
    found = re.search(r'name="jeton" value="([^"]*)"', page.decode())
    assert found
    return found[1]


def send(caller: Caller, path: str, **fields: str) -> Any:
    """Send a form."""
    from urllib.parse import urlencode

    return caller.ask("POST", path, urlencode(fields), "application/x-www-form-urlencoded")
