"""What goes no further, and how it is said: a sentence to a script, a page to who reads one."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http import HTTPStatus
from typing import Any

from app.access.proxy import Headers
from app.web.spacing import spaced_text
from app.words import N_, _

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
# (scope, title, sentence) → the page
Told = Callable[[Mapping[str, Any], str, str], str]

NOWHERE = N_("Cette page n'existe pas.")
NO_ANSWER = N_("Cette réponse n'existe pas ici, ou elle ne vous est pas ouverte.")
MISWRITTEN = N_("Cette adresse n'est pas écrite comme il faut : rouvrez-la par un lien de la page.")
FAILED = N_("La page n'a pas pu être préparée : un incident est survenu sur le serveur.")
_TITLES = {
    401: N_("Connexion terminée"), 403: N_("Demande refusée"), 404: N_("Page introuvable"),
    429: N_("Trop de demandes"), 500: N_("Incident"),
}  # fmt: skip
_SENTENCES = {
    404: NOWHERE, 405: N_("Cette adresse ne s'ouvre pas ainsi."),
    422: MISWRITTEN, 500: FAILED,
}  # fmt: skip
_REFUSED = N_("La demande n'a pas pu aboutir.")


class Refused(Exception):
    """A request that goes no further. `to`: where a browser is sent instead."""

    def __init__(
        self, status: int, sentence: str, to: str = "", after: object = "", *, denied: bool = False
    ) -> None:
        """`after`: seconds to wait before the next try; `denied`: for want of a right."""
        super().__init__(sentence)
        self.status = status
        self.sentence = _(sentence)
        self.to = to
        self.after = after
        self.denied = denied


async def refuse(refused: Refused, scope: Scope, send: Send) -> None:
    """Say why a request goes no further, or lead to where it should."""
    status, kind, body = refused.status, b"text/plain; charset=utf-8", refused.sentence.encode()
    headers = [(b"cache-control", b"no-store")]
    if refused.after:
        headers.append((b"retry-after", str(refused.after).encode()))
        if scope["method"] == "POST":  # Gradio's script reads JSON
            kind, body = (
                b"application/json",
                json.dumps({"detail": spaced_text(refused.sentence)}).encode(),
            )
    if refused.to and status == 200:
        kind = b"text/html; charset=utf-8"
        body = f'<!doctype html><meta http-equiv="refresh" content="0;url={refused.to}">'.encode()
    elif refused.to:
        status = 303
        headers.append((b"location", refused.to.encode()))
    headers += [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def is_read(headers: Headers, path: str) -> bool:
    """Whether a browser asks for a page to show it; not a script, an image or a program.

    Where a page stands, whoever asks otherwise gets one too, of what is not there as of what is.
    """
    if "sec-fetch-mode" in headers:
        return headers["sec-fetch-mode"] == ["navigate"]
    asked = headers.get("accept", ("",))[0]
    return "text/html" in asked or _A_PAGE.fullmatch(path) is not None


_A_PAGE = re.compile(r"/(reponse|acte)/[^/.]*|/source/[^/]*(/[^/.]*)?")


def nowhere(path: str) -> str:
    """That there is nothing at an address, as a French sentence."""
    return NO_ANSWER if path.startswith("/reponse/") else NOWHERE


class Framed:
    """Sends on what is asked for, but a bare error in the frame of our pages."""

    def __init__(self, send: Send, scope: Scope, told: Told) -> None:
        self.send, self.scope, self.told = send, scope, told
        self.held: Message | None = None  # the start of a bare error
        self.body = b""
        self.begun = False

    async def fail(self) -> None:
        """Say that there is a mistake in the program, where nothing was said yet."""
        if not self.begun:
            headers = [(b"content-type", b"text/plain"), (b"cache-control", b"no-store")]
            await self({"type": "http.response.start", "status": 500, "headers": headers})
            await self({"type": "http.response.body", "body": b""})

    async def __call__(self, message: Message) -> None:
        """Send a message, or hold it back until the error is whole."""
        self.begun = True
        if message["type"] == "http.response.start" and _is_bare(message):
            self.held = message
        elif self.held is None:
            await self.send(message)
        else:
            self.body += bytes(message.get("body", b""))
            if not message.get("more_body"):
                await self._send_page(self.held)

    async def _send_page(self, held: Message) -> None:
        status = int(held["status"])
        plain = _kind_of(held).startswith("text/plain")
        said = self.body.decode("utf-8", "replace") if plain else ""
        if not said or status in (405, 500):  # Starlette's own are English
            said = _SENTENCES.get(status, _REFUSED)
        page = self.told(self.scope, _TITLES.get(status, N_("Demande refusée")), said).encode()
        ours = (b"content-type", b"content-length")
        headers = [pair for pair in held["headers"] if pair[0].lower() not in ours]
        headers += [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", str(len(page)).encode()),
        ]
        body = b"" if self.scope["method"] == "HEAD" else page
        await self.send({**held, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})


def _is_bare(message: Message) -> bool:
    bare = ("text/plain", "application/json", "")
    return int(message["status"]) >= HTTPStatus.BAD_REQUEST and _kind_of(message) in bare


def _kind_of(message: Message) -> str:
    headers: dict[bytes, bytes] = dict(message.get("headers", ()))
    return headers.get(b"content-type", b"").decode("latin-1").split(";")[0].strip()
