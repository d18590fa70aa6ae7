"""OpenID Connect: who somebody is, by the word of an issuer (ProConnect, Keycloak).

Authorization code with PKCE, as OpenID Connect Core 1.0, section 3.1 and RFC 9700 ask. Nothing of
what comes back by the browser counts before the issuer's signature is checked.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from app.access.accounts import spelled
from app.access.gate import Person
from app.access.pending import Pending
from ingest.trouble import Trouble

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import OAuth2Client

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
LEEWAY = 60  # seconds that two clocks may differ
_QUIET = 15.0  # seconds for which one that was silent is not asked again: each try may take ten
_KNOWN = 3600.0  # seconds for which the issuer's own description is kept
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_CONTACTED = ("token_endpoint", "jwks_uri", "userinfo_endpoint")


class IssuerSilent(Trouble):
    """It does not answer, or not as an issuer does. Facts: issuer, detail."""


class IssuerInvalid(Trouble):
    """Its settings cannot be. Facts: detail (French)."""


class LoginDoubted(Trouble):
    """What came back from the issuer is not to be believed. Facts: reason, detail."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Where the issuer's words stand; « a.b » is b within a."""

    login: str = "preferred_username"
    groups: str = "groups"


@dataclass(frozen=True, slots=True)
class Client:
    """What Greffe is called at the issuer's."""

    id: str
    secret: str = ""  # empty: a public client, by PKCE alone
    scopes: str = "openid profile email"


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who was let in, and the token that logs them out again."""

    person: Person
    id_token: str


@dataclass
class Oidc:
    """An issuer, as Greffe speaks to it. Nothing is contacted before it is asked for."""

    issuer: str
    client: Client
    pending: Pending
    claims: Claims = Claims()
    label: str = "OpenID Connect"
    authority: Path | None = None  # PEM of who signed its certificate; None: the system's
    seconds: int = 10  # for each of its answers
    reach: Callable[[str], object] = lambda url: None  # raises for what may not be contacted
    clock: Callable[[], float] = time.time
    _about: dict[str, Any] = field(default_factory=dict[str, Any])
    _since: float = 0.0
    _failed: tuple[float, IssuerSilent] | None = None  # when it was silent last

    def __post_init__(self) -> None:
        """Raises IssuerInvalid."""
        parts = urlsplit(self.issuer)
        here = parts.hostname in ("127.0.0.1", "::1", "localhost")
        if not parts.hostname or parts.query or parts.fragment:
            raise IssuerInvalid(detail="oidc.issuer n'est pas une adresse")
        if parts.scheme != "https" and not here:
            raise IssuerInvalid(detail="oidc.issuer ne commence pas par https://")
        if not self.client.id:
            raise IssuerInvalid(detail="oidc.client est vide")
        if "openid" not in self.client.scopes.split():
            raise IssuerInvalid(detail="oidc.scopes ne contient pas « openid »")
        if self.authority is not None and not self.authority.is_file():
            raise IssuerInvalid(detail=f"oidc.authority : « {self.authority} » n'existe pas")

    def leave(self, back: str) -> tuple[str, str]:
        """Where the browser is sent, and the secret that it alone is to bring back.

        Args:
            back: the address at which it comes back.

        Raises:
            IssuerSilent.
        """
        about, (asked, secret) = self.about(), self.pending.begin(back)
        with self._speaking() as speaking:
            url, _ = speaking.create_authorization_url(
                about["authorization_endpoint"], state=asked.state, redirect_uri=back,
                nonce=asked.nonce, code_verifier=asked.verifier,
            )  # fmt: skip
        return str(url), secret

    def admit(self, said: Mapping[str, str], secret: str) -> Admitted:
        """Who came back.

        Args:
            said: the parameters of the address at which the browser came back.
            secret: what the browser was given when it left.

        Raises:
            LoginDoubted, IssuerSilent.
        """
        asked = self.pending.take(said.get("state", ""), secret)
        if asked is None:
            raise LoginDoubted(reason="state")
        if said.get("iss", self.issuer) != self.issuer:  # RFC 9207
            raise LoginDoubted(reason="issuer")
        if "error" in said or not said.get("code"):
            raise LoginDoubted(reason="denied", detail=said.get("error", "")[:80])
        from authlib.integrations.base_client import OAuthError

        about = self.about()
        with self._speaking() as speaking:
            try:
                token = speaking.fetch_token(
                    about["token_endpoint"], grant_type="authorization_code",
                    code=said["code"], redirect_uri=asked.back, code_verifier=asked.verifier,
                )  # fmt: skip
            except OAuthError as error:
                raise LoginDoubted(reason="code", detail=str(error.error)[:80]) from error
            claims = self._checked(speaking, token, asked.nonce)
            person = self._person(speaking, claims)
        return Admitted(person, token["id_token"])

    def farewell(self, id_token: str, back: str) -> str:
        """Where the browser is sent to log out there too; empty where there is no such place."""
        try:
            place = self.about().get("end_session_endpoint", "")
        except IssuerSilent:
            return ""
        if not self._is_sound(place):
            return ""
        from authlib.common.security import generate_token
        from authlib.common.urls import add_params_to_uri

        said = {"id_token_hint": id_token, "post_logout_redirect_uri": back,
                "client_id": self.client.id, "state": generate_token(32)}  # fmt: skip
        return str(add_params_to_uri(place, [*said.items()]))

    def about(self) -> dict[str, Any]:
        """The issuer's description of itself, an hour old at most.

        Raises:
            IssuerSilent: now, or a moment ago.
        """
        now = time.monotonic()
        if self._failed is not None and now - self._failed[0] < _QUIET:
            raise IssuerSilent(**self._failed[1].facts)
        if not self._about or now - self._since > _KNOWN:
            try:
                with self._speaking() as speaking:
                    place = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
                    found = self._read(speaking, place)
                self._check(found)
            except IssuerSilent as silent:
                self._failed = time.monotonic(), silent
                raise
            self._about, self._since, self._failed = found, now, None
        return self._about

    def answers(self) -> int:
        """How many keys the issuer shows: that it can be spoken to. Raises IssuerSilent."""
        with self._speaking() as speaking:
            return len(self._read(speaking, self.about()["jwks_uri"]).get("keys", ()))

    def _check(self, found: dict[str, Any]) -> None:
        """What the issuer says of itself: its own name, and places that may be contacted."""
        if found.get("issuer") != self.issuer:
            named = str(found.get("issuer"))[:200]
            raise IssuerSilent(issuer=self.issuer, detail=f"il s'annonce comme « {named} »")
        for name in _NEEDED:
            if not self._is_sound(found.get(name)):
                raise IssuerSilent(issuer=self.issuer, detail=f"{name} manque ou n'est pas sûr")
        for name in _CONTACTED:
            if name in found and not self._is_sound(found[name]):
                raise IssuerSilent(issuer=self.issuer, detail=f"{name} n'est pas sûr")
            if name in found:
                self.reach(found[name])

    def _is_sound(self, place: object) -> bool:
        """Whether a place is spoken to by TLS, as the issuer is."""
        schemes = ("https", urlsplit(self.issuer).scheme)
        return isinstance(place, str) and urlsplit(place).scheme in schemes

    def _checked(
        self, speaking: OAuth2Client, token: Mapping[str, Any], nonce: str
    ) -> dict[str, Any]:
        """The claims of an ID token, signed, for us, for this login, and not too old."""
        from authlib.oidc.core import CodeIDToken

        read = self._signed(speaking, token.get("id_token"))
        options: dict[str, Any] = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self.client.id},
        }
        params = {"nonce": nonce, "client_id": self.client.id,
                  "access_token": token.get("access_token")}  # fmt: skip
        claims = CodeIDToken(read.claims, read.header, options, params)
        with _doubting():
            claims.validate(now=int(self.clock()), leeway=LEEWAY)
        return dict(claims)

    def _signed(self, speaking: OAuth2Client, text: object) -> Any:
        """A token whose signature is the issuer's; its keys are fetched anew each time."""
        from joserfc import jwt
        from joserfc.jwk import KeySet

        if not isinstance(text, str):
            raise LoginDoubted(reason="signature", detail="id_token")
        found = self._read(speaking, self.about()["jwks_uri"])
        keys = [key for key in found.get("keys", ()) if _is_public(key)]
        with _doubting():
            return jwt.decode(text, KeySet.import_key_set({"keys": keys}), [*ALGORITHMS])

    def _person(self, speaking: OAuth2Client, claims: dict[str, Any]) -> Person:
        place = self.about().get("userinfo_endpoint")
        lacking = [c for c in (self.claims.login, self.claims.groups) if _at(claims, c) is None]
        if place and lacking:
            told = self._userinfo(speaking, place)
            if told.get("sub") != claims["sub"]:
                raise LoginDoubted(reason="signature", detail="userinfo")
            claims = {**told, **claims}
        login = _at(claims, self.claims.login)
        if not isinstance(login, str) or not 0 < len(spelled(login)) <= 256:
            raise LoginDoubted(reason="claim", detail=self.claims.login)
        if self.claims.login == "email" and claims.get("email_verified") is False:
            raise LoginDoubted(reason="claim", detail="email_verified")
        return Person(
            spelled(login), _name(claims) or login, _texts(_at(claims, self.claims.groups))
        )

    def _userinfo(self, speaking: OAuth2Client, place: str) -> dict[str, Any]:
        """What the issuer says besides; ProConnect signs it as a token."""
        with self._silent():
            response = speaking.get(place)
            response.raise_for_status()
        if "jwt" not in response.headers.get("content-type", ""):
            return _object(response.text)
        read = self._signed(speaking, response.text)
        audience = read.claims.get("aud", self.client.id)
        if read.claims.get("iss") != self.issuer or self.client.id not in _texts(audience):
            raise LoginDoubted(reason="audience", detail="userinfo")
        return dict(read.claims)

    def _read(self, speaking: OAuth2Client, place: str) -> dict[str, Any]:
        self.reach(place)
        with self._silent():
            response = speaking.request("GET", place, withhold_token=True)
            response.raise_for_status()
            return _object(response.text)

    @contextmanager
    def _speaking(self) -> Iterator[OAuth2Client]:
        """A client that follows no redirect and knows no proxy."""
        from authlib.integrations.httpx_client import OAuth2Client

        how = self._about.get("token_endpoint_auth_methods_supported", ("client_secret_basic",))
        method = "client_secret_basic" if "client_secret_basic" in how else "client_secret_post"
        trust = ssl.create_default_context(cafile=str(self.authority) if self.authority else None)
        client = OAuth2Client(
            self.client.id, self.client.secret or None, scope=self.client.scopes,
            token_endpoint_auth_method=method if self.client.secret else "none",
            code_challenge_method="S256", verify=trust, trust_env=False, follow_redirects=False,
            timeout=self.seconds,
        )  # fmt: skip
        with client, self._silent():
            yield client

    @contextmanager
    def _silent(self) -> Iterator[None]:
        import httpx2
        from authlib.integrations.base_client import OAuthError

        try:
            yield
        except (httpx2.HTTPError, httpx2.InvalidURL, OAuthError, OSError, ValueError) as error:
            raise IssuerSilent(issuer=self.issuer, detail=str(error)[:200]) from error


@contextmanager
def _doubting() -> Iterator[None]:
    """What a library finds wrong with a token, as one of ours."""
    from joserfc.errors import (
        ClaimError,
        ExpiredTokenError,
        InvalidKeyIdError,
        JoseError,
    )

    try:
        yield
    except ExpiredTokenError as error:
        raise LoginDoubted(reason="expired") from error
    except InvalidKeyIdError as error:
        raise LoginDoubted(reason="key") from error
    except ClaimError as error:
        reason = {"nonce": "nonce", "aud": "audience", "azp": "audience", "iss": "issuer"}
        claim = str(getattr(error, "claim", ""))
        raise LoginDoubted(reason=reason.get(claim, "token"), detail=claim) from error
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise LoginDoubted(reason="signature", detail=type(error).__name__) from error


def _is_public(key: object) -> bool:
    """A key that checks signatures: one that can make them is no secret any more."""
    if not isinstance(key, dict) or key.get("use") == "enc" or "d" in key:
        return False
    return key.get("kty") in ("RSA", "EC")


def _object(text: str) -> dict[str, Any]:
    import json

    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("pas un objet JSON")
    return found


def _at(claims: Mapping[str, Any], path: str) -> Any:
    """A claim by its name, else by a path of names."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _texts(value: Any) -> tuple[str, ...]:
    parts: Sequence[object] = [value] if isinstance(value, str) else value or ()
    if not isinstance(parts, list | tuple):
        return ()
    return tuple(part.strip() for part in parts if isinstance(part, str) and part.strip())


def _name(claims: Mapping[str, Any]) -> str:
    """How the page names somebody."""
    family = claims.get("family_name") or claims.get("usual_name")
    parts = [claims.get("given_name"), family]
    joined = " ".join(part for part in parts if isinstance(part, str))
    name = claims.get("name")
    return (name if isinstance(name, str) and name else joined)[:256]
