"""The routes of the pages for administrators.

Imports FastAPI: loaded by app/web/server.py alone, when the page is built.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response

from app.errors import spoken
from app.web.admin import state
from app.web.admin.charts import Charts
from app.web.admin.documents import Documents
from app.web.admin.evaluation import Evaluation
from app.web.admin.indexing import Indexing
from app.web.admin.journal import JournalPage
from app.web.admin.office import Office, Stale
from app.web.admin.people import People
from app.web.entrance import STALE
from app.web.plain import Plain, token_of
from app.web.rules import ADMINISTRATION
from ingest.trouble import Trouble

Handler = Callable[[Request], Awaitable[Response]]


def add_administration(app: FastAPI, plain: Plain) -> None:
    """Add the routes."""
    office = Office(plain.catalogue, plain.data, plain.gate, plain.frame, plain.journal)
    indexing, documents = Indexing(office), Documents(office)

    def show_state(request: Request) -> Response:
        return office.shown(
            request, "", state.parts(office.state(), office.settings(), token_of(request))
        )

    def get(path: str, show: Callable[[Request], Response]) -> None:
        app.get(ADMINISTRATION + path)(_telling(office, path, show))

    def post(path: str, do: Handler) -> None:
        app.post(ADMINISTRATION + path)(_acting(office, path, do))

    get("", show_state)
    get("/indexation", indexing.show)
    post("/indexation/lancer", indexing.start)
    post("/indexation/arreter", indexing.stop)
    post("/indexation/prevoir", indexing.plan)
    post("/indexation/oublier", indexing.unplan)
    get("/documents", documents.show)
    get("/graphiques", Charts(office).show)
    evaluation, journal_page, people = Evaluation(office), JournalPage(office), People(office)
    get("/evaluation", evaluation.show)
    get("/evaluation/rapport.json", evaluation.report)
    post("/evaluation/lancer", evaluation.start)
    post("/evaluation/arreter", evaluation.stop)
    get("/journal", journal_page.show)
    get("/journal.csv", journal_page.export)
    get("/comptes", people.show)
    post("/comptes/{action}", people.act)
    post("/documents/deposer", documents.drop)
    post("/documents/retirer", documents.withdraw)


def _name(path: str) -> str:
    """The page that a path belongs to."""
    return path.strip("/").split("/")[0].split(".")[0]


def _telling(office: Office, path: str, show: Callable[[Request], Response]) -> Any:
    """A page; trouble is told on it."""

    def shown(request: Request) -> Response:
        try:
            return show(request)
        except Trouble as trouble:
            return office.shown(request, _name(path), (), spoken(trouble), 409)

    return shown


def _acting(office: Office, path: str, do: Handler) -> Any:
    """What a form asks for; trouble is told on its page."""

    @wraps(do)
    async def done(request: Request) -> Response:
        try:
            return await do(request)
        except Stale:
            return office.shown(request, _name(path), (), STALE, 400)
        except Trouble as trouble:
            return office.shown(request, _name(path), (), spoken(trouble), 409)

    return done
