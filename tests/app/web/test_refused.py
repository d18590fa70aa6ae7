"""What does not exist, or is not for who asks, is said on a page like the others."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.web.guard import Guard
from app.web.refused import FAILED, MISWRITTEN, NO_ANSWER, NOWHERE
from app.web.sheet import GONE
from tests.app.web.closed_town import Caller
from tests.app.web.conftest import Site
from tests.app.web.hall import Hall, told
from tests.app.web.test_accessible import Eye

# Gradio 6.31 computes its queue's figures in ways that pandas 3 gives up
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

READS = {"Accept": "text/html,application/xhtml+xml", "Sec-Fetch-Mode": "navigate"}
NOWHERES = ("/nulle-part", "/page/999/1.webp", "/static/rien.css", "/acte/abc", "/assets/rien.js")


@pytest.mark.parametrize("path", NOWHERES)
def test_who_reads_gets_a_page_with_a_way_back(site: Site, path: str) -> None:
    got = Caller(site.address, headers=READS).get(path)
    assert got.status == 404
    assert '<html lang="fr">' in got.text
    assert got.text.count("<h1>") == 1
    assert "<title>Page introuvable – Greffe</title>" in got.text
    assert '<a href="/">' in got.text
    assert "Not Found" not in got.text
    assert got.headers["content-security-policy"].startswith("default-src 'self'")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/source/1/1?start=abc", MISWRITTEN), ("/source/1/1?start=1&end=x", MISWRITTEN),
        ("/reponse/zzz", NO_ANSWER), ("/source/abc", NOWHERE), ("/acte/xyz", NOWHERE),
        ("/source/999/1", GONE), ("/reponse/0123456789ab", NO_ANSWER),
    ],
)  # fmt: skip
@pytest.mark.parametrize("headers", [READS, {"Accept": "*/*"}, {}])
def test_where_pages_stand_what_is_not_there_is_a_page_for_whoever_asks(
    hall: Hall, path: str, said: str, headers: dict[str, str]
) -> None:
    marie = hall.caller("marie")
    marie.headers = headers
    got = marie.get(path)
    assert got.status == 404
    assert got.text.count(said) == 1
    assert got.text.count("<h2>") == 1
    assert '<main id="contenu"' in got.text
    assert '<a href="/">' in got.text


def test_an_image_that_is_not_there_is_no_page(site: Site) -> None:
    got = Caller(site.address).get("/page/1/1.webp?start=abc")
    assert (got.status, got.text) == (404, MISWRITTEN)


def test_a_script_gets_a_sentence(site: Site) -> None:
    got = Caller(site.address, headers={"Accept": "*/*", "Sec-Fetch-Mode": "cors"}).get("/rien")
    assert (got.status, got.text) == (404, NOWHERE)
    assert Caller(site.address).get("/rien").text == NOWHERE


def test_who_has_no_session_learns_nothing_more_there(hall: Hall) -> None:
    got = Caller(hall.address, headers=READS).get("/administration/secret/encore")
    assert got.status == 404
    assert "Se connecter" in told(got.body)
    assert "Administration" not in told(got.body)
    refused = Caller(hall.address, headers=READS | {"Origin": "http://ailleurs.example"})
    assert "<h1>Greffe</h1>" in refused.get("/").text


def test_the_page_is_accessible_light_and_dark(browser: Any, site: Site, hall: Hall) -> None:
    for width in (1366, 320):
        eye = Eye(browser, width)
        eye.visit(f"{site.address}/nulle-part")
        assert eye.page.locator("h1").count() == 1
        assert eye.page.evaluate("document.documentElement.lang") == "fr"
        eye.page.click("main a")
        eye.page.wait_for_selector("#question textarea")
        eye.context.close()
        assert eye.faults == []


def test_a_mistake_in_the_program_is_said_in_french_and_kept() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise ZeroDivisionError

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    guard = Guard(broken, "localhost", told=lambda scope, title, said: f"<h2>{title}</h2>{said}")
    scope = {
        "type": "http", "method": "GET", "path": "/", "client": ("127.0.0.1", 1),
        "headers": [(b"host", b"localhost"), (b"accept", b"text/html")],
    }  # fmt: skip
    with ThreadPoolExecutor(1) as beside, pytest.raises(ZeroDivisionError):  # Playwright's loop
        beside.submit(lambda: asyncio.run(guard(scope, receive, send))).result()
    assert sent[0]["status"] == 500
    assert sent[1]["body"].decode() == f"<h2>Incident</h2>{FAILED}"
