"""The gate of the page: who is let in, by which way, and as whom."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Protocol

from app.access.accounts import Accounts, spelled
from app.access.attempts import Attempts
from app.access.proxy import Headers, Proxy
from app.access.reader import LOCAL
from app.access.sessions import LOCAL_ACCOUNT, Sessions, Visit, reader_of

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


class OpenGate:
    """On one's own machine: whoever sits there reads everything."""

    asks_login = False

    def visit(self, peer: str, headers: Headers) -> Visit | None:
        """Everybody is the reader of this machine."""
        return _LOCAL_VISIT

    def still(self, visit: Visit) -> Visit | None:
        """Always."""
        return visit


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

    asks_login = True

    def visit(self, peer: str, headers: Headers) -> Visit | None:
        """By the word of the proxy, else by the session's cookie."""
        vouched = self._vouched(peer, headers)
        token = _cookie(headers, self.cookie(peer, headers))
        return vouched or (self.sessions.find(token) if token else None)

    def still(self, visit: Visit) -> Visit | None:
        """Read the session and the rights again. A proxy's word holds for one request."""
        return self.sessions.still(visit.key) if visit.ends else visit

    def cookie(self, peer: str, headers: Headers) -> str:
        """The name of the session's cookie, for a request that came so."""
        by_tls = self.secure or self.proxy.is_https(peer, headers)
        return SECURE_COOKIE if by_tls else COOKIE

    def log_in(self, login: str, password: str, address: str) -> str | None:
        """Check a password. The new session's cookie value; None where it is wrong or must wait.

        Raises:
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
        reader = reader_of(self.sessions.groups, spelled(login), login, groups)
        key = hashlib.sha256(f"proxy {reader.login}".encode()).hexdigest()
        return Visit(reader, key, key[:24], ends=False)


def _cookie(headers: Headers, name: str) -> str:
    """The value of a cookie; empty where there is none, or more than one."""
    pairs = [part.strip() for line in headers.get("cookie", ()) for part in line.split(";")]
    values = [pair[len(name) + 1 :] for pair in pairs if pair.startswith(f"{name}=")]
    return values[0] if len(values) == 1 else ""
