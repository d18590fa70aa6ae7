"""The entrance over HTTP: the login page, log-out, the change of password.

Imports FastAPI: loaded by app/web/server.py alone, when the page is built.
"""

from __future__ import annotations

import secrets
from html import escape
from pathlib import Path
from urllib.parse import parse_qs

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from app.access.accounts import spelled
from app.access.gate import LoginGate
from app.access.origins import LoginTaken
from app.access.passwords import PasswordRefused
from app.access.pending import LONGEST
from app.access.sessions import LOCAL_ACCOUNT, Visit
from app.errors import sentence, spoken
from app.journal.entries import Journal
from app.web.frame import Frame, filled
from app.web.guard import ADDRESS, VISIT, headers_of
from app.web.markup import notice
from app.words import N_, _, language
from ingest.trouble import Trouble

MAX_FORM = 8192  # bytes
FORM_COOKIE = "-formulaire"  # after the session cookie's name
WRONG = N_(
    "Identifiant ou mot de passe incorrect. Après plusieurs essais manqués,"
    " attendez un quart d'heure avant le suivant."
)
UNKNOWN = "inconnu"
STALE = N_("La page était ouverte depuis trop longtemps : recommencez.")
DIFFER = N_("Les deux saisies du nouveau mot de passe sont différentes.")
FIRST = N_(
    "Votre mot de passe vous a été donné : choisissez-en un que vous serez seul à connaître."
)


def add_entrance(
    app: FastAPI, gate: LoginGate, static: Path, town: str, journal: Journal
) -> None:  # fmt: skip
    """Add the routes."""
    entrance = Entrance(gate, static, town, journal)
    app.get("/connexion")(entrance.show_login)
    app.post("/connexion")(entrance.log_in)
    app.post("/deconnexion")(entrance.log_out)
    if gate.oidc is not None:
        from app.web.away import Away

        away = Away(entrance, gate, gate.oidc)
        app.get("/oidc/aller")(away.leave)
        app.get("/oidc/retour")(away.come_back)
    app.get("/mot-de-passe")(entrance.show_password)
    app.post("/mot-de-passe")(entrance.change_password)


class Entrance:
    """The handlers of the routes."""

    def __init__(self, gate: LoginGate, static: Path, town: str, journal: Journal) -> None:
        self.gate = gate
        self.journal = journal
        self.frame = Frame(static, town)

    async def show_login(self, request: Request) -> Response:
        """The login page, with a token that its form must bring back."""
        if request.scope[VISIT] is not None:
            return RedirectResponse("/", 303)
        return self.login(request)

    async def log_in(self, request: Request) -> Response:
        """Check the password and open a session."""
        form = await form_of(request)
        expected = request.cookies.get(self._name(request) + FORM_COOKIE, "")
        if not expected or not same(form.get("jeton", ""), expected):
            return self.login(request, STALE, 403)
        login, password = form.get("identifiant", ""), form.get("motdepasse", "")
        try:
            token = await run_in_threadpool(
                self.gate.log_in, login, password, request.scope[ADDRESS]
            )
        except LoginTaken as trouble:
            await self.note(request, "refused", login, reason="login_taken")
            return self.login(request, spoken(trouble), 403, login)
        except Trouble as trouble:
            said = sentence(trouble)
            return self.login(request, said.happened if said else WRONG, 503, login)
        if token is None:
            # a name that nobody has may be a password in the wrong field
            known = self.gate.directory is not None or self.gate.accounts.knows(login)
            await self.note(request, "refused", login if known else UNKNOWN)
            return self.login(request, WRONG, 401, login)
        await self.note(request, "login", login)
        return self.entered(request, token)

    async def log_out(self, request: Request) -> Response:
        """End the session, on the server first."""
        visit: Visit = request.scope[VISIT]
        if not same((await form_of(request)).get("jeton", ""), visit.csrf):
            return PlainTextResponse(STALE, 403)
        away = await run_in_threadpool(
            self.gate.farewell, visit, f"{self.origin(request)}/connexion"
        )
        if visit.ends:
            self.gate.sessions.end(visit.key)
        await self.note(request, "logout", visit.reader.login)
        # a form may lead to our own pages alone (CSP), and what it leads to counts as the form's
        response = onward(away) if away else RedirectResponse("/connexion", 303)
        self.forget(request, response, "")
        response.headers["clear-site-data"] = '"cache", "storage"'
        return response

    async def show_password(self, request: Request) -> Response:
        """The page on which a password is changed."""
        visit: Visit = request.scope[VISIT]
        if not visit.own_password:
            return RedirectResponse("/", 303)
        return self._password(visit, FIRST if visit.first else "")

    async def change_password(self, request: Request) -> Response:
        """Set the new password, end every session of the account, and open a new one."""
        visit: Visit = request.scope[VISIT]
        form = await form_of(request)
        if not visit.own_password or not same(form.get("jeton", ""), visit.csrf):
            return PlainTextResponse(STALE, 403)
        if form.get("nouveau", "") != form.get("encore", ""):
            return self._password(visit, DIFFER, 400)
        try:
            token = await run_in_threadpool(
                self._change, visit, form.get("ancien", ""), form.get("nouveau", ""),
                request.scope[ADDRESS],
            )  # fmt: skip
        except PasswordRefused as trouble:
            said = sentence(trouble)
            return self._password(visit, said.happened if said else "", 400)
        login = visit.reader.login
        if token is None:
            await self.note(request, "refused", login)
            return self._password(visit, WRONG, 401)
        await self.note(request, "password", login)
        return self.entered(request, token)

    def _change(self, visit: Visit, old: str, new: str, address: str) -> str | None:
        login = visit.reader.login
        if not self.gate.attempts.take(login, address):
            return None
        if self.gate.accounts.check(login, old) is None:
            return None
        self.gate.attempts.succeeded(login, address)
        self.gate.accounts.choose(login, new)
        return self.gate.sessions.begin(login, visit.reader.name, LOCAL_ACCOUNT)

    async def note(self, request: Request, kind: str, login: str, **facts: str) -> None:
        """A line in the journal."""
        address = request.scope[ADDRESS]
        who = spelled(login)[:256]
        await run_in_threadpool(lambda: self.journal.note(kind, who, address=address, facts=facts))

    def login(
        self, request: Request, said: str = "", status: int = 200, login: str = ""
    ) -> HTMLResponse:  # fmt: skip
        """The login page, with what there is to say."""
        token = secrets.token_urlsafe(24)
        page = self._form("connexion", _("Connexion"), said, token, login[:256], self._elsewhere())
        response = HTMLResponse(page, status, headers={"cache-control": "no-store"})
        self._set_cookie(request, response, self._name(request) + FORM_COOKIE, token)
        return response

    def _elsewhere(self) -> str:
        """The way to the issuer; nothing where there is none."""
        if self.gate.oidc is None:
            return ""
        label = escape(self.gate.oidc.label)
        return (
            '<p class="ailleurs"><a href="/oidc/aller">'
            + _("Se connecter avec {label}").format(label=label)
            + "</a></p>"
        )

    def _password(self, visit: Visit, said: str, status: int = 200) -> HTMLResponse:
        page = self._form(
            "mot-de-passe", _("Changer de mot de passe"), said, visit.csrf, visit.reader.login
        )
        return HTMLResponse(page, status, headers={"cache-control": "no-store"})

    def _form(
        self, name: str, title: str, said: str, token: str, login: str, elsewhere: str = ""
    ) -> str:
        """The page of the form that is sent to /`name`."""
        fields = filled(
            self.frame.part(name), {"identifiant": escape(login), "ailleurs": elsewhere}
        )
        form = filled(self.frame.part("entree"), {
            "action": f"/{name}", "titre": escape(title), "avis": notice(said, "alert"),
            "jeton": escape(token), "champs": fields,
        })  # fmt: skip
        return self.frame.around(title, form)

    def entered(self, request: Request, token: str, *, from_away: bool = False) -> Response:
        """A new cookie each time: one that was set before the login is worth nothing.

        The session that was open before ends.

        Who comes from another site is led on by the page itself: a redirect would still count as
        that site's, and bear no cookie.
        """
        before: Visit | None = request.scope[VISIT]
        if before is not None and before.ends:
            self.gate.sessions.end(before.key)
        response = onward("/") if from_away else RedirectResponse("/", 303)
        self._set_cookie(request, response, self._name(request), token)
        self.forget(request, response, FORM_COOKIE)
        return response

    def forget(self, request: Request, response: Response, suffix: str) -> None:
        """Take a cookie away."""
        response.delete_cookie(
            self._name(request) + suffix, path="/", secure=self._secure(request), httponly=True,
            samesite="strict",
        )  # fmt: skip

    def origin(self, request: Request) -> str:
        """Under which name the page was opened: the guard knows it for ours."""
        return f"{'https' if self._secure(request) else 'http'}://{request.headers['host']}"

    def _set_cookie(self, request: Request, response: Response, name: str, value: str) -> None:
        response.set_cookie(
            name, value, path="/", httponly=True, samesite="strict", secure=self._secure(request)
        )

    def lend(self, request: Request, response: Response, suffix: str, value: str) -> None:
        """A cookie that comes back when another site leads here."""
        response.set_cookie(
            self._name(request) + suffix, value, max_age=LONGEST, path="/", httponly=True,
            samesite="lax", secure=self._secure(request),
        )  # fmt: skip

    def lent(self, request: Request, suffix: str) -> str:
        """What was lent; empty where nothing was."""
        return request.cookies.get(self._name(request) + suffix, "")

    def _name(self, request: Request) -> str:
        peer = request.client.host if request.client else ""
        return self.gate.cookie(peer, headers_of(request.scope))

    def _secure(self, request: Request) -> bool:
        return self._name(request).startswith("__Host-")


def onward(address: str) -> HTMLResponse:
    """A page that leads on by itself."""
    goes = f'<meta http-equiv="refresh" content="0;url={escape(address)}">'
    page = f'<!doctype html><html lang="{language()}"><title>Greffe</title>{goes}</html>'
    return HTMLResponse(page, headers={"cache-control": "no-store"})


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form, the first value of each; none for anything else."""
    fields = await fields_of(request, MAX_FORM, 10)
    return {name: values[0] for name, values in fields.items()}


async def fields_of(request: Request, longest: int, most: int) -> dict[str, list[str]]:
    """All values of a form without files; none for anything else.

    Args:
        request: what was sent.
        longest: bytes of a form, at most.
        most: fields, at most.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip()
    body = await request.body()
    if kind != "application/x-www-form-urlencoded" or len(body) > longest:
        return {}
    try:
        return parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=most)
    except ValueError:
        return {}


def same(given: str, expected: str) -> bool:
    """Whether two tokens are the same, in a time that tells nothing."""
    return secrets.compare_digest(given.encode(), expected.encode())
