"""How it works, how accessible it is, and what it may be used for: pages open to anyone.

Imports FastAPI: loaded by app/web/server.py alone, when the page is built.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from app.access.reader import Reader
from app.access.sessions import Visit
from app.history import was_informed
from app.journal.kinds import Retention
from app.web import about_markup
from app.web.entrance import STALE, form_of
from app.web.guard import VISIT, headers_of
from app.web.plain import Plain, from_here, reader_of

if TYPE_CHECKING:
    from app.access.gate import Gate

READ = "greffe-usages"  # the cookie of who has read the notice
_YEAR = 365 * 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class About:
    """What those pages say of this installation."""

    town: str = ""
    contact: str = ""  # to whom one writes; empty: not said
    model: str = ""  # that writes; empty: sentences are copied
    days: Mapping[Retention, int] = field(default_factory=dict[Retention, int])  # 0: for ever


@dataclass(frozen=True, slots=True)
class Informed:
    """Who has read the notice of uses. The journal knows; each login is looked up there once.

    So it is kept as long as one's questions, and erased with them.
    """

    data: Path
    known: dict[str, bool] = field(default_factory=dict[str, bool])  # by login

    def has_read(self, visit: Visit) -> bool:
        """Whether who logged in has said so, in this browser or another."""
        login = visit.reader.login
        if not visit.csrf:
            return False
        if login not in self.known:
            self.known[login] = was_informed(self.data, login)
        return self.known[login]


def add_about(app: FastAPI, plain: Plain, about: About, informed: Informed) -> None:
    """Add the routes."""
    pages = Pages(plain, about, informed)
    app.get("/comment-ca-marche")(pages.how)
    app.get("/accessibilite")(pages.accessible)
    app.post("/usages")(pages.read)


class Pages:
    """The handlers of the routes."""

    def __init__(self, plain: Plain, about: About, informed: Informed) -> None:
        self.plain, self.about, self.informed = plain, about, informed

    def how(self, request: Request) -> Response:
        """What it is, what it rests on, what is kept, and one's rights."""
        about = self.about
        content = about_markup.how_page(
            about.town, about.contact, about.model, about.days, login=self.plain.gate.asks_login
        )
        return self.plain.page(request, about_markup.HOW, content)

    def accessible(self, request: Request) -> Response:
        """The accessibility statement."""
        content = about_markup.statement(self.about.town, self.about.contact)
        return self.plain.page(request, about_markup.ACCESSIBLE, content)

    async def read(self, request: Request) -> Response:
        """Somebody has read what it may be used for."""
        form = await form_of(request)
        if not from_here(request, form):
            return self.plain.told(request, about_markup.HOW, STALE, 400)
        await run_in_threadpool(self.plain.note, request, "informed", {})
        self.informed.known[reader_of(request).login] = True
        response = RedirectResponse("/", 303)
        response.set_cookie(
            READ, mark_of(reader_of(request)), max_age=_YEAR, path="/", httponly=True,
            samesite="strict", secure=is_secure(self.plain.gate, request),
        )  # fmt: skip
        return response


def notice_for(request: Request, informed: Informed) -> str:
    """The notice of uses, for who has not read it under this login."""
    visit: Visit = request.scope[VISIT]
    if request.cookies.get(READ) == mark_of(visit.reader) or informed.has_read(visit):
        return ""
    return about_markup.uses_form(visit.csrf)


def mark_of(reader: Reader) -> str:
    """What the cookie holds: of whom, without the name."""
    return hashlib.sha256(f"usages {reader.login}".encode()).hexdigest()[:16]


def is_secure(gate: Gate, request: Request) -> bool:
    """Whether the page was opened by TLS, as far as it can be known here."""
    cookie = getattr(gate, "cookie", None)
    if cookie is None:
        return request.url.scheme == "https"
    peer = request.client.host if request.client else ""
    return str(cookie(peer, headers_of(request.scope))).startswith("__Host-")
