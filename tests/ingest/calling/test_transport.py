"""One exchange on a real socket: bounded in time and size, and to the host that was named alone."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trustme
from aiohttp import web

from ingest.api import Budget, Request, VendorUnavailable
from ingest.calling.client import Client
from ingest.calling.transport import Outgoing, exchange, session
from tests.ingest.fetch.thin import account_at, vendor


@asynccontextmanager
async def answering(handler: object) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", handler)  # type: ignore[arg-type]
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_a_body_that_trickles_is_cut_off_at_the_deadline() -> None:
    """The deadline is the whole exchange's, whatever comes in between."""

    async def trickle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.02)

    async with answering(trickle) as url, session(1) as pool:
        with pytest.raises(VendorUnavailable, match=r"no answer within 0.2 s"):
            await exchange(pool, Outgoing("GET", url, {}), seconds=0.2, max_bytes=1000)


async def test_nothing_is_sent_along_and_nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """No cookie comes back to the vendor, and no proxy of the environment sees the call."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    seen: list[str | None] = []

    async def bake(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Cookie"))
        return web.json_response({}, headers={"Set-Cookie": "session=1"})

    async with answering(bake) as url, session(1) as pool:
        for _ in range(2):
            await exchange(pool, Outgoing("GET", url, {}), seconds=5, max_bytes=1000)
    assert [None, None] == seen


async def test_an_encoded_id_stays_encoded_on_its_way() -> None:
    """A slash in an id is no step in a path, and a percent sign no escape of the vendor's."""
    seen: list[str] = []

    async def look(request: web.Request) -> web.Response:
        seen.append(request.raw_path)
        return web.json_response({})

    async with answering(look) as url, session(1) as pool:
        out = Outgoing("GET", f"{url}/v1/a%2F..%2Fb%2541", {}, (("page[size]", "5"),))
        await exchange(pool, out, seconds=5, max_bytes=1000)
    assert ["/v1/a%2F..%2Fb%2541?page%5Bsize%5D=5"] == seen


async def test_calls_are_as_far_apart_as_the_budget_says() -> None:
    """Twenty a second: six calls take a quarter of a second at least, however many ask at once."""
    async with vendor() as played, session(8) as pool:
        client = Client(account_at(played.url, budget=Budget(per_second=20.0)), pool)
        began = asyncio.get_running_loop().time()
        await asyncio.gather(*(client.call(Request("GET", f"/things/v{number}")) for number in range(6)))
        took = asyncio.get_running_loop().time() - began
    assert (6, True) == (len(played.calls), took >= 0.24)


async def test_a_certificate_that_nobody_vouches_for_is_not_taken() -> None:
    """Whoever answers in the vendor's place is told nothing, not even the token."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    heard: list[bytes] = []

    async def overhear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(100))
        writer.close()

    server = await asyncio.start_server(overhear, "127.0.0.1", 0, ssl=context)
    async with server, session(1) as pool:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(VendorUnavailable, match="Certificate"):
            await exchange(pool, Outgoing("GET", url, {"Authorization": "Bearer t"}), seconds=5, max_bytes=1000)
    assert [] == [said for said in heard if said]
