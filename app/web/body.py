"""The body of a post: how long it may be, what it holds, and how it is handed on."""

from __future__ import annotations

import json
from typing import Any

from app.access.proxy import Headers
from app.state import size
from app.web.refused import Message, Receive, Refused, Scope
from app.web.rules import MAX_BODY
from app.words import _


def check_length(headers: Headers, most: int) -> None:
    """Refuse what is too long, or does not say how long it is."""
    length = headers.get("content-length", ("",))[0]
    if not length.isdigit():
        raise Refused(411, _("Demande sans longueur : refusée."))
    if int(length) > most:
        raise Refused(413, _too_long(most))


def _too_long(most: int) -> str:
    return _("Demande trop longue : {most} au plus.").format(most=size(most))


async def posted(receive: Receive) -> dict[str, Any]:
    """The object that was sent. Raises Refused."""
    return _parsed(await _whole(receive))


async def _whole(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Refused(400, _("Demande interrompue."))
        body += bytes(message.get("body", b""))
        if len(body) > MAX_BODY:
            raise Refused(413, _too_long(MAX_BODY))
        if not message.get("more_body"):
            return body


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refused(400, _("Demande illisible."))
    return found


def again(scope: Scope, body: bytes, receive: Receive) -> Receive:
    """The body, to be read by the application; after it, whatever the server says."""
    kept = [pair for pair in scope["headers"] if pair[0].lower() != b"content-length"]
    scope["headers"] = [*kept, (b"content-length", str(len(body)).encode())]
    told = False

    async def receiving() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving
