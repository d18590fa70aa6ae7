"""The page answers while another process indexes: real processes, a real browser."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.app.web.serving import seen
from tests.command_line import PATIENCE_S, free_port, greffe, started, wait_for, wait_until_open

NEW = (
    "Commune de Courvallon-sur-Sélande\n\nConseil municipal du 4 novembre 2025\n\n"
    "Délibération n° 2025-077\nObjet : Achat d'un alambic municipal\n\n"
    "Le conseil municipal approuve l'achat d'un alambic municipal au prix de 8 765 €.\n"
    "Vote : 17 voix pour, 2 voix contre.\n"
)
ASKED = "À quel prix le conseil a-t-il acheté l'alambic municipal ?"


@pytest.fixture
def page(own_town: Path) -> Iterator[str]:
    """The address of `greffe serve`, in a process of its own."""
    port = free_port()
    with (own_town / "greffe.toml").open("a") as toml:  # a test asks faster than a person may
        toml.write("\n[limits]\nquestions = 1000\nrequests = 100000\n")
    server = started(own_town, "serve", "--port", str(port))
    try:
        wait_until_open(server, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGINT)
        server.communicate(timeout=PATIENCE_S)


class Visitor:
    """An agent before the page."""

    def __init__(self, browser: Any, address: str) -> None:
        self.context = browser.new_context(viewport={"width": 390, "height": 844})
        self.page = self.context.new_page()
        self.requested: list[str] = []
        self.page.on("request", lambda request: self.requested.append(request.url))
        self.page.goto(address)
        self.page.wait_for_selector("#question textarea")

    def ask(self, question: str) -> str:
        """The words of the answer, or of the refusal."""
        self._type(question)
        self.page.press("#question textarea", "Enter")
        self.page.wait_for_selector(f"#reponse h2:has-text('{question[:12]}')")
        self.page.wait_for_selector("#envoyer:visible")
        self.page.wait_for_selector("#reponse .tour p")
        return seen(self.page, "#reponse .tour")

    def _type(self, question: str) -> None:
        """As a person does: once the page is at rest, and looking at what was typed."""
        self.page.wait_for_selector("#arreter", state="hidden")

        def typed() -> bool:
            self.page.fill("#question textarea", question)
            time.sleep(0.3)
            return str(self.page.input_value("#question textarea")) == question

        wait_for(typed, "the box does not keep what is typed")

    def anew(self) -> None:
        """Begin another conversation."""
        self.page.click("#nouvelle")
        self.page.wait_for_selector("#reponse .tour", state="hidden")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_agent_keeps_asking_while_new_records_come_in(
    own_town: Path, page: str, browser: Any, tmp_path: Path
) -> None:
    visitor = Visitor(browser, page)
    before = visitor.ask("Quelle amende pour un dépôt sauvage de 2 à 5 m³ ?")
    assert "950" in before
    assert "8 765" not in visitor.ask(ASKED)

    fresh = tmp_path / "nouveaux"
    fresh.mkdir()
    (fresh / "2025-077.txt").write_text(NEW, encoding="utf-8")
    for number in range(40):  # enough to keep the indexing busy for a while
        (fresh / f"note-{number}.txt").write_text(f"Note {number} du service. " * 200, "utf-8")
    running = started(own_town, "ingest", fresh, "--fonds", "mairie")
    answered = 0
    while running.poll() is None:
        visitor.anew()
        assert "950" in visitor.ask("Quelle amende pour un dépôt sauvage de 2 à 5 m³ ?")
        answered += 1
    talk = running.communicate()
    assert running.returncode == 0, talk
    assert answered > 0

    visitor.anew()
    assert "8 765" in visitor.ask(ASKED)  # found without a restart
    visitor.page.click("#reponse a.renvoi >> nth=0")
    visitor.page.wait_for_selector("#source :text('alambic')")
    assert all(url.startswith((page, "data:", "blob:")) for url in visitor.requested)
    visitor.context.close()


def test_what_was_indexed_beside_the_page_is_whole(own_town: Path, page: str) -> None:
    note = own_town.parent / "n" / "2025-077.txt"
    note.parent.mkdir()
    note.write_text(NEW, encoding="utf-8")
    assert greffe(own_town, "ingest", note.parent, "--fonds", "mairie").code == 0
    again = greffe(own_town, "ingest", note.parent, "--fonds", "mairie", "--json")
    assert again.json["unchanged"] == 1
    assert again.json["read"] == 0
    assert greffe(own_town, "ask", ASKED).code == 0
