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
from app.words import N_, _
from ingest.catalogue import Catalogue

WAYS: tuple[tuple[str, str, Role], ...] = (
    ("/", N_("Poser une question"), "agent"),
    ("/historique", N_("Mes conversations"), "agent"),
    ("/validees", N_("Réponses validées"), "juriste"),
    ("/avis", N_("Avis"), "admin"),
    ("/administration", N_("Administration"), "admin"),
    ("/egress", N_("Où vont les données ?"), "admin"),
)
ROLE_NAMES: dict[Role, str] = {
    "agent": N_("agent"), "juriste": N_("juriste"), "admin": N_("administrateur"),
}  # fmt: skip


def log_in() -> str:
    """The way to the login."""
    return f'<a href="/connexion">{_("Se connecter")}</a>'


@dataclass(frozen=True, slots=True)
class Plain:
    """Where such a page finds what it shows, and how it is sent."""

    catalogue: Catalogue
    data: Path
    gate: Gate
    frame: Frame
    journal: Journal

    def page(
        self, request: Request, title: str, content: str, status: int = 200, kind: str = "fiche",
        in_french: bool = False,
    ) -> Response:  # fmt: skip
        """The page, never kept by the browser."""
        visit: Visit | None = request.scope[VISIT]
        links = head_of(visit) if visit else log_in()
        shown = self.frame.around(
            title if in_french else _(title), content, ways=links, kind=kind, in_french=in_french
        )
        return HTMLResponse(shown, status, headers={"cache-control": "no-store"})

    def told(self, request: Request, title: str, said: str, status: int) -> Response:
        """A page that says one sentence."""
        back = f'<p><a href="/">{_("Revenir à la page des questions")}</a></p>'
        content = f"<h2>{escape(_(title))}</h2>{notice(said, 'alert')}{back}"
        return self.page(request, title, content, status)

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
        f'<a href="{address}">{_(words)}</a>'
        for address, words, role in WAYS
        if address != here and reader.may_act_as(role)
    )


def head_of(visit: Visit, here: str = "") -> str:
    """The links at the head of a page; who is logged in, and the ways out."""
    pages = ways(visit.reader, here)
    if not visit.csrf:
        return pages
    reader = visit.reader
    parts = [f"<span><b>{escape(reader.name)}</b> ({_(ROLE_NAMES[reader.role])})</span>"]
    if visit.own_password:
        parts.append(f'<a href="/mot-de-passe">{_("Changer de mot de passe")}</a>')
    if visit.ends:
        parts.append(
            '<form method="post" action="/deconnexion">'
            f'<input type="hidden" name="jeton" value="{escape(visit.csrf)}"><button>'
            f"{_('Se déconnecter')}</button></form>"
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
