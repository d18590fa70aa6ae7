"""The town's directory, LDAP or Active Directory: who somebody is, and their groups.

Always by TLS with the server's certificate checked; nothing typed becomes part of a filter
unescaped; referrals to other servers are not followed.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.access.accounts import spelled
from app.access.gate import Person
from ingest.trouble import Trouble

DEPTH = 10  # groups within groups
MOST = 500  # groups of one person
_ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_TLS_1_2 = 0x303


class DirectorySilent(Trouble):
    """It does not answer, or its certificate is not the right one. Facts: detail."""


class DirectoryInvalid(Trouble):
    """Its settings cannot be. Facts: detail (French)."""


class DirectoryMissing(Trouble):
    """python-ldap is not installed. No facts."""


class Ldap:
    """Checks a password by binding with it, as the directory's own programs do."""

    def __init__(
        self, url: str, base: str, *, attribute: str = "uid", group_base: str = "",
        reader: tuple[str, str] = ("", ""), authority: Path | None = None, seconds: int = 10,
    ) -> None:  # fmt: skip
        """Nothing is contacted yet.

        Args:
            url: ldaps://host, or ldap://host, which begins with StartTLS.
            base: DN under which people are.
            attribute: the one that holds the login.
            group_base: DN under which groups are; empty for `base`.
            reader: DN and password of the account that looks people up; empty for anonymous.
            authority: PEM of who signed the server's certificate; None for the system's.
            seconds: how long an answer may take.

        Raises:
            DirectoryInvalid, DirectoryMissing.
        """
        if urlsplit(url).scheme not in ("ldap", "ldaps") or not urlsplit(url).hostname:
            raise DirectoryInvalid(detail="directory.url commence par ldaps:// ou ldap://")
        if not base:
            raise DirectoryInvalid(detail="directory.base est vide")
        if not _ATTRIBUTE.fullmatch(attribute):
            raise DirectoryInvalid(detail="directory.attribute n'est pas un nom d'attribut")
        if authority is not None and not authority.is_file():
            raise DirectoryInvalid(detail=f"directory.authority : « {authority} » n'existe pas")
        try:
            import ldap  # noqa: F401
        except ImportError as error:
            raise DirectoryMissing from error
        self.url = url
        self.base = base
        self.attribute = attribute
        self.group_base = group_base or base
        self.reader = reader
        self.authority = authority
        self.seconds = seconds

    def check(self, login: str, password: str) -> Person | None:
        """The person, if there is exactly one of this login and the password is theirs.

        Raises:
            DirectorySilent.
        """
        if not password or "\0" in password + login:  # a bind without password always succeeds
            return None
        import ldap

        try:
            with self._connected() as connection:
                connection.simple_bind_s(*self.reader)
                found = self._person(connection, login)
                if found is None or not self._is_theirs(found[0], password):
                    return None
                dn, fields = found
                known = spelled(_first(fields, self.attribute) or login)
                name = _first(fields, "displayName") or _first(fields, "cn") or known
                return Person(known, name, self._groups(connection, dn, known))
        except ldap.LDAPError as error:
            raise DirectorySilent(detail=str(error)) from error

    def _person(self, connection: Any, login: str) -> tuple[str, dict[str, list[bytes]]] | None:
        import ldap
        from ldap.filter import filter_format

        wanted = filter_format("(%s=%s)", [self.attribute, login])
        try:
            rows = connection.search_ext_s(
                self.base, ldap.SCOPE_SUBTREE, wanted, [self.attribute, "cn", "displayName"],
                sizelimit=2,
            )  # fmt: skip
        except ldap.SIZELIMIT_EXCEEDED:
            return None
        people = [(dn, fields) for dn, fields in rows if dn]  # without a DN: a referral
        return people[0] if len(people) == 1 else None

    def _is_theirs(self, dn: str, password: str) -> bool:
        """On a connection of its own: the first one keeps the rights of the reading account."""
        import ldap

        with self._connected() as connection:
            try:
                connection.simple_bind_s(dn, password)
            except (
                ldap.INVALID_CREDENTIALS, ldap.INAPPROPRIATE_AUTH, ldap.UNWILLING_TO_PERFORM,
                ldap.CONSTRAINT_VIOLATION, ldap.INSUFFICIENT_ACCESS,
            ):  # fmt: skip
                return False
        return True

    def _groups(self, connection: Any, dn: str, login: str) -> tuple[str, ...]:
        """Names and DNs of the groups that hold the person, or a group that does, and so on."""
        import ldap
        from ldap.filter import filter_format

        found: dict[str, str] = {}
        wanted = [filter_format("(|(member=%s)(uniqueMember=%s)(memberUid=%s))", [dn, dn, login])]
        for _ in range(DEPTH):
            held = [
                row
                for one in wanted
                for row in connection.search_ext_s(
                    self.group_base, ldap.SCOPE_SUBTREE, one, ["cn"], sizelimit=0
                )
            ]
            new = {at: _first(fields, "cn") for at, fields in held if at and at not in found}
            found |= new
            wanted = [filter_format("(|(member=%s)(uniqueMember=%s))", [at, at]) for at in new]
            if not new or len(found) > MOST:
                break
        names = [name for at, cn in found.items() for name in (cn, at) if name]
        return tuple(dict.fromkeys(spelled(name) for name in names))

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        """A connection by TLS, closed again at the end."""
        import ldap

        connection = ldap.initialize(self.url)
        connection.protocol_version = ldap.VERSION3
        authority = self.authority or _system_authorities()
        for option, value in (
            (ldap.OPT_REFERRALS, 0),
            (ldap.OPT_NETWORK_TIMEOUT, float(self.seconds)),
            (ldap.OPT_TIMEOUT, float(self.seconds)),
            (ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND),
            (ldap.OPT_X_TLS_CACERTFILE, str(authority)),
            (ldap.OPT_X_TLS_PROTOCOL_MIN, _TLS_1_2),
            (ldap.OPT_X_TLS_NEWCTX, 0),  # last: it makes the others count
        ):
            connection.set_option(option, value)
        try:
            if urlsplit(self.url).scheme == "ldap":
                connection.start_tls_s()
            yield connection
        finally:
            connection.unbind_s()


def _system_authorities() -> str:
    return ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt"


def _first(fields: dict[str, list[bytes]], name: str) -> str:
    """The first value of an attribute, whatever the case of its name; empty where there is none."""
    values = next((v for key, v in fields.items() if key.lower() == name.lower()), [])
    return values[0].decode("utf-8", "replace") if values else ""
