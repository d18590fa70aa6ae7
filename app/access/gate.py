"""The gate of the page: who is let in, by which way, and as whom."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Protocol

from app.access.accounts import Accounts, spelled
from app.access.attempts import Attempts
from app.access.origins import LoginTaken, claim
from app.access.proxy import Headers, Proxy
from app.access.reader import LOCAL
from app.access.sessions import LOCAL_ACCOUNT, Sessions, Visit, reader_of

if TYPE_CHECKING:
    from app.access.oidc import Oidc

COOKIE = "greffe"
SECURE_COOKIE = "__Host-greffe"  # browsers take it by TLS alone, and from no other host


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose password another directory has checked."""

    login: str
    name: str
    groups: tuple[str, ...]


class Directory(Protocol):
    """Checks passwords elsewhere: LDAP, Active Directory."""

    def check(self, login: str, password: str) -> Person | None:
        """The person, if the password is theirs. Raises DirectorySilent."""
        ...


class Gate(Protocol):
    """What the guard asks about each request."""

    @property
    def asks_login(self) -> bool:
        """Whether nobody comes in without a name."""
        ...

    def visit(self, peer: str, headers: Headers) -> Visit | None:
        """Who a request comes from; None for nobody known."""
        ...

    def still(self, visit: Visit) -> Visit | None:
        """The visit as it is now; None where it has ended meanwhile."""
        ...

    def begins(self, visit: Visit) -> bool:
        """Whether somebody comes in with this request, with no login that was noted."""
        ...


class OpenGate:
    """On one's own machine: whoever sits there reads everything."""

    asks_login = False

    def visit(self, peer: str, headers: Headers) -> Visit | None:
        """Everybody is the reader of this machine."""
        return _LOCAL_VISIT

    def still(self, visit: Visit) -> Visit | None:
        """Always."""
        return visit

    def begins(self, visit: Visit) -> bool:
        """Never: nobody comes in."""
        return False


_LOCAL_VISIT = Visit(LOCAL, "local", "", ends=False)


@dataclass(frozen=True)
class LoginGate:
    """Sessions, and the ways to begin one."""

    accounts: Accounts
    attempts: Attempts
    sessions: Sessions
    proxy: Proxy = field(default_factory=Proxy)
    directory: Directory | None = None
    secure: bool = False  # the page itself speaks TLS
    oidc: Oidc | None = None
    vouched: dict[str, tuple[float, float]] = field(default_factory=dict[str, tuple[float, float]])
    secret: bytes = field(default_factory=partial(secrets.token_bytes, 32))  # of this process

    asks_login = True

    def visit(self, peer: str, headers: Headers) -> Visit | None:
        """By the word of the proxy, else by the session's cookie."""
        vouched = self._vouched(peer, headers)
        token = _cookie(headers, self.cookie(peer, headers))
        return vouched or (self.sessions.find(token) if token else None)

    def still(self, visit: Visit) -> Visit | None:
        """Read the session and the rights again. A proxy's word holds for one request."""
        return self.sessions.still(visit.key) if visit.ends else visit

    def begins(self, visit: Visit) -> bool:
        """Whether this is the first request of somebody whom the proxy vouches for.

        There is no session to tell by: it is as long as one would be. Forgotten at a restart.
        """
        if visit.ends:
            return False
        now, idle, longest = self.sessions.clock(), self.sessions.idle, self.sessions.longest
        begun, seen = self.vouched.get(visit.key, (0.0, 0.0))
        new = now - seen > idle or now - begun > longest
        if new:
            gone = [key for key, (_, last) in self.vouched.items() if now - last > idle]
            for key in gone:
                del self.vouched[key]
        self.vouched[visit.key] = (now if new else begun, now)
        return new

    def admit(self, said: Mapping[str, str], secret: str) -> tuple[Person, str]:
        """Open a session to who comes back from the issuer: who, and the cookie's value.

        Raises:
            LoginDoubted, IssuerSilent, LoginTaken.
        """
        assert self.oidc is not None
        admitted = self.oidc.admit(said, secret)
        person = admitted.person
        token = self.sessions.begin(person.login, person.name, "oidc", person.groups)
        self.sessions.keep_ticket(token, admitted.id_token)
        return person, token

    def farewell(self, visit: Visit, back: str) -> str:
        """Where to log out besides; empty for most. To be asked before the session is ended."""
        ticket = self.sessions.ticket(visit.key) if self.oidc is not None else ""
        return self.oidc.farewell(ticket, back) if self.oidc is not None and ticket else ""

    def cookie(self, peer: str, headers: Headers) -> str:
        """The name of the session's cookie, for a request that came so."""
        by_tls = self.secure or self.proxy.is_https(peer, headers)
        return SECURE_COOKIE if by_tls else COOKIE

    def log_in(self, login: str, password: str, address: str) -> str | None:
        """Check a password. The new session's cookie value; None where it is wrong or must wait.

        Raises:
            LoginTaken: somebody from elsewhere has this login.
            DirectorySilent: the account may be the directory's, and it does not answer.
        """
        login = spelled(login)
        if not 0 < len(login) <= 256 or not password or not self.attempts.take(login, address):
            return None
        if self.directory is None or self.accounts.knows(login):
            account = self.accounts.check(login, password)
            if account is None:
                return None
            self.attempts.succeeded(login, address)
            return self.sessions.begin(account.login, account.name, LOCAL_ACCOUNT)
        person = self.directory.check(login, password)
        if person is None:
            return None
        self.attempts.succeeded(login, address)
        return self.sessions.begin(person.login, person.name, "annuaire", person.groups)

    def _vouched(self, peer: str, headers: Headers) -> Visit | None:
        named = self.proxy.user(peer, headers)
        if named is None:
            return None
        login, groups = named
        try:
            claim(self.accounts.store, spelled(login), "mandataire")
        except LoginTaken:
            return None
        reader = reader_of(self.sessions.groups, spelled(login), login, groups)
        key = hmac.new(self.secret, f"proxy {reader.login}".encode(), hashlib.sha256).hexdigest()
        return Visit(reader, key, key[:24], ends=False)


def _cookie(headers: Headers, name: str) -> str:
    """The value of a cookie; empty where there is none, or more than one."""
    pairs = [part.strip() for line in headers.get("cookie", ()) for part in line.split(";")]
    values = [pair[len(name) + 1 :] for pair in pairs if pair.startswith(f"{name}=")]
    return values[0] if len(values) == 1 else ""
