"""What the issuer says of itself (OpenID Connect Discovery 1.0)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from runtime.access.errors import IssuerUnavailable
from runtime.access.oidc.asking import Asking, Document

_FRESH = 3600.0
"""Seconds after which it is asked again; what it said before goes on where it cannot be."""
_PAUSE = 5.0
"""Seconds in which a failed look is not repeated: whoever asks then is told at once."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """The addresses that we use. ``posts_secret``: the client's secret goes into the form, not into a header."""

    jwks: str
    authorization: str | None
    token: str | None
    posts_secret: bool


class Discovery:
    """The issuer's configuration, asked for when it is needed."""

    def __init__(self, asking: Asking, issuer: str, clock: Callable[[], float] = monotonic) -> None:
        self._asking = asking
        self._issuer = issuer
        self._clock = clock
        self._found: Configuration | None = None
        self._looked_at = float("-inf")
        self._trouble: IssuerUnavailable | None = None
        self._one = asyncio.Lock()

    async def configuration(self) -> Configuration:
        """Raises ``IssuerUnavailable`` where the issuer never said it."""
        async with self._one:
            since = self._clock() - self._looked_at
            if since >= (_FRESH if self._trouble is None else _PAUSE):
                await self._look()
        if self._found is None:
            raise self._trouble or IssuerUnavailable("issuer: not asked yet; ask again later")
        return self._found

    async def _look(self) -> None:
        try:
            well_known = self._issuer.removesuffix("/") + "/.well-known/openid-configuration"
            self._found = _configuration(await self._asking.get(well_known), self._issuer)
            self._trouble = None
        except IssuerUnavailable as error:
            self._trouble = error
        finally:
            self._looked_at = self._clock()


def _configuration(members: Document, issuer: str) -> Configuration:
    if members.get("issuer") != issuer:
        raise IssuerUnavailable("issuer: calls itself by another name than oidc.issuer; write it as it does")
    jwks = _address(members, "jwks_uri")
    if jwks is None:
        raise IssuerUnavailable("issuer: its discovery document has no jwks_uri")
    methods = members.get("token_endpoint_auth_methods_supported")
    posts = isinstance(methods, list) and "client_secret_basic" not in methods and "client_secret_post" in methods
    return Configuration(
        jwks, _address(members, "authorization_endpoint"), _address(members, "token_endpoint"), posts_secret=posts
    )


def _address(members: Document, name: str) -> str | None:
    value = members.get(name)
    return value if isinstance(value, str) else None
