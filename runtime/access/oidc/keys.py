"""The issuer's keys, kept while they are good and asked for again when a token names one that is not among them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import monotonic

import structlog
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from runtime.access.errors import IssuerUnavailable, NotAuthenticated

_log = structlog.get_logger(__name__)

ALGORITHMS: Mapping[str, str] = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "RSA"),
    **dict.fromkeys(("ES256", "ES384", "ES512"), "EC"),
    "EdDSA": "OKP",
}
"""What tokens may be signed with, and the kind of key that it takes. All are asymmetric: with any other, whoever knows
our public words could sign.
"""

_CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521", "EdDSA": "Ed25519"}
_FRESH = 3600.0
"""Seconds after which the keys are asked for again, so that one which was taken back ends."""
_PAUSE = 30.0
"""Seconds between two looks, whatever tokens name: anybody can make up a name."""
_SHORT_PAUSE = 5.0
"""The same while there are no keys at all."""

Jwk = Mapping[str, object]


class Keys:
    """Keys by their names. ``ask`` gives the issuer's key set and raises ``IssuerUnavailable``."""

    def __init__(self, ask: Callable[[], Awaitable[object]], clock: Callable[[], float] = monotonic) -> None:
        self._ask = ask
        self._clock = clock
        self._keys: Sequence[Jwk] = ()
        self._looked_at = self._read_at = float("-inf")
        self._trouble: IssuerUnavailable | None = None
        self._one = asyncio.Lock()

    async def key(self, name: str | None, algorithm: str) -> PyJWK:
        """The key that a token's header names. Raises ``NotAuthenticated`` where the issuer shows none such,
        ``IssuerUnavailable`` where it cannot be asked and never showed any, or not lately.
        """
        if not self._keys:
            await self._look(_SHORT_PAUSE)
        elif self._clock() - self._read_at > _FRESH and not self._one.locked():
            await self._look(_PAUSE)
        found = self._named(name, algorithm)
        if not found:
            await self._look(_PAUSE)
            found = self._named(name, algorithm)
        if len(found) == 1:
            return _usable(found[0], algorithm)
        if self._trouble is not None:
            raise self._trouble
        raise NotAuthenticated("token: signed with a key that its issuer does not show, or does not name")

    def _named(self, name: str | None, algorithm: str) -> Sequence[Jwk]:
        """Those that it can be: without a name, all of the kind."""
        return [
            each
            for each in self._keys
            if (name is None or each.get("kid") == name)
            and each.get("kty") == ALGORITHMS[algorithm]
            and each.get("use") in {None, "sig"}
            and each.get("alg") in {None, algorithm}
            and each.get("crv") == _CURVES.get(algorithm)
        ]

    async def _look(self, pause: float) -> None:
        """Asks for the keys, unless that was done within so many seconds; of many at once, one asks."""
        async with self._one:
            if self._clock() - self._looked_at < pause:
                return
            self._looked_at = self._clock()
            try:
                self._keys = _key_set(await self._ask())
                self._read_at, self._trouble = self._clock(), None
            except IssuerUnavailable as error:
                self._trouble = error
                _log.warning("the issuer's keys cannot be read", error=str(error), keys=len(self._keys))


def _key_set(members: object) -> Sequence[Jwk]:
    keys = members.get("keys") if isinstance(members, Mapping) else None
    if not isinstance(keys, list):
        raise IssuerUnavailable("issuer: its key set has no keys")
    return [each for each in keys if isinstance(each, dict)]


def _usable(key: Jwk, algorithm: str) -> PyJWK:
    try:
        return PyJWK(dict(key), algorithm)
    except PyJWTError:
        raise NotAuthenticated("token: signed with a key that is damaged at its issuer; tell whoever runs it") from None
