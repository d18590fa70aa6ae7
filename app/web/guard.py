"""The guard at the door: who may speak to the server, which paths exist, what the browser may do.

Gradio 6.31 accepts posts from other sites, uploads from anyone and proxies addresses; a page
here needs none of it. Each request is held against app/web/rules.py before any of it runs, and
each page's state is out of reach of other sessions: its name is made one with theirs.
"""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import json
import re
import socket
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from app.access.gate import Gate, OpenGate
from app.access.proxy import Headers, Proxy
from app.access.sessions import Visit
from app.errors import spoken
from app.journal.entries import Journal
from app.web.body import again, check_length, posted
from app.web.bounds import Bounds, TooMany, payer_of
from app.web.refused import (
    NOWHERE,
    Framed,
    Message,
    Receive,
    Refused,
    Scope,
    Send,
    Told,
    is_read,
    nowhere,
    refuse,
)
from app.web.rules import (
    FUNCTIONS,
    LOGIN_PATHS,
    OPENED,
    QUESTIONS,
    Function,
    Rule,
    rule_of,
)
from app.words import N_, _

Application = Callable[[Scope, Receive, Send], Awaitable[None]]

VISIT = "greffe.visit"  # where the scope holds the visit
ADDRESS = "greffe.address"  # and who asks, behind the proxy
CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; font-src 'self'; connect-src 'self'; object-src 'none';"
    " base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # not « no-referrer »: browsers then send the Origin of a form as « null »
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
HSTS = ("strict-transport-security", "max-age=31536000")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_BY_PROXY = N_("Cette page ne s'ouvre que par le serveur mandataire de la mairie.")
_LOG_IN = N_("Votre session est terminée : connectez-vous de nouveau.")


class _Ended(OSError):
    """The session ended while its answer was being sent: for the server, the client has gone."""


class Guard:
    """Pure ASGI middleware: it does not hold back streams."""

    def __init__(
        self, app: Application, host: str, name: str = "", gate: Gate | None = None,
        proxy: Proxy | None = None, *, by_proxy_alone: bool = False, tls: bool = False,
        functions: Mapping[int, Function] | None = None, bounds: Bounds | None = None,
        journal: Journal | None = None, told: Told | None = None,
    ) -> None:  # fmt: skip
        """`functions`: Gradio's functions by index; may be filled in later.

        `told` makes the page of an error, for who reads one; without it there is a sentence.
        """
        self.app = app
        self.names = (host, *(part.strip() for part in name.split(",") if part.strip()))
        self.gate: Gate = gate or OpenGate()
        self.proxy = proxy or Proxy()
        self.by_proxy_alone = by_proxy_alone
        self.tls = tls
        self.functions = functions if functions is not None else {}
        self.bounds = bounds or Bounds()
        self.journal = journal
        self.told = told

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through with our headers on its response, or refuse it in French."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = headers_of(scope)
        sending = self._with_headers(send, scope, headers)
        if self.told is not None and is_read(headers, scope["path"]):
            sending = Framed(sending, scope, self.told)
        try:
            visit, receive = await self._admitted(scope, headers, receive)
        except Refused as refused:
            if refused.denied:
                self._deny(scope, refused.status)
            if refused.after:
                await asyncio.sleep(self.bounds.slow)
            await refuse(refused, scope, sending)
            return
        if visit is not None and self.gate.begins(visit):
            who, address = visit.reader.login, scope[ADDRESS]
            await asyncio.to_thread(self._note_vouched, who, address)
        try:
            await self.app(scope, receive, self._while_open(visit, self._watched(sending, scope)))
        except Exception as error:
            if isinstance(error, _Ended) or isinstance(error.__context__, _Ended):
                await sending({"type": "http.response.body", "body": b"", "more_body": False})
                return
            if isinstance(sending, Framed):
                await sending.fail()
            raise

    def _note_vouched(self, who: str, address: str) -> None:
        if self.journal is not None:
            self.journal.note("login", who, address=address, facts={"by": "proxy"})

    def _deny(self, scope: Scope, status: int, what: str = "") -> None:
        visit: Visit | None = scope.get(VISIT)
        reader = visit.reader if visit else None
        self.bounds.deny(reader, scope[ADDRESS], what or scope["path"], status)

    def _watched(self, send: Send, scope: Scope) -> Send:
        """What a handler refuses to somebody who is logged in is noted: it knew whose it is."""
        path = scope["path"]

        async def sending(message: Message) -> None:
            if message.get("status") in (403, 404) and self.gate.asks_login:
                rule = rule_of(scope["method"], path)
                if scope[VISIT] is not None and rule is not None and not rule.file:
                    self._deny(scope, message["status"], path)
            await send(message)

        return sending

    async def _admitted(
        self, scope: Scope, headers: Headers, receive: Receive
    ) -> tuple[Visit | None, Receive]:  # fmt: skip
        """Who the request comes from, and its body as the application is to read it.

        Raises:
            Refused.
        """
        scope[ADDRESS] = self.proxy.client(_peer(scope), headers)
        self._check_origin(scope, headers)
        rule = rule_of(scope["method"], scope["path"])
        visit = scope[VISIT] = self.gate.visit(_peer(scope), headers)
        self._count(scope, visit, _counted(rule, visit, scope))
        if rule is None or (not self.gate.asks_login and LOGIN_PATHS.fullmatch(scope["path"])):
            raise Refused(404, nowhere(scope["path"]))
        self._check_visit(rule, visit, scope, headers)
        if rule.method == "POST":
            check_length(headers, rule.most)
        if visit is not None and rule.page:
            receive = await self._own_page(rule, visit, scope, receive)
        return visit, receive

    def _count(self, scope: Scope, visit: Visit | None, what: str) -> None:
        reader, address = visit.reader if visit else None, scope[ADDRESS]
        payer = payer_of(reader, address)
        try:
            if what == "questions":
                self.bounds.question(payer)
            else:
                self.bounds.request(payer, what)
        except TooMany as trouble:
            self.bounds.note(str(trouble.facts["reason"]), reader, address)
            raise too_many(trouble) from trouble

    def _check_origin(self, scope: Scope, headers: Headers) -> None:
        host = headers.get("host", ("",))[0]
        if not any(known_host(host, name) for name in self.names):
            raise Refused(421, _("Ce nom de serveur n'est pas connu ici."))
        speaks = self.proxy.speaks(_peer(scope))
        if self.by_proxy_alone and not speaks:
            raise Refused(403, _BY_PROXY, denied=True)
        if not self.gate.asks_login and _was_forwarded(headers):
            raise Refused(
                403, _("Un serveur mandataire est devant la page, qui n'a pas de connexion.")
            )
        if not _is_own(headers, host, scope["method"]):
            raise Refused(403, _("Demande venue d'un autre site : refusée."), denied=True)

    def _check_visit(
        self, rule: Rule, visit: Visit | None, scope: Scope, headers: Headers
    ) -> None:  # fmt: skip
        """Hold who asks against the rule."""
        if rule.who == "anyone":
            return
        opens = scope["method"] == "GET" and OPENED.fullmatch(scope["path"])
        if visit is None:
            if opens and headers.get("sec-fetch-site") == ["cross-site"]:
                # a link from elsewhere bears no cookie of ours; the same address from here does
                raise Refused(200, "", to=scope["path"])
            raise Refused(401, _LOG_IN, to="/connexion" if opens else "", denied=not opens)
        if visit.first and not rule.first:
            raise Refused(403, _("Changez d'abord votre mot de passe."), to="/mot-de-passe")
        if not visit.reader.may_act_as(rule.who):
            raise Refused(404, NOWHERE, denied=True)

    async def _own_page(
        self, rule: Rule, visit: Visit, scope: Scope, receive: Receive
    ) -> Receive:  # fmt: skip
        """Make the page's name in the request one that no other session can say."""
        if rule.page == "path":
            before, _, name = scope["path"].rpartition("/")
            scope["path"] = f"{before}/{_joined(visit, name)}"
            scope["raw_path"] = scope["path"].encode()
            return receive
        if rule.page == "query":
            pairs = dict(parse_qsl(scope.get("query_string", b"").decode("latin-1")))
            pairs["session_hash"] = _joined(visit, pairs.get("session_hash", ""))
            scope["query_string"] = urlencode(pairs).encode()
            return receive
        body = await posted(receive)
        if rule.page == "join":
            name = self._check_function(body, visit, scope)
            self.bounds.deny_fonds(visit.reader, scope[ADDRESS], body.get("data"))
            if name in QUESTIONS:
                self._count(scope, visit, "questions")
        body["session_hash"] = _joined(visit, body.get("session_hash"))
        return again(scope, json.dumps(body).encode(), receive)

    def _check_function(self, body: Mapping[str, Any], visit: Visit, scope: Scope) -> str:
        index, given = body.get("fn_index"), body.get("data")
        index = index if isinstance(index, int) else -1
        name, inputs = self.functions.get(index, Function("", 0))
        role = FUNCTIONS.get(name)
        if role is None or not visit.reader.may_act_as(role):
            self._deny(scope, 404, f"{scope['path']} ({name or body.get('fn_index')!r})")
            raise Refused(404, NOWHERE)
        if not isinstance(given, list) or len(given) != inputs:
            raise Refused(400, _("Demande incomplète : rechargez la page."))
        return name

    def _while_open(self, visit: Visit | None, send: Send) -> Send:
        """Send nothing more once the session has ended: a stream may outlive it."""
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.body":
                if begun and visit is not None and self.gate.still(visit) is None:
                    raise _Ended
                begun = True
            await send(message)

        return sending

    def _with_headers(self, send: Send, scope: Scope, headers: Headers) -> Send:
        by_tls = self.tls or self.proxy.is_https(_peer(scope), headers)
        pairs = [*HEADERS.items(), *([HSTS] if by_tls else [])]
        ours = [(name.encode(), value.encode()) for name, value in pairs]
        names = {name for name, _ in ours}

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [pair for pair in message.get("headers", ()) if pair[0].lower() not in names]
                message = {**message, "headers": kept + ours}
            await send(message)

        return sending


def headers_of(scope: Scope) -> dict[str, list[str]]:
    """The headers of a request: each name in lower case, with all its values."""
    found: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return found


def known_host(header: str, host: str) -> bool:
    """Whether the Host header names this server, against DNS rebinding.

    Where the server listens on every address, an address is accepted as such: a page of
    another site can only come here under a name.
    """
    name = header.rsplit(":", 1)[0] if re.search(r":\d+$", header) else header
    name = name.strip("[]").lower().rstrip(".")
    if name in LOOPBACK or name == host.strip("[]").lower():
        return name != ""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104
        return _is_address(name) or name in (socket.gethostname().lower(), socket.getfqdn().lower())
    return False


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_own(headers: Headers, host: str, method: str) -> bool:
    """Whether our own page, the address bar or a program asks; a link may lead here too."""
    site = headers.get("sec-fetch-site", ("none",))[0]
    if site not in ("same-origin", "none"):
        return method == "GET" and headers.get("sec-fetch-mode") == ["navigate"]
    origin = headers.get("origin")
    return origin is None or origin[0].split("://")[-1] == host


def _counted(rule: Rule | None, visit: Visit | None, scope: Scope) -> str:
    """With what a request is counted.

    Who is not logged in is one with everybody behind the same address: pages that show nothing,
    tries of a password and all the rest are counted apart, so that a crowd at nine o'clock shuts
    out nobody. Who tries passwords without end from that address delays new logins there.
    """
    if rule is not None and rule.file:
        return "files"
    if rule is None or visit is not None:
        return "requests"
    if rule.method == "POST":
        return "logins" if scope["path"] == "/connexion" else "requests"
    shown = rule.who == "anyone" or OPENED.fullmatch(scope["path"])
    return "door" if shown else "requests"


def too_many(trouble: TooMany) -> Refused:
    """A limit that was reached, as it is told over HTTP."""
    return Refused(429, spoken(trouble), after=trouble.facts["seconds"])


def _was_forwarded(headers: Headers) -> bool:
    return any(name in headers for name in ("x-forwarded-for", "forwarded", "x-real-ip", "via"))


def _peer(scope: Scope) -> str:
    """The address at the other end of the connection."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def _joined(visit: Visit, name: object) -> str:
    if not isinstance(name, str) or not name or len(name) > 64:
        raise Refused(400, _("Demande illisible."))
    return hashlib.sha256(f"{visit.key} {name}".encode()).hexdigest()[:32]
