"""The login at an OpenID Connect issuer: the way there, and the way back.

Imports FastAPI: loaded by app/web/entrance.py alone, where an issuer is set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from app.access.gate import LoginGate
from app.access.oidc import LoginDoubted, Oidc
from app.access.origins import LoginTaken
from app.errors import spoken
from app.web.guard import VISIT
from ingest.trouble import Trouble

if TYPE_CHECKING:
    from app.web.entrance import Entrance

AWAY_COOKIE = "-oidc"  # after the session cookie's name
UNKNOWN = "inconnu"
_MOST = 4096  # characters of what the issuer sends along


class Away:
    """The handlers of /oidc/…."""

    def __init__(self, entrance: Entrance, gate: LoginGate, oidc: Oidc) -> None:
        self.entrance = entrance
        self.gate = gate
        self.oidc = oidc

    async def leave(self, request: Request) -> Response:
        """Send the browser to the issuer, with a secret that it alone brings back."""
        if request.scope[VISIT] is not None:
            return RedirectResponse("/", 303)
        back = f"{self.entrance.origin(request)}/oidc/retour"
        try:
            url, secret = await run_in_threadpool(self.oidc.leave, back)
        except Trouble as trouble:
            return self._told(request, trouble, 503)
        response = RedirectResponse(url, 303, headers={"cache-control": "no-store"})
        self.entrance.lend(request, response, AWAY_COOKIE, secret)
        return response

    async def come_back(self, request: Request) -> Response:
        """Let in who comes back, if the issuer's word can be believed."""
        said = {name: value[:_MOST] for name, value in request.query_params.items()}
        secret = self.entrance.lent(request, AWAY_COOKIE)
        try:
            person, token = await run_in_threadpool(self.gate.admit, said, secret)
        except LoginDoubted as trouble:
            reason = str(trouble.facts["reason"])
            await self.entrance.note(request, "refused", UNKNOWN, by="oidc", reason=reason)
            return self._told(request, trouble, 403)
        except LoginTaken as trouble:
            login = str(trouble.facts["login"])
            await self.entrance.note(request, "refused", login, by="oidc", reason="login_taken")
            return self._told(request, trouble, 403)
        except Trouble as trouble:
            return self._told(request, trouble, 503)
        await self.entrance.note(request, "login", person.login, by="oidc")
        response = self.entrance.entered(request, token, from_away=True)
        self.entrance.forget(request, response, AWAY_COOKIE)
        return response

    def _told(self, request: Request, trouble: Trouble, status: int) -> Response:
        response = self.entrance.login(request, spoken(trouble), status)
        self.entrance.forget(request, response, AWAY_COOKIE)
        return response
