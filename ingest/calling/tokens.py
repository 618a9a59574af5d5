"""Access tokens: kept while they are good, renewed early, one renewal at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from math import isfinite
from time import monotonic

import orjson
from aiohttp import ClientSession

from ingest.api import TokenRequest, VendorLimited, VendorUnavailable
from ingest.calling.account import Account
from ingest.calling.transport import Exchange, Outgoing, exchange, host_of

_RENEW_AT = 0.8
_DEFAULT_LIFE = 3600.0
_MAX_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class _Token:
    header: str
    renew_at: float


class Tokens:
    """The ``Authorization`` header of an account's calls."""

    def __init__(self, account: Account, pool: ClientSession, clock: Callable[[], float] = monotonic) -> None:
        self._account = account
        self._pool = pool
        self._clock = clock
        self._renewing = asyncio.Lock()
        self._token: _Token | None = None
        self._failure: VendorUnavailable | None = None
        self._renewals = 0

    async def header(self) -> str:
        """One that is good as far as we know. Raises ``VendorUnavailable`` while none can be had."""
        api = self._account.api
        if api.authorization is not None:
            return api.authorization(self._account.credentials)
        renewals = self._renewals
        async with self._renewing:
            if self._token is None or self._clock() >= self._token.renew_at:
                if self._failure is not None and self._renewals != renewals:
                    raise type(self._failure)(str(self._failure), self._failure.after)
                self._token = await self._renewal()
            return self._token.header

    async def _renewal(self) -> _Token:
        """One for all who wait for it, also when it fails: a token endpoint that hangs is not waited for in a queue."""
        try:
            token = await self._renewed()
        except VendorUnavailable as error:
            self._failure = error
            raise
        else:
            self._failure = None
            return token
        finally:
            self._renewals += 1

    def is_void(self, header: str) -> None:
        """The vendor refused it: the next call renews, unless another has done so since."""
        if self._token is not None and self._token.header == header:
            self._token = None

    async def _renewed(self) -> _Token:
        credentials = self._account.credentials
        make = self._account.api.token_request
        assert make is not None  # noqa: S101 - either this or ``authorization``: what a vendor's file promises
        assert credentials.token_url is not None  # noqa: S101 - checked when the account was read
        asked: TokenRequest = make(credentials)
        headers = {
            "Authorization": asked.authorization,
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        out = Outgoing("POST", credentials.token_url, headers, asked.query, form=asked.form)
        given = await exchange(self._pool, out, seconds=self._account.timeout, max_bytes=_MAX_BYTES)
        return self._read(given, host_of(credentials.token_url))

    def _read(self, given: Exchange, host: str) -> _Token:
        """Wrong credentials are waited out too: somebody mends the settings, and nothing was lost meanwhile."""
        if given.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise VendorLimited(f"{host}: answers 429 instead of a token", given.retry_after)
        if given.status not in {HTTPStatus.OK, HTTPStatus.CREATED}:
            raise VendorUnavailable(
                f"{host}: answers {given.status} instead of a token; see [source.api] of {self._account.name}"
            )
        try:
            said = orjson.loads(given.body)
            token, life = said["access_token"], _life(said.get("expires_in"))
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
            raise VendorUnavailable(f"{host}: answers {given.status}, but with no token") from None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
            raise VendorUnavailable(f"{host}: answers {given.status}, but with no token that can be sent")
        return _Token(f"Bearer {token}", self._clock() + life * _RENEW_AT)


def _life(said: str | float | None) -> float:
    """Seconds; the default for what is no time. Raises ``ValueError`` or ``TypeError`` for what is no number."""
    seconds = float(said or _DEFAULT_LIFE)
    return seconds if isfinite(seconds) and seconds > 0 else _DEFAULT_LIFE
