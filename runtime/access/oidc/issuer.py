"""The issuer of the settings: what its tokens say of people, and signing in with it."""

from __future__ import annotations

import secrets
from base64 import b64encode, urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import quote_plus, urlencode, urlsplit

import structlog

from runtime.access.errors import IssuerUnavailable, NotAllowed, NotAuthenticated
from runtime.access.identity import Identity
from runtime.access.oidc.asking import Asking, asking
from runtime.access.oidc.claims import check_bearer, check_id, checked, identity_of, name_of, roles_of
from runtime.access.oidc.discovery import Configuration, Discovery
from runtime.access.oidc.keys import Keys
from runtime.secrets import Secret, secret_of
from runtime.settings import OidcSettings

_log = structlog.get_logger(__name__)

_ERRORS = frozenset(
    {"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type"}
)


@dataclass(frozen=True, slots=True)
class Question:
    """One sign-in under way: what the browser keeps for us until it comes back."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def challenge(self) -> str:
        """RFC 7636, S256."""
        return urlsafe_b64encode(sha256(self.verifier.encode()).digest()).decode().rstrip("=")


class Issuer:
    """People as an issuer knows them. It is asked when somebody comes, not before: a start waits for nobody."""

    def __init__(self, settings: OidcSettings, http: Asking, secret: Secret | None = None) -> None:
        self._settings = settings
        self._http = http
        self._secret = secret
        self._discovery = Discovery(http, settings.issuer)
        self._keys = Keys(self._key_set)

    @property
    def host(self) -> str:
        """Where people are asked who they are, for a button."""
        return urlsplit(self._settings.issuer).netloc

    async def of_bearer(self, token: str) -> Identity:
        """Whose access token that is. Raises ``NotAuthenticated``, ``NotAllowed``, ``IssuerUnavailable``."""
        settings = self._settings
        claims = await checked(token, self._keys, settings.issuer, settings.audience or settings.client_id)
        check_bearer(claims, settings)
        return identity_of(name_of(claims, settings), roles_of(claims, settings), settings)

    def known_as(self, name: str, values: tuple[str, ...]) -> Identity | None:
        """Whom a session of this issuer is for, as the settings are now."""
        try:
            return identity_of(name, values, self._settings)
        except NotAllowed:
            return None

    async def sign_in_address(self, question: Question, back: str) -> str:
        """Where the browser goes to be asked who it is. Raises ``IssuerUnavailable``."""
        endpoint = _needed((await self._discovery.configuration()).authorization)
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": back,
            "scope": self._settings.scope,
            "state": question.state,
            "nonce": question.nonce,
            "code_challenge": question.challenge,
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    async def signed_in(self, question: Question, code: str, back: str) -> tuple[str, tuple[str, ...]]:
        """The name, and the values of the roles' claim, of whom the issuer sent back with this code.

        Raises ``NotAuthenticated``, ``NotAllowed``, ``IssuerUnavailable``.
        """
        configuration = await self._discovery.configuration()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": question.verifier,
            "client_id": self._settings.client_id,
        }
        status, told = await self._http.post(_needed(configuration.token), *self._proved(form, configuration))
        token = told.get("id_token")
        if status >= 500:  # noqa: PLR2004 - a fault of its own
            raise IssuerUnavailable(f"issuer: answered {status} to the sign-in; begin again later")
        if status != 200 or not isinstance(token, str):  # noqa: PLR2004 - refused
            _log.warning("the issuer refused a sign-in", status=status, error=_error_in(told))
            raise NotAuthenticated("the issuer did not accept this sign-in; begin again")
        claims = await checked(token, self._keys, self._settings.issuer, self._settings.client_id)
        check_id(claims, self._settings, question.nonce)
        name, values = name_of(claims, self._settings), roles_of(claims, self._settings)
        identity_of(name, values, self._settings)
        return name, values

    def is_named(self, issuer: str | None) -> bool:
        """Whether an answer comes from this issuer, where it says from whom (RFC 9207)."""
        return issuer in {None, self._settings.issuer}

    def _proved(
        self, form: Mapping[str, str], configuration: Configuration
    ) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """With the client's secret, where it has one, in the way that the issuer takes it (RFC 6749, 2.3.1)."""
        if self._secret is None:
            return form, {}
        secret = self._secret.value.decode()
        if configuration.posts_secret:
            return {**form, "client_secret": secret}, {}
        pair = f"{quote_plus(self._settings.client_id)}:{quote_plus(secret)}"
        return form, {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}

    async def _key_set(self) -> object:
        return await self._http.get((await self._discovery.configuration()).jwks)


def _error_in(told: Mapping[str, object]) -> str:
    """The issuer's word for it, where that is one of RFC 6749's: whoever runs this must know their own mistake."""
    error = told.get("error")
    return error if isinstance(error, str) and error in _ERRORS else "other"


def _needed(address: str | None) -> str:
    if address is None:
        raise IssuerUnavailable("issuer: its discovery document names no place to sign in")
    return address


@asynccontextmanager
async def issuer_of(settings: OidcSettings | None) -> AsyncIterator[Issuer | None]:
    """The settings' issuer while the context is open. Raises ``SettingsInvalid`` where its secret cannot be read."""
    if settings is None:
        yield None
        return
    secret = secret_of("oidc.client_secret", settings.client_secret) if settings.client_secret is not None else None
    async with asking(settings) as http:
        yield Issuer(settings, http, secret)
