"""What every page that needs no script has: its reader, its token, the ways to the others.

Imports FastAPI: loaded by app/web/server.py alone, when the page is built.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from app.access.gate import Gate
from app.access.reader import Reader, Role
from app.access.sessions import Visit
from app.journal.entries import Journal
from app.web.entrance import same
from app.web.frame import Frame
from app.web.guard import ADDRESS, VISIT
from app.web.markup import notice
from ingest.catalogue import Catalogue

WAYS: tuple[tuple[str, str, Role], ...] = (
    ("/", "Poser une question", "agent"),
    ("/historique", "Mes conversations", "agent"),
    ("/validees", "Réponses validées", "juriste"),
    ("/avis", "Avis", "admin"),
    ("/administration", "Administration", "admin"),
    ("/egress", "Où vont les données ?", "admin"),
)
ROLE_NAMES: dict[Role, str] = {"agent": "agent", "juriste": "juriste", "admin": "administrateur"}
UNKNOWN = "Cette réponse n'existe pas ici, ou elle ne vous est pas ouverte."
LOG_IN = '<a href="/connexion">Se connecter</a>'


@dataclass(frozen=True, slots=True)
class Plain:
    """Where such a page finds what it shows, and how it is sent."""

    catalogue: Catalogue
    data: Path
    gate: Gate
    frame: Frame
    journal: Journal

    def page(
        self, request: Request, title: str, content: str, status: int = 200, kind: str = "fiche"
    ) -> Response:  # fmt: skip
        """The page, never kept by the browser."""
        visit: Visit | None = request.scope[VISIT]
        links = head_of(visit) if visit else LOG_IN
        shown = self.frame.around(title, content, ways=links, kind=kind)
        return HTMLResponse(shown, status, headers={"cache-control": "no-store"})

    def told(self, request: Request, title: str, said: str, status: int) -> Response:
        """A page that says one sentence."""
        return self.page(request, title, notice(said, "alert"), status)

    def note(
        self, request: Request, kind: str, parts: Mapping[str, Any], answer: str = "",
        facts: Mapping[str, object] | None = None,
    ) -> None:  # fmt: skip
        """A line in the journal, by whoever asks."""
        reader, address = reader_of(request), request.scope[ADDRESS]
        self.journal.note(
            kind, reader.login, address=address, id=answer, parts=parts, facts=facts
        )  # fmt: skip

    def fonds_of(self, request: Request) -> list[str]:
        """The fonds that whoever asks may read."""
        readable = reader_of(request).fonds
        return [one for one in self.catalogue.fonds() if readable is None or one in readable]


def ways(reader: Reader, here: str = "") -> str:
    """The links at the head of a page, but to itself."""
    return " ".join(
        f'<a href="{address}">{words}</a>'
        for address, words, role in WAYS
        if address != here and reader.may_act_as(role)
    )


def head_of(visit: Visit, here: str = "") -> str:
    """The links at the head of a page; who is logged in, and the ways out."""
    pages = ways(visit.reader, here)
    if not visit.csrf:
        return pages
    reader = visit.reader
    parts = [f"<span><b>{escape(reader.name)}</b> ({ROLE_NAMES[reader.role]})</span>"]
    if visit.own_password:
        parts.append('<a href="/mot-de-passe">Changer de mot de passe</a>')
    if visit.ends:
        parts.append(
            '<form method="post" action="/deconnexion">'
            f'<input type="hidden" name="jeton" value="{escape(visit.csrf)}">'
            "<button>Se déconnecter</button></form>"
        )
    return f'<span class="pages">{pages}</span><span class="compte">{" ".join(parts)}</span>'


def reader_of(request: Request) -> Reader:
    """Who asks."""
    visit: Visit = request.scope[VISIT]
    return visit.reader


def token_of(request: Request) -> str:
    """What a form of this session brings back."""
    visit: Visit = request.scope[VISIT]
    return visit.csrf


def from_here(request: Request, form: Mapping[str, str]) -> bool:
    """Whether a form of this session was sent; the guard has looked where it comes from."""
    return "jeton" in form and same(form["jeton"], token_of(request))
