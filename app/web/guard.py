"""The guard at the door: who may speak to the server, which paths exist, what the browser may do.

Gradio 6.31 accepts posts from other sites, uploads from anyone and proxies addresses; a page
here needs none of it, so only the paths that it uses are let through.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; font-src 'self'; connect-src 'self'; object-src 'none';"
    " base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
MAX_BODY = 256 * 2**10  # bytes of a post: a question has at most 2,000 characters
READ = re.compile(
    r"/|/(config|theme\.css)|/(greffe|assets|static)/[\w./-]+|/page/\d{1,12}/\d{1,7}\.webp"
    r"|/gradio_api/(info|queue/data|heartbeat/\w+|startup-events)"
)
WRITTEN = re.compile(r"/gradio_api/(queue/join|cancel|reset)/?")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Guard:
    """Pure ASGI middleware: it does not hold back streams."""

    def __init__(self, app: Application, host: str) -> None:
        self.app = app
        self.host = host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through with our headers on its response, or refuse it in French."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, sentence = refusal(scope, self.host)
        if status:
            await _refuse(status, sentence, _with_headers(send))
        else:
            await self.app(scope, receive, _with_headers(send))


def refusal(scope: Scope, host: str) -> tuple[int, str]:
    """The status and the sentence with which a request is refused; (0, "") when it is not."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    method, path = scope["method"], scope["path"]
    if not known_host(headers.get("host", ""), host):
        return 421, "Ce nom de serveur n'est pas connu ici."
    if not _own_page(headers, method):
        return 403, "Demande venue d'un autre site : refusée."
    if method in ("GET", "HEAD"):
        known = READ.fullmatch(path) and ".." not in path
        return (0, "") if known else (404, "Cette page n'existe pas.")
    if method != "POST" or not WRITTEN.fullmatch(path):
        return 404, "Cette page n'existe pas."
    length = headers.get("content-length", "")
    if not length.isdigit():
        return 411, "Demande sans longueur : refusée."
    return (413, "Demande trop longue.") if int(length) > MAX_BODY else (0, "")


def known_host(header: str, host: str) -> bool:
    """Whether the Host header names this server, against DNS rebinding.

    Where the server listens on every address, an address is accepted as such: a page of
    another site can only come here under a name.
    """
    name = header.rsplit(":", 1)[0] if re.search(r":\d+$", header) else header
    name = name.strip("[]").lower().rstrip(".")
    if name in LOOPBACK or name == host.strip("[]").lower():
        return name != ""
    if host in ("0.0.0.0", "::", ""):
        return _is_address(name) or name in (socket.gethostname().lower(), socket.getfqdn().lower())
    return False


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _own_page(headers: dict[str, str], method: str) -> bool:
    """Whether our own page, the address bar or a program asks; a link may lead here too."""
    site = headers.get("sec-fetch-site", "none")
    if site not in ("same-origin", "none"):
        return method == "GET" and headers.get("sec-fetch-mode") == "navigate"
    origin = headers.get("origin")
    return origin is None or origin.split("://")[-1] == headers.get("host")


def _with_headers(send: Send) -> Send:
    ours = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
    names = {name for name, _ in ours}

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [pair for pair in message.get("headers", ()) if pair[0].lower() not in names]
            message = {**message, "headers": kept + ours}
        await send(message)

    return sending


async def _refuse(status: int, sentence: str, send: Send) -> None:
    body = sentence.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
