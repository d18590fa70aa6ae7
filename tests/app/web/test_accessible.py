"""axe-core finds nothing wrong with any page, in any of its states, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from app.citations import Answer
from app.journal.entries import Journal
from app.opinions import Opinion, note
from app.web.about_markup import AXE_RULES, AXE_STATES
from tests.app.web.conftest import Site
from tests.app.web.hall import FINE, NOWHERE, Hall
from tests.app.web.serving import until

# Gradio 6.31 computes its queue's figures in ways that pandas 3 gives up
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

ACT = "Que dit la délibération n° 2024-038 ?"  # validated here: other tests ask something else
RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}


# Gradio's script follows the scheme; other pages have none
FOLLOWED = {
    "light": "!document.querySelector('.gradio-container') || !document.querySelector('.dark')",
    "dark": "!document.querySelector('.gradio-container') || !!document.querySelector('.dark')",
}


class Eye:
    """A browser that looks at pages as axe-core does."""

    def __init__(self, browser: Any, width: int = 1366) -> None:
        from axe_playwright_python.base import AXE_SCRIPT

        self._axe = AXE_SCRIPT
        self.context = browser.new_context(
            viewport={"width": width, "height": 768}, reduced_motion="reduce"
        )
        self.page = self.context.new_page()
        self.width = width
        self.faults: list[str] = []

    states: ClassVar[set[str]] = set()  # looked at by all tests of this file
    rules: ClassVar[set[str]] = set()  # that applied to one of them

    def look(self, state: str) -> None:
        """Look at the page as it is, light and dark. What is wrong is kept in `faults`."""
        if not self.page.evaluate("typeof axe === 'object'"):
            self.page.evaluate(self._axe)
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            until(self.page, FOLLOWED[scheme])
            found = self.page.evaluate("rules => axe.run(document, rules)", RULES)
            Eye.states.add(f"{self.width} {state}")
            Eye.rules |= {one["id"] for one in found["passes"]}
            self.faults += [
                f"{state}, {scheme} : {one['id']} {one['nodes'][0]['target']}"
                f" {one['nodes'][0]['failureSummary']}"
                for one in found["violations"]
            ]
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            self.faults.append(f"{state} : {wide} px too wide")

    def visit(self, address: str) -> None:
        """Open a page that Gradio does not draw, and look at it."""
        self.page.goto(address)
        self.look(address.rpartition(":")[2])

    def ask(self, question: str) -> None:
        """Ask, and wait for the answer."""
        self.page.fill("#question textarea", question)
        self.page.press("#question textarea", "Enter")
        self.page.wait_for_selector(f'#reponse h2:has-text("{question[:20]}")')
        self.page.wait_for_selector("#envoyer:visible")
        self.page.wait_for_selector("#reponse .tour p")


@pytest.fixture
def eye(browser: Any) -> Iterator[Eye]:
    looking = Eye(browser)
    yield looking
    looking.context.close()


def paths(answer: Answer) -> list[str]:
    """Every page that an admin may open, about an answer where it is about one."""
    cited = answer.citations[0]
    place = f"/source/{cited.source_id}/{cited.quote.page}?record={cited.record_id}"
    return [
        "/comment-ca-marche", "/accessibilite", "/mot-de-passe", f"/reponse/{answer.id}",
        "/validees", "/historique", "/avis",
        f"{place}&start={cited.quote.start}&end={cited.quote.end}", f"{place}&taille=150",
        f"/acte/{cited.record_id}",
    ]  # fmt: skip


def states_of_the_chat(eye: Eye, stopped: str, too_long: str) -> Iterator[str]:
    """Bring the open chat into one state after the other; each is named once it is there.

    Args:
        eye: whose page shows the chat.
        stopped: what the page says, in its language, of a question that was stopped.
        too_long: what it says of one that is too long.
    """
    page = eye.page
    page.wait_for_selector("#exemples button:visible")
    yield "empty"
    page.click("#choisir > button")
    page.wait_for_selector("#fonds label:visible")
    yield "filters open"
    page.click("#choisir > button")
    page.fill("#question textarea", "attends un peu")
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#etape .travail")
    yield "answering"
    page.click("#arreter")
    page.wait_for_selector(f"#etape:has-text('{stopped}')")
    yield "stopped"
    eye.ask("Combien coûte un repas ?")
    page.wait_for_selector("#vue-c-1-1")
    yield "answered, source open"
    page.click("a[href^='#signaler-']")
    page.wait_for_selector("dialog[open]")
    yield "reporting"
    page.keyboard.press("Escape")
    page.click("a.renvoi[href='#c-1-2']")
    page.wait_for_selector("#vue-c-1-2")
    yield "a scan"
    eye.ask("À quelle heure ouvre la piscine ?")
    yield "refused"
    eye.ask("une panne ?")
    yield "error"
    page.fill("#question textarea", "x" * 2001)
    page.press("#question textarea", "Enter")
    page.wait_for_selector(f"#etape:has-text('{too_long}')")
    yield "too long"


def test_axe_sees_what_is_wrong(eye: Eye) -> None:
    eye.page.set_content("<html lang=fr><title>x</title><main><h1>x</h1><img src=data:,></main>")
    eye.look("an image without words")
    assert len(eye.faults) == 2
    assert "image-alt" in eye.faults[0]


def test_the_chat_is_accessible_in_each_of_its_states(eye: Eye, site: Site) -> None:
    eye.page.goto(site.address)
    for state in states_of_the_chat(eye, "Recherche arrêtée.", "la limite est de"):
        eye.look(state)
    assert eye.faults == []


def test_every_other_page_is_accessible(eye: Eye, hall: Hall) -> None:
    answer, refused = hall.asked(ACT, "chef"), hall.asked(NOWHERE)
    assert (answer.status, refused.status) == ("answered", "not_in_records")
    given = hall.gate.accounts.add("neuve", "Neuve", "agent", ["lecteurs"])
    eye.visit(f"{hall.address}/connexion")
    eye.page.fill("#identifiant", "neuve")
    eye.page.fill("#motdepasse", "un autre")
    eye.page.press("#motdepasse", "Enter")
    eye.page.wait_for_selector(".avis")
    eye.look("login refused")
    eye.page.fill("#motdepasse", given)
    eye.page.press("#motdepasse", "Enter")
    eye.page.wait_for_selector("#ancien")
    eye.look("a first password")
    eye.context.clear_cookies()
    note(Journal(hall.desk.data), "chef", "", Opinion(answer.id, False, "wrong", "x"))
    hall.enter(eye.page, "chef")
    eye.look("an admin's page")
    for path in (f"/reponse/{refused.id}", *paths(answer), "/source/999999/1"):
        eye.visit(hall.address + path)
    eye.page.goto(f"{hall.address}/reponse/{answer.id}")
    eye.page.click(".valider button")
    eye.page.wait_for_selector(".validee")
    eye.look("a validated answer")
    eye.visit(f"{hall.address}/validees")
    eye.visit(f"{hall.address}/reponse/0123456789ab")
    assert eye.faults == []


def test_at_320_pixels_nothing_is_lost(browser: Any, site: Site, hall: Hall) -> None:
    narrow = Eye(browser, 320)
    narrow.page.goto(site.address)
    narrow.page.wait_for_selector("#exemples button:visible")
    narrow.look("empty")
    narrow.ask("Combien coûte un repas ?")
    narrow.page.wait_for_selector("#vue-c-1-1")
    narrow.look("answered")
    answer = hall.asked(FINE, "chef")
    hall.enter(narrow.page, "chef")
    for path in paths(answer):
        narrow.visit(hall.address + path)
    narrow.context.close()
    assert narrow.faults == []


def test_the_statement_claims_no_more_than_was_measured() -> None:
    if len(Eye.states) < 3:
        pytest.skip("seul : les pages n'ont pas été regardées")
    assert len(Eye.states) >= AXE_STATES
    assert len(Eye.rules) >= AXE_RULES
