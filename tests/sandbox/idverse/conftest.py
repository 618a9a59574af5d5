"""A real IDVerse sandbox on a clock that only the tests move, and a real receiver for its notifications."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import pytest
from aiohttp import web

from sandbox.idverse import Account, Behaviour, make_app
from tests.sandbox.conftest import serving

DEADLINE = 10.0
NOON = 1_750_075_200.0
"""2025-06-16T12:00:00Z, where the clock of the tests stands."""
SAMPLES = Path(__file__).parent / "samples"
QUICK = Behaviour(seed="tests", time_scale=0.001)
"""Waits are a thousandth; the time limit of a notification stays at five real seconds."""
TOKEN = "/oauth2/token?grant_type=client_credentials&scope=transactions/get"
FORM = "application/x-www-form-urlencoded"
SECRET = ("Authorization", "Basic dXNlcm5hbWU6cGFzc3dvcmQ=")


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notification as the receiver got it."""

    query: str
    body: str
    headers: Mapping[str, str]


@dataclass(slots=True)
class Inbox:
    """Keeps what it gets; answers with ``answers`` one after the other, then with 200."""

    url: str = ""
    got: list[Delivery] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.got.append(Delivery(request.rel_url.raw_query_string, await request.text(), request.headers.copy()))
        return web.Response(status=self.answers.pop(0) if self.answers else 200)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    raw: bytes
    content_type: str

    @property
    def json(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.raw)
        return parsed


@dataclass(slots=True)
class Vendor:
    """A running sandbox and the two who talk with it: the partner (``call``) and whoever plays the rest (``play``)."""

    url: str
    account: Account
    inbox: Inbox
    http: aiohttp.ClientSession
    bearer: str = ""

    async def request(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        async with self.http.request(method, self.url + path, data=sent, headers=headers) as response:
            return Answer(response.status, await response.read(), response.content_type)

    async def token(self) -> Answer:
        basic = f"Basic {self.account.api_key}"
        return await self.request("POST", TOKEN, Authorization=basic, **{"Content-Type": FORM})

    async def call(self, method: str, path: str, body: object = None) -> Answer:
        """A call with a token that is fetched once."""
        if not self.bearer:
            self.bearer = f"Bearer {(await self.token()).json['access_token']}"
        return await self.request(method, path, body, Authorization=self.bearer)

    async def create(self, **members: object) -> str:
        """The id of a transaction whose notification comes to the inbox with the sample's header."""
        name, value = SECRET
        told = {"type": "https", "url": self.inbox.url, "auth_header_name": name, "auth_header_value": value}
        answer = await self.call("POST", "/v1/transactions", {"notifications": {"complete": [told]}} | members)
        assert answer.status == 200, answer.raw
        return str(answer.json["transaction_id"])

    async def fetch(self, name: str) -> Answer:
        return await self.call("GET", f"/v1/transactions/{name}/json")

    async def control(self, method: str, path: str, **body: object) -> dict[str, Any]:
        answer = await self.request(method, f"/_sandbox/{path}", body or None)
        assert answer.status == 200, answer.raw
        return answer.json

    async def play(self, name: str, way: str, **body: object) -> dict[str, Any]:
        return await self.control("POST", f"transactions/{name}/{way}", **body)

    async def advance(self, seconds: float) -> None:
        await self.control("POST", "clock", advance=seconds)

    async def fault(self, fault: str, **members: object) -> None:
        await self.control("PUT", "faults", api=[{"fault": fault} | members])

    async def settled(self) -> list[dict[str, Any]]:
        """Every attempt, once no delivery is under way."""
        async with asyncio.timeout(DEADLINE):
            while (report := await self.control("GET", "deliveries"))["pending"]:  # noqa: ASYNC110 - only HTTP tells
                await asyncio.sleep(0.005)
        assert report["crashes"] == []
        attempts: list[dict[str, Any]] = report["attempts"]
        return attempts


class StartVendor(Protocol):
    async def __call__(
        self,
        account: Account | None = None,
        behaviour: Behaviour = QUICK,
        clock: Callable[[], float] | None = lambda: NOON,
    ) -> Vendor: ...


@pytest.fixture
async def start_vendor() -> AsyncIterator[StartVendor]:
    """Starts sandboxes, each with an inbox of its own."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())

        async def start(
            account: Account | None = None,
            behaviour: Behaviour = QUICK,
            clock: Callable[[], float] | None = lambda: NOON,
        ) -> Vendor:
            inbox, app = Inbox(), web.Application()
            app.router.add_post("/hook", inbox.take)
            inbox.url = await stack.enter_async_context(serving(app)) + "/hook"
            used = account or Account()
            url = await stack.enter_async_context(serving(make_app(used, behaviour, clock)))
            return Vendor(url, used, inbox, http)

        yield start


@pytest.fixture
async def vendor(start_vendor: StartVendor) -> Vendor:
    """The default account, driven by the control API alone."""
    return await start_vendor()


@pytest.fixture
def sample() -> Callable[[str], Any]:
    """A published or constructed sample of IDVerse's, by its file's name without ``.json``."""

    def read(name: str) -> Any:  # noqa: ANN401 - a sample is any JSON
        return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))

    return read
