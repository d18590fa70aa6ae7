"""A real OpenID Connect issuer on loopback: Authlib's own authorization server, behind FastAPI.

It checks the client's secret, the redirect address, each code once, and PKCE. What `twisted` holds
replaces claims of its ID tokens, which it signs all the same: how a wrong issuer would speak.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Error
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload, OAuth2Request
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode
from joserfc.jwk import RSAKey

from tests.app.web.serving import serving

CLIENT, SECRET = "greffe", "le secret du client"
PEOPLE: dict[str, dict[str, Any]] = {
    "nora": {"sub": "u-1", "preferred_username": "Nora.Petit", "name": "Nora Petit",
             "email": "nora@mairie.example", "groups": ["Voirie"]},
    "omar": {"sub": "u-2", "preferred_username": "omar", "given_name": "Omar",
             "usual_name": "Diallo", "realm_access": {"roles": ["direction"]}},
    "sans": {"sub": "u-3"},
}  # fmt: skip


@dataclass
class Code:
    """A code that was given out."""

    code: str
    user: str
    redirect: str
    scope: str
    nonce: str
    code_challenge: str
    code_challenge_method: str
    auth_time: int

    def get_redirect_uri(self) -> str:
        return self.redirect

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return self.auth_time

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class Client(ClientMixin):  # type: ignore[misc]
    """Greffe, as it is registered."""

    def __init__(self, back: list[str]) -> None:
        self.back = back
        self.method = "client_secret_basic"

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str:
        return self.back[0]

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.back

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == self.method

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class Issuer:
    """An issuer that runs."""

    address: str = ""
    client: Client = field(default_factory=lambda: Client([]))
    keys: list[RSAKey] = field(default_factory=lambda: [_key("un")])  # the first one signs
    shown: list[RSAKey] | None = None  # the keys that it shows, if others
    codes: dict[str, Code] = field(default_factory=dict[str, Code])
    tokens: dict[str, str] = field(default_factory=dict[str, str])  # access token → user
    twisted: dict[str, Any] = field(default_factory=dict[str, Any])
    told: dict[str, Any] = field(default_factory=dict[str, Any])  # put over its description
    slim: bool = False  # ID tokens that say who, and no more
    signed: bool = False  # the userinfo comes as a token, as ProConnect's
    ended: list[dict[str, str]] = field(default_factory=list[dict[str, str]])

    def straight(self) -> None:
        """As it was at the beginning."""
        self.twisted, self.told, self.shown, self.slim, self.signed = {}, {}, None, False, False
        self.keys = self.keys[:1]
        self.client.method = "client_secret_basic"

    def description(self) -> dict[str, Any]:
        at = self.address
        return {
            "issuer": at, "authorization_endpoint": f"{at}/authorize",
            "token_endpoint": f"{at}/token", "jwks_uri": f"{at}/jwks",
            "userinfo_endpoint": f"{at}/userinfo", "end_session_endpoint": f"{at}/logout",
            "token_endpoint_auth_methods_supported": [self.client.method], **self.told,
        }  # fmt: skip


def _key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "alg": "RS256", "use": "sig"})


def other_key() -> RSAKey:
    """A key that the issuer does not show."""
    return _key("autre")


class Asked(OAuth2Request):  # type: ignore[misc]
    """A request, as Authlib reads it; on loopback TLS is not asked for."""

    def __init__(self, method: str, uri: str, fields: dict[str, str], headers: Any) -> None:
        super().__init__(method, uri.replace("http://", "https://"), headers=headers)
        self.payload = BasicOAuth2Payload(fields)
        self.fields = fields

    @property
    def args(self) -> dict[str, str]:
        return self.fields

    @property
    def form(self) -> dict[str, str]:
        return self.fields


class Server(AuthorizationServer):  # type: ignore[misc]
    """Authlib's server, told how FastAPI's requests and answers look."""

    def __init__(self, issuer: Issuer) -> None:
        super().__init__()
        self.issuer = issuer
        self.register_token_generator("default", BearerTokenGenerator(_token))

    def query_client(self, client_id: str) -> Client | None:
        return self.issuer.client if client_id == CLIENT else None

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        self.issuer.tokens[token["access_token"]] = request.user

    def create_oauth2_request(self, request: Any) -> OAuth2Request:
        if isinstance(request, OAuth2Request):
            return request
        method, uri, fields, headers = request
        return Asked(method, uri, fields, headers)

    def handle_response(self, status: int, body: Any, headers: Any) -> Any:
        from fastapi import Response

        text = json.dumps(body) if isinstance(body, dict) else body
        return Response(text, status, dict(headers))

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        pass


def _token(**_: Any) -> str:
    return secrets.token_urlsafe(24)


class Grant(AuthorizationCodeGrant):  # type: ignore[misc]
    """Where codes are kept."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        asked = request.payload.data
        self.server.issuer.codes[code] = Code(
            code, request.user, asked["redirect_uri"], asked["scope"], asked.get("nonce", ""),
            asked.get("code_challenge", ""), asked.get("code_challenge_method", ""),
            int(time.time()),
        )  # fmt: skip

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        return self.server.issuer.codes.get(code)  # type: ignore[no-any-return]

    def delete_authorization_code(self, authorization_code: Code) -> None:
        del self.server.issuer.codes[authorization_code.code]

    def authenticate_user(self, authorization_code: Code) -> str:
        return authorization_code.user


class IdToken(OpenIDCode):  # type: ignore[misc]
    """What the ID token says, and who signs it."""

    def __init__(self, issuer: Issuer) -> None:
        super().__init__(require_nonce=True)
        self.issuer = issuer

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
        return any(code.nonce == nonce for code in self.issuer.codes.values())

    def resolve_client_private_key(self, client: Client) -> RSAKey:
        return self.issuer.keys[-1]

    def get_client_algorithm(self, client: Client) -> str:
        return "RS256"

    def get_encode_header(self, client: Client) -> dict[str, str]:
        return {"alg": "RS256", "kid": str(self.issuer.keys[-1].kid)}

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        return {"iss": self.issuer.address, "aud": [CLIENT]}

    def generate_user_info(self, user: str, scope: str) -> dict[str, Any]:
        claims = PEOPLE[user]
        return {**({"sub": claims["sub"]} if self.issuer.slim else claims), **self.issuer.twisted}


@contextmanager
def running() -> Iterator[Issuer]:
    """The issuer, until the end of the block."""
    issuer = Issuer()
    with serving(_application(issuer)) as address:
        issuer.address = address
        yield issuer


def _application(issuer: Issuer) -> Any:
    from fastapi import FastAPI

    app, server = FastAPI(), Server(issuer)
    server.register_grant(Grant, [IdToken(issuer), CodeChallenge(required=True)])
    app.get("/.well-known/openid-configuration")(issuer.description)
    _add_login(app, server)
    _add_answers(app, issuer, server)
    return app


def _add_login(app: Any, server: Server) -> None:
    from fastapi import Request, Response
    from fastapi.responses import HTMLResponse

    def consent(request: Request, user: str | None) -> Any:
        asked = server.create_oauth2_request(("GET", str(request.url),
                                              dict(request.query_params), {}))  # fmt: skip
        try:
            grant = server.get_consent_grant(asked, end_user=user)
        except OAuth2Error as error:
            return server.handle_error_response(asked, error)
        return server.create_authorization_response(asked, grant_user=user, grant=grant)

    def login(request: Request) -> Response:
        buttons = "".join(
            f'<button name="user" value="{escape(name)}">{escape(name)}</button>' for name in PEOPLE
        )
        return HTMLResponse(f'<!doctype html><title>Émetteur</title><form method="post">{buttons}')

    async def chosen(request: Request) -> Any:
        from urllib.parse import parse_qs

        user = parse_qs((await request.body()).decode()).get("user", [""])[0]
        return consent(request, user or None)

    login.__annotations__ = {"request": Request, "return": Response}
    chosen.__annotations__ = {"request": Request}
    app.get("/authorize", response_model=None)(login)
    app.post("/authorize", response_model=None)(chosen)


def _add_answers(app: Any, issuer: Issuer, server: Server) -> None:
    from fastapi import Request, Response

    def jwks() -> dict[str, Any]:
        shown = issuer.keys if issuer.shown is None else issuer.shown
        return {"keys": [key.as_dict(private=False) for key in shown]}

    async def token(request: Request) -> Any:
        from urllib.parse import parse_qsl

        fields = dict(parse_qsl((await request.body()).decode()))
        headers = {"Authorization": request.headers.get("authorization", "")}
        return server.create_token_response(("POST", str(request.url), fields, headers))

    def userinfo(request: Request) -> Response:
        user = issuer.tokens.get(request.headers.get("authorization", "")[len("Bearer ") :])
        if user is None:
            return Response("", 401)
        claims = {**PEOPLE[user], **issuer.told.get("userinfo", {})}
        if not issuer.signed:
            return Response(json.dumps(claims), media_type="application/json")
        from joserfc import jwt

        header = {"alg": "RS256", "kid": issuer.keys[-1].kid}
        about = {"iss": issuer.address, "aud": CLIENT, **claims}
        return Response(jwt.encode(header, about, issuer.keys[-1]), media_type="application/jwt")

    def logout(request: Request) -> Response:
        issuer.ended.append(dict(request.query_params))
        back = request.query_params["post_logout_redirect_uri"]
        state = urlencode({"state": request.query_params["state"]})
        return Response(status_code=302, headers={"location": f"{back}?{state}"})

    for one in (token, userinfo, logout):
        one.__annotations__ = {"request": Request}
    app.get("/jwks")(jwks)
    app.post("/token", response_model=None)(token)
    app.get("/userinfo", response_model=None)(userinfo)
    app.get("/logout", response_model=None)(logout)
