"""Tokens: one renewal at a time, early, and no trust in what the token endpoint says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from ingest.api import VendorUnavailable
from ingest.calling.tokens import Tokens
from ingest.calling.transport import session
from tests.ingest.fetch.thin import account_at


class Endpoint:
    """Gives the same reply to each who asks for a token."""

    def __init__(self, text: str, status: int = 200) -> None:
        self.text, self.status, self.asked, self.now = text, status, 0, 0.0

    async def token(self, _request: web.Request) -> web.Response:
        self.asked += 1
        await asyncio.sleep(0)
        return web.Response(text=self.text, status=self.status, content_type="application/json")


@asynccontextmanager
async def tokens_of(endpoint: Endpoint) -> AsyncIterator[Tokens]:
    app = web.Application()
    app.add_routes([web.post("/token", endpoint.token)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with session(8) as pool:
            account = account_at(f"http://127.0.0.1:{runner.addresses[0][1]}")
            yield Tokens(account, pool, lambda: endpoint.now)
    finally:
        await runner.cleanup()


async def test_fifty_that_need_a_token_cost_one_renewal() -> None:
    endpoint = Endpoint('{"access_token": "t", "expires_in": 100}')
    async with tokens_of(endpoint) as tokens:
        assert ["Bearer t"] * 50 == await asyncio.gather(*(tokens.header() for _ in range(50)))
    assert 1 == endpoint.asked


async def test_fifty_that_wait_for_a_renewal_share_its_failure() -> None:
    """Else each would wait for one more deadline in its turn. Who comes later tries anew."""
    endpoint = Endpoint("", 503)
    async with tokens_of(endpoint) as tokens:
        given = await asyncio.gather(*(tokens.header() for _ in range(50)), return_exceptions=True)
        assert {VendorUnavailable} == {type(each) for each in given}
        assert 1 == endpoint.asked
        endpoint.text, endpoint.status = '{"access_token": "t"}', 200
        assert "Bearer t" == await tokens.header()


@pytest.mark.parametrize(
    ("life", "ends"), [("100", 80.0), ('"nan"', 2880.0), ('"inf"', 2880.0), ("-5", 2880.0), ("null", 2880.0)]
)
async def test_a_token_is_renewed_after_four_fifths_of_its_life(life: str, ends: float) -> None:
    """A life that is no time counts as an hour."""
    endpoint = Endpoint(f'{{"access_token": "t", "expires_in": {life}}}')
    async with tokens_of(endpoint) as tokens:
        await tokens.header()
        endpoint.now = ends - 1
        await tokens.header()
        assert 1 == endpoint.asked
        endpoint.now = ends
        await tokens.header()
    assert 2 == endpoint.asked


@pytest.mark.parametrize(
    "lie",
    ["", "<html>", "[]", "{}", '"t"', '{"access_token": 7}', '{"access_token": ""}', '{"access_token": "a\\r\\nb"}'],
)
async def test_what_is_no_token_is_waited_out(lie: str) -> None:
    async with tokens_of(Endpoint(lie)) as tokens:
        with pytest.raises(VendorUnavailable):
            await tokens.header()
