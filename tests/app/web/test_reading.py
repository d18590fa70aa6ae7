"""What is read stays in view, and what is next is at hand, by mouse or by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.history import was_informed
from app.journal.erase import erase_person
from tests.app.web.closed_town import set_up
from tests.app.web.conftest import Site
from tests.app.web.hall import Hall
from tests.app.web.serving import seen
from tests.app.web.test_browser import Visit, visiting

# Gradio 6.31 computes its queue's figures in ways that pandas 3 gives up
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

TOP = "document.querySelector('#reponse h2').getBoundingClientRect().top"
FOLLOW_UP = "et pour une inscription tardive ?"


@pytest.fixture
def visit(browser: Any, site: Site) -> Iterator[Visit]:
    yield from visiting(browser, site)


@pytest.fixture
def small(browser: Any, site: Site) -> Iterator[Visit]:
    """A window so low that no answer fits into it."""
    yield from visiting(browser, site, viewport={"width": 900, "height": 400})


def test_a_follow_up_stands_at_the_top_of_the_window(small: Visit) -> None:
    small.ask("Combien coûte un repas ?")
    small.ask(FOLLOW_UP)
    small.source("c-2-1")
    small.until(f"Math.abs({TOP} - 12) < 3")


def test_the_answer_stays_there_as_it_grows(small: Visit) -> None:
    small.ask("Combien coûte un repas ?")
    small.ask(FOLLOW_UP)
    small.page.evaluate(
        "document.querySelector('#precedents').prepend(Object.assign("
        "document.createElement('div'), {style: 'height: 900px'}))"
    )
    small.until(f"Math.abs({TOP} - 12) < 3")


def test_who_has_scrolled_away_is_left_where_they_are(small: Visit) -> None:
    page = small.page
    small.ask("Combien coûte un repas ?")
    small.ask(FOLLOW_UP)
    small.source("c-2-1")
    small.until(f"Math.abs({TOP} - 12) < 3")
    before = page.evaluate("scrollY") - 150
    page.mouse.move(300, 200)
    page.mouse.wheel(0, -150)
    small.until(f"scrollY === {before}")  # scrolling takes its time
    assert page.evaluate(TOP) > 100
    page.evaluate("document.querySelector('#reponse .tour').append('encore une phrase')")
    page.wait_for_timeout(300)
    assert page.evaluate("scrollY") == before


def test_a_first_answer_that_is_seen_does_not_move_the_page(visit: Visit) -> None:
    visit.page.click(".usages button")
    visit.page.wait_for_selector(".usages", state="detached")
    visit.ask("Combien coûte un repas ?")
    visit.source("c-1-1")
    assert visit.page.evaluate("scrollY") == 0


def test_the_notice_goes_and_the_conversation_stays(visit: Visit) -> None:
    page = visit.page
    visit.ask("Combien coûte un repas ?")
    assert page.is_visible(".usages")
    page.click(".usages button")
    page.wait_for_selector(".usages", state="detached")
    assert visit.focused() == "tour-1"
    assert "noté" in seen(page, "#annonce")
    assert "Combien coûte un repas ?" in seen(page, "#reponse h2")
    page.reload()
    page.wait_for_selector("#exemples button:visible")
    assert not page.is_visible(".usages")


def test_the_uses_read_under_a_login_are_not_shown_in_another_browser(
    browser: Any, hall: Hall
) -> None:
    set_up(hall.gate.accounts, "lea", "agent", ["lecteurs"])
    for first in (True, False):
        context = browser.new_context()
        page = context.new_page()
        hall.enter(page, "lea")
        assert page.is_visible(".usages") is first
        if first:
            page.click(".usages button")
            page.wait_for_selector(".usages", state="detached")
        context.close()
    assert was_informed(hall.desk.data, "lea")
    erase_person(hall.desk.data, "lea")
    assert not was_informed(hall.desk.data, "lea")


def test_the_first_citation_is_three_keys_from_the_question(visit: Visit) -> None:
    page = visit.page
    assert page.locator("a.evitement[href='#reponse']:visible").count() == 0
    visit.ask("Combien coûte un repas ?")
    visit.source("c-1-1")
    page.focus("#question textarea")
    page.keyboard.press("Tab")
    assert visit.focused() == "#reponse"
    box = page.locator("#aller a").bounding_box()
    assert box["x"] >= 0
    assert 0 <= box["y"] < 768
    page.keyboard.press("Enter")
    assert visit.focused() == "tour-1"
    page.keyboard.press("Tab")
    assert visit.focused() == "#c-1-1"
    page.focus("#question textarea")
    for _ in range(60):  # once round the page: nothing holds the focus
        page.keyboard.press("Tab")
        if visit.focused() == "#question":
            break
    assert visit.focused() == "#question"
