"""The head of each page, and tables on a narrow screen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.app.web.hall import Hall
from tests.app.web.serving import until
from tests.app.web.test_accessible import Eye

# Gradio 6.31 computes its queue's figures in ways that pandas 3 gives up
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

MIDDLE = (
    "(({{top, bottom}}) => (top + bottom) / 2)"
    "(document.querySelector('.compte {}').getBoundingClientRect())"
)


def test_whoever_is_logged_in_can_leave_from_every_page(browser: Any, hall: Hall) -> None:
    eye = Eye(browser)
    hall.enter(eye.page, "chef")
    for path in ("/", "/historique", "/administration", "/comment-ca-marche", "/nulle-part"):
        eye.page.goto(hall.address + path)
        until(eye.page, f"Math.abs({MIDDLE.format('button')} - {MIDDLE.format('b')}) < 4")
    eye.page.click("text=Se déconnecter")
    eye.page.wait_for_selector("#identifiant")
    eye.context.close()


def test_at_320_pixels_a_table_is_read_without_scrolling_sideways(browser: Any, hall: Hall) -> None:
    eye = Eye(browser, 320)
    hall.enter(eye.page, "chef")
    eye.visit(f"{hall.address}/administration")
    wide = eye.page.evaluate(
        "[...document.querySelectorAll('.defile:has(table)')]"
        ".filter(e => e.scrollWidth > e.clientWidth).length"
    )
    assert wide == 0
    assert eye.page.get_by_role("table").count() > 0
    assert eye.page.get_by_role("columnheader").count() > 0
    said = "getComputedStyle(document.querySelector('td[data-titre]'), '::before').content"
    assert "attr" not in eye.page.evaluate(said)
    eye.context.close()
    assert eye.faults == []
