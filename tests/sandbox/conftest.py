"""A real iDenfy sandbox and a real receiver for its webhooks, both on ports of their own."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import pytest
from aiohttp import web

from sandbox.idenfy import Account, Behaviour, make_app

DEADLINE = 10.0
SAMPLES = Path(__file__).parent / "samples"
QUICK = Behaviour(seed="tests", time_scale=0.001)
"""Waits between retries are a thousandth; the time limit stays at five real seconds."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook as the receiver got it."""

    body: bytes
    event: str
    signature: str | None
    content_type: str

    @property
    def json(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed

    def is_signed_with(self, key: str) -> bool:
        return self.signature == hmac.new(key.encode(), self.body, hashlib.sha256).hexdigest()


@dataclass(slots=True)
class Receiver:
    """Keeps what it gets; once it ``may_answer``, answers with ``answers`` one after the other, then with 200."""

    url: str = ""
    got: list[Delivery] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        headers = request.headers
        self.got.append(
            Delivery(
                body=await request.read(),
                event=headers["Idenfy-Event-Type"],
                signature=headers.get("Idenfy-Signature"),
                content_type=headers["Content-Type"],
            )
        )
        async with asyncio.timeout(DEADLINE):
            await self.may_answer.wait()
        return web.Response(status=self.answers.pop(0) if self.answers else 200)

    @property
    def events(self) -> list[str]:
        return [delivery.event for delivery in self.got]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, its body in ``raw``."""

    status: int
    raw: bytes

    @property
    def json(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.raw)
        return parsed


@dataclass(frozen=True, slots=True)
class Vendor:
    """A running sandbox and the two who talk with it: the partner (``call``) and whoever plays the rest (``play``)."""

    url: str
    account: Account
    receiver: Receiver
    http: aiohttp.ClientSession

    async def request(self, method: str, path: str, body: object = None, *, keys: str | None = None) -> Answer:
        pair = f"{self.account.api_key}:{self.account.api_secret}" if keys is None else keys
        headers = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
        sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        async with self.http.request(method, self.url + path, data=sent, headers=headers) as response:
            return Answer(response.status, await response.read())

    async def call(self, name: str, **body: object) -> Answer:
        return await self.request("POST", f"/api/v2/{name}", body)

    async def token(self, **fields: object) -> dict[str, Any]:
        answer = await self.call("token", **({"clientId": "c-1"} | fields))
        assert answer.status in {200, 201}, answer.raw
        return answer.json

    async def finished(self, outcome: str = "APPROVED", **fields: object) -> str:
        """The scanRef of a verification that its user ended and nobody reviews."""
        scan_ref = str((await self.token(**fields))["scanRef"])
        await self.play(scan_ref, "finish", outcome=outcome)
        return scan_ref

    async def play(self, scan_ref: str, way: str, **body: object) -> dict[str, Any]:
        answer = await self.request("POST", f"/_sandbox/verifications/{scan_ref}/{way}", body)
        assert answer.status == 200, answer.raw
        return answer.json

    async def control(self, method: str, path: str, **body: object) -> dict[str, Any]:
        answer = await self.request(method, f"/_sandbox/{path}", body or None)
        assert answer.status == 200, answer.raw
        return answer.json

    async def settled(self) -> list[dict[str, Any]]:
        """Every attempt, once no delivery is under way or held."""
        async with asyncio.timeout(DEADLINE):
            while (report := await self.control("GET", "deliveries"))["pending"]:  # noqa: ASYNC110 - only HTTP tells
                await asyncio.sleep(0.005)
        assert report["crashes"] == []
        attempts: list[dict[str, Any]] = report["attempts"]
        return attempts


class StartVendor(Protocol):
    async def __call__(self, account: Account | None = None, behaviour: Behaviour = QUICK) -> Vendor: ...


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, shutdown_timeout=1.0)  # whoever hangs is not waited for
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.fixture
async def start_vendor() -> AsyncIterator[StartVendor]:
    """Starts sandboxes, each with a receiver that its notification already points to."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())

        async def start(account: Account | None = None, behaviour: Behaviour = QUICK) -> Vendor:
            receiver, app = Receiver(), web.Application()
            receiver.may_answer.set()
            app.router.add_post("/hook", receiver.take)
            receiver.url = await stack.enter_async_context(serving(app)) + "/hook"
            used = account or Account()
            url = await stack.enter_async_context(serving(make_app(used, behaviour)))
            vendor = Vendor(url, used, receiver, http)
            await vendor.control("PUT", "notification", url=receiver.url)
            return vendor

        yield start


@pytest.fixture
async def vendor(start_vendor: StartVendor) -> Vendor:
    """The default account (DEV, no human review) in quick motion."""
    return await start_vendor()


@pytest.fixture
def sample() -> Callable[[str], Any]:
    """A published or constructed sample of iDenfy's, by its file's name without ``.json``."""

    def read(name: str) -> Any:  # noqa: ANN401 - a sample is any JSON
        return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))

    return read


def members(value: object) -> object:
    """The names of an object's members, in order, at every depth; lists and plain values do not count."""
    if not isinstance(value, dict):
        return None
    return [(name, members(inner)) for name, inner in value.items()]


@pytest.fixture(name="members")
def give_members() -> Callable[[object], object]:
    return members


@pytest.fixture
def bodies_of() -> Callable[[Sequence[Delivery]], list[bytes]]:
    return lambda deliveries: [delivery.body for delivery in deliveries]
