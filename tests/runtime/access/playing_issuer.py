"""An OpenID Connect issuer on a real socket: its keys, its tokens, its sign-in, and what can go wrong with it."""

from __future__ import annotations

import asyncio
import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from time import time
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from runtime.listening import listening
from runtime.sections_access import OidcRole
from runtime.settings import OidcSettings

CLIENT, SECRET = "hookline", "client-secret-canary"
ANN = {"preferred_username": "ann@example.org", "roles": ["kyc-analysts", "staff"]}
ROLES = (
    OidcRole(value="kyc-analysts", role="operator", may=("credas.*",)),
    OidcRole(value="kyc-leads", role="admin", may=("*.*",)),
    OidcRole(value="auditors", role="viewer"),
)


@dataclass(frozen=True, slots=True)
class Key:
    """A key pair with its name; ``public`` is what the issuer shows of it."""

    name: str
    private: Any
    algorithm: str

    @property
    def public(self) -> dict[str, Any]:
        of = RSAAlgorithm if self.algorithm.startswith(("RS", "PS")) else ECAlgorithm
        shown = json.loads(of.to_jwk(self.private.public_key()))
        return {**shown, "kid": self.name, "use": "sig", "alg": self.algorithm}


def rsa_key(name: str = "rsa-1", bits: int = 2048) -> Key:
    return Key(name, rsa.generate_private_key(65537, bits), "RS256")


def ec_key(name: str = "ec-1") -> Key:
    return Key(name, ec.generate_private_key(ec.SECP256R1()), "ES256")


@dataclass(slots=True)
class Issuer:
    """``url`` is also its name. ``shown`` are the keys that it shows; ``mood`` is what it does instead of answering:
    ``down``, ``slow``, ``elsewhere`` (a redirect), ``nonsense``, or nothing.
    """

    url: str = ""
    shown: list[Key] = field(default_factory=list)
    mood: str = ""
    named: str | None = None
    person: dict[str, Any] = field(default_factory=lambda: dict(ANN))
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    methods: list[str] = field(default_factory=lambda: ["client_secret_basic"])
    id_claims: dict[str, Any] = field(default_factory=dict)
    secret: str | None = SECRET

    def settings(self, **more: Any) -> OidcSettings:  # noqa: ANN401 - any setting
        given = {"issuer": self.url, "client_id": CLIENT, "client_secret": self.secret, "role": ROLES, "timeout": 1.0}
        return OidcSettings(**{**given, **more})

    def token(self, key: Key | None = None, header: dict[str, Any] | None = None, **claims: object) -> str:
        """A good access token of Ann's, but for what is said; ``None`` takes a claim away."""
        key = key or self.shown[0]
        said = {**self.claims(), **claims}
        said = {name: value for name, value in said.items() if value is not None}
        head = {"kid": key.name, **(header or {})}
        return jwt.encode(said, key.private, key.algorithm, {name: each for name, each in head.items() if each})

    def claims(self) -> dict[str, Any]:
        now = int(time())
        return {"iss": self.url, "aud": CLIENT, "sub": "0815", "iat": now, "exp": now + 300, **self.person}

    async def configuration(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": self.named or self.url,
                "jwks_uri": f"{self.url}/keys",
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "token_endpoint_auth_methods_supported": self.methods,
            }
        )

    async def keys(self, _request: web.Request) -> web.Response:
        return web.json_response({"keys": [key.public for key in self.shown]})

    async def authorize(self, request: web.Request) -> web.Response:
        """Signs in whoever comes, as ``person``, and sends them back."""
        code = secrets.token_urlsafe(8)
        self.codes[code] = dict(request.query)
        back = f"{request.query['redirect_uri']}?code={code}&state={request.query['state']}"
        return web.Response(status=302, headers={"Location": back})

    async def give(self, request: web.Request) -> web.Response:
        """The token for a code, once, to the client that asked, who knows the verifier."""
        form = await request.post()
        asked = self.codes.pop(str(form["code"]), None)
        if not self._is_client(request, str(form.get("client_secret", ""))):
            return web.json_response({"error": "invalid_client"}, status=401)
        challenge = urlsafe_b64encode(sha256(str(form["code_verifier"]).encode()).digest()).decode().rstrip("=")
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != form["redirect_uri"]:
            return web.json_response({"error": "invalid_grant"}, status=400)
        token = (
            self.token(nonce=asked["nonce"])
            if not self.id_claims
            else self.token(**{"nonce": asked["nonce"], **self.id_claims})
        )
        return web.json_response({"access_token": "opaque", "token_type": "Bearer", "id_token": token})

    def _is_client(self, request: web.Request, posted: str) -> bool:
        if self.secret is None:
            return "Authorization" not in request.headers and not posted
        if self.methods == ["client_secret_post"]:
            return posted == self.secret and "Authorization" not in request.headers
        return request.headers.get("Authorization") == _basic(CLIENT, self.secret) and not posted


def _basic(user: str, password: str) -> str:
    from base64 import b64encode

    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


@asynccontextmanager
async def issuing(*shown: Key, path: str = "") -> AsyncIterator[Issuer]:
    """It listens while the context is open, below ``path``."""
    issuer = Issuer(shown=list(shown))

    @web.middleware
    async def moody(request: web.Request, handler: Any) -> web.StreamResponse:  # noqa: ANN401 - aiohttp's handler
        issuer.asked.append(request.path.removeprefix(path))
        if issuer.mood == "slow":
            await asyncio.sleep(30)
        if issuer.mood == "elsewhere":
            return web.Response(status=302, headers={"Location": f"{issuer.url}/elsewhere"})
        if issuer.mood == "nonsense":
            return web.Response(text="<html>")
        if issuer.mood == "endless":
            return web.Response(body=b"{" + b" " * (2 * 1024 * 1024))
        if issuer.mood == "down":
            return web.Response(status=503)
        answer: web.StreamResponse = await handler(request)
        return answer

    app = web.Application(middlewares=[moody])
    app.add_routes(
        [
            web.get(f"{path}/.well-known/openid-configuration", issuer.configuration),
            web.get(f"{path}/keys", issuer.keys),
            web.get(f"{path}/authorize", issuer.authorize),
            web.post(f"{path}/token", issuer.give),
        ]
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    async with listening(runner, "127.0.0.1:0", "issuer") as url:
        issuer.url = url + path
        yield issuer
