"""What an agent sees while a model writes: words that nobody has checked, then verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from app.answer import SILENT, Desk
from app.assembly import open_desk
from app.ledger import squeeze
from app.llm import Chat
from app.settings import load
from app.web import build_app
from app.web.spacing import as_typed
from tests.app.scripted_model import ModelServer, Script, model_server
from tests.app.web.conftest import Settings
from tests.app.web.serving import serving, until
from tests.command_line import PATIENCE_S

# Gradio 6.31 computes its queue's figures in ways that pandas 3 gives up
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

QUESTION = "Quelle est l'amende maximale pour un dépôt sauvage ?"
QUOTED = "Le coût pour la commune est estimé à 17 600 €."
INVENTED = "Le préfet Dupont prononce 987 654 € d'amende [1]."
WRITING = "#reponse .en-cours"


@pytest.fixture(scope="module")
def desk(town: Path) -> Iterator[Desk]:
    with open_desk(load(town)) as opened:
        yield opened


@dataclass
class Screen:
    """A page that is open, before a model that follows a script."""

    page: Any
    model: ModelServer
    context: Any

    def send(self) -> None:
        self.page.fill("#question textarea", QUESTION)
        self.page.press("#question textarea", "Enter")

    def shows(self, selector: str, words: str) -> None:
        self.page.wait_for_selector(f'{selector}:has-text("{words}")')


@contextmanager
def screen(browser: Any, desk: Desk, script: Script, seconds: int = 600) -> Iterator[Screen]:
    with ExitStack() as stack:
        model = stack.enter_context(model_server(script))
        writing = replace(desk, chat=Chat(model.url, "essai", "", seconds))
        address = stack.enter_context(serving(build_app(writing, Settings(desk.data))))
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        stack.callback(context.close)
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector("#exemples button:visible")
        yield Screen(page, model, context)


def quoting(desk: Desk) -> str:
    """A sentence of the sources, with the number of the passage that holds it."""
    hits = desk.search(QUESTION)
    rank = next(h.rank for h in hits if squeeze(QUOTED[:-1]) in squeeze(h.passage.text))
    return f"{QUOTED} [{rank}]"


def test_a_sentence_is_shown_as_unchecked_and_then_takes_its_verdict(
    browser: Any, desk: Desk
) -> None:
    says = ["Le coût pour", f"{quoting(desk)[12:]} Le préfet", f"{INVENTED[9:]} Fin", " [1]."]
    with screen(browser, desk, Script(says, gated=True)) as seen:
        seen.send()
        seen.model.go.release()
        seen.shows(WRITING, "Le coût pour")
        seen.shows(WRITING, "en cours de vérification")
        assert seen.page.locator("#reponse :is(.exacte, .appuyee, .non-verifiee)").count() == 0
        seen.page.wait_for_selector("#reponse [role=log][aria-busy=true]")
        seen.model.go.release()
        seen.shows("#reponse .exacte", QUOTED)
        seen.shows(WRITING, "Le préfet")
        seen.model.go.release()
        seen.shows("#reponse .non-verifiee del", "987 654")
        seen.model.go.release()
        seen.page.wait_for_selector("#envoyer:visible")
        seen.shows("#reponse .pied", "Rédigé par essai")
        seen.page.wait_for_selector(WRITING, state="detached")
        seen.page.wait_for_selector("#reponse [role=log][aria-busy=false]")
        shown = seen.page.locator("#reponse .phrase:not(.non-verifiee)").all_inner_texts()
        assert len(shown) == 1
        assert QUOTED in as_typed(shown[0])


def test_stopping_takes_away_what_was_not_checked_and_hangs_up(browser: Any, desk: Desk) -> None:
    with screen(browser, desk, Script(["Le préfet Dupont "], ends="hang")) as seen:
        seen.send()
        seen.shows(WRITING, "Le préfet")
        seen.page.click("#arreter")
        seen.shows("#etape", "Recherche arrêtée.")
        assert seen.model.left.wait(PATIENCE_S)
        until(seen.page, "!document.querySelector('#tours').innerText.includes('préfet')")


def test_a_visitor_who_leaves_hangs_up_on_the_model(browser: Any, desk: Desk) -> None:
    with screen(browser, desk, Script(["Le préfet Dupont "], ends="hang")) as seen:
        seen.send()
        seen.shows(WRITING, "Le préfet")
        seen.context.close()
        assert seen.model.left.wait(PATIENCE_S)


@pytest.mark.parametrize("ends", ["cut", "error"])
def test_a_server_that_breaks_off_leaves_the_words_of_the_sources(
    browser: Any, desk: Desk, ends: str
) -> None:
    with screen(browser, desk, Script(["Le préfet Dupont ", "dit "], ends=ends)) as seen:
        seen.send()
        seen.shows("#reponse .note", SILENT)
        assert "Dupont" not in seen.page.inner_text("#reponse")
        assert seen.page.locator("#reponse .exacte").count() > 0
