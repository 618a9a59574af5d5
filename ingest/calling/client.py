"""An account's calls: each within its budget, with its token, within its deadline, and judged."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from time import monotonic

from aiohttp import ClientSession

from ingest.api import Answer, Request, VendorError, VendorUnavailable
from ingest.calling.account import Account
from ingest.calling.answers import answer_of
from ingest.calling.tokens import Tokens
from ingest.calling.transport import Exchange, Outgoing, exchange, host_of, session
from runtime import metrics

Spend = Callable[[Request], Awaitable[None]]
"""Returns when the call may be made and is counted. Raises ``VendorLimited`` when it may not be made for long."""


async def _spend_freely(_request: Request) -> None:
    return None


class Client:
    """Asks one account's vendor. ``call`` is what a vendor's file is given as its ``Call``."""

    def __init__(self, account: Account, pool: ClientSession, clock: Callable[[], float] = monotonic) -> None:
        self.account = account
        self._pool = pool
        self._clock = clock
        self._tokens = Tokens(account, pool, clock)
        self._at_once = asyncio.Semaphore(account.budget.parallel)
        self._next_at = 0.0

    async def call(self, request: Request, spend: Spend = _spend_freely) -> Answer:
        """The vendor's answer. Raises ``VendorUnavailable``, ``VendorLimited``, ``NotThere``, ``VendorRefused``."""
        try:
            answer = await self._call(request, spend)
        except VendorError as error:
            metrics.VENDOR_CALLS.labels(self.account.name, type(error).__name__).inc()
            raise
        metrics.VENDOR_CALLS.labels(self.account.name, "ok").inc()
        return answer

    async def _call(self, request: Request, spend: Spend) -> Answer:
        async with self._at_once:
            given = await self._authorized(request, spend)
        host = host_of(self.account.credentials.base_url)
        if given.status in self.account.api.unauthorized:
            raise VendorUnavailable(
                f"{host}: answers {given.status} to our credentials; see [source.api] of {self.account.name}",
                was_sent=False,
            )
        return answer_of(host, request.form, self.account.api, given)

    async def _authorized(self, request: Request, spend: Spend) -> Exchange:
        """The answer; when the token was refused, that to one more call with a new one."""
        header = await self._header()
        given = await self._exchanged(request, header, spend)
        if given.status == HTTPStatus.UNAUTHORIZED and self.account.api.token_request is not None:
            self._tokens.is_void(header)
            given = await self._exchanged(request, await self._header(), spend)
        return given

    async def _header(self) -> str:
        """Without it nothing is sent."""
        try:
            return await self._tokens.header()
        except VendorUnavailable as error:
            error.was_sent = False
            raise

    async def _exchanged(self, request: Request, authorization: str, spend: Spend) -> Exchange:
        if request.counts:
            await spend(request)
            await self._in_turn()
        headers = {self.account.api.authorization_header: authorization, "Accept": request.form}
        url = self.account.credentials.base_url + request.path
        out = Outgoing(request.method, url, headers, request.query, request.json)
        return await exchange(self._pool, out, seconds=self.account.timeout, max_bytes=self.account.max_bytes)

    async def _in_turn(self) -> None:
        """Calls are as far apart as ``per_second`` asks for."""
        if self.account.budget.per_second is None:
            return
        now = self._clock()
        turn = max(now, self._next_at)
        self._next_at = turn + 1 / self.account.budget.per_second
        await asyncio.sleep(turn - now)


@asynccontextmanager
async def opened(account: Account) -> AsyncIterator[Client]:
    """A client with connections of its own, closed when the context ends."""
    async with session(account.budget.parallel) as pool:
        yield Client(account, pool)
