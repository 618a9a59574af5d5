"""A real Credas sandbox on a clock that only the tests move, and a real receiver for its webhooks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import pytest
from aiohttp import web

from sandbox.credas import Account, Behaviour, make_app
from tests.sandbox.conftest import serving
from tests.waiting import until

NOON = 1_750_075_200.0
"""2025-06-16T12:00:00Z, where the clock of the tests stands."""
SAMPLES = Path(__file__).parent / "samples"
QUICK = Behaviour(seed="tests", time_scale=0.001, visible_after=0.0)
"""Waits are a thousandth; the time limit of a webhook stays at five real seconds; results are shown at once."""
SECRET = ("webhookAuth", "a value")
BASE = "/api/v2/ci"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook as the receiver got it."""

    path: str
    query: str
    body: str
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON
        return json.loads(self.body)

    @property
    def payload(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.json["Payload"])
        return parsed


@dataclass(slots=True)
class Inbox:
    """Keeps what it gets; answers with ``answers`` one after the other, then with 200."""

    url: str = ""
    got: list[Delivery] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        url = request.rel_url
        self.got.append(Delivery(url.path, url.raw_query_string, await request.text(), request.headers.copy()))
        return web.Response(status=self.answers.pop(0) if self.answers else 200)

    def at(self, kind: str) -> list[Delivery]:
        """What came to the URL of that type."""
        return [each for each in self.got if each.path == f"/{kind}"]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    raw: bytes
    content_type: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON
        return json.loads(self.raw)


@dataclass(frozen=True, slots=True)
class Made:
    """A process with one person."""

    process: str
    entity: str


@dataclass(slots=True)
class Vendor:
    """A running sandbox and the two who talk with it: the client (``call``) and whoever plays the rest (``play``)."""

    url: str
    account: Account
    inbox: Inbox
    http: aiohttp.ClientSession

    async def request(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        async with self.http.request(method, self.url + path, data=sent, headers=headers) as response:
            return Answer(response.status, await response.read(), response.content_type)

    async def call(self, method: str, path: str, body: object = None) -> Answer:
        return await self.request(method, BASE + path, body, **{"X-API-KEY": self.account.api_key})

    async def get(self, path: str) -> Any:  # noqa: ANN401 - any JSON
        answer = await self.call("GET", path)
        assert answer.status == 200, answer.raw
        return answer.json

    async def create(self, query: str = "", **person: object) -> Made:
        """A process whose webhook comes to the inbox with that query."""
        asked = {"firstName": "Zoë", "surname": "Doe", "actorId": self.account.actor_id} | person
        body = {"title": "A check", "journeyId": self.account.journey_id, "processEntities": [asked]}
        answer = await self.call("POST", "/processes", body | {"webhookUrl": f"{self.inbox.url}/process{query}"})
        assert answer.status == 200, answer.raw
        return Made(answer.json["id"], answer.json["processActors"][0]["entityId"])

    async def completed(self, **findings: object) -> Made:
        made = await self.create()
        await self.play(made, "complete", **findings)
        return made

    async def verification(self, made: Made) -> dict[str, Any]:
        """The last of the summary's identity verifications."""
        last: dict[str, Any] = (await self.get(f"/entities/{made.entity}/summary"))["identityVerifications"][-1]
        return last

    async def entry_path(self, made: Made) -> str:
        return f"/entities/{made.entity}/idv-entries/{(await self.verification(made))['entryId']}"

    async def control(self, method: str, path: str, **body: object) -> dict[str, Any]:
        answer = await self.request(method, f"/_sandbox/{path}", body or None)
        assert answer.status == 200, answer.raw
        truth: dict[str, Any] = answer.json
        return truth

    async def play(self, made: Made, way: str, **body: object) -> dict[str, Any]:
        return await self.control("POST", f"processes/{made.process}/{way}", **body)

    async def advance(self, seconds: float) -> None:
        await self.control("POST", "clock", advance=seconds)

    async def fault(self, fault: str, **members: object) -> None:
        await self.control("PUT", "faults", api=[{"fault": fault} | members])

    async def settled(self) -> list[dict[str, Any]]:
        """Every attempt, once no delivery is under way."""

        async def quiet() -> bool:
            return not (await self.control("GET", "deliveries"))["pending"]

        await until(quiet)
        report = await self.control("GET", "deliveries")
        assert report["crashes"] == []
        attempts: list[dict[str, Any]] = report["attempts"]
        return attempts


class StartVendor(Protocol):
    async def __call__(self, account: Account | None = None, behaviour: Behaviour = QUICK) -> Vendor: ...


@pytest.fixture
async def start_vendor() -> AsyncIterator[StartVendor]:
    """Starts sandboxes, each with an inbox of its own that has a URL for each type of webhook."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())

        async def start(account: Account | None = None, behaviour: Behaviour = QUICK) -> Vendor:
            inbox, app = Inbox(), web.Application()
            app.router.add_post("/{type}", inbox.take)
            inbox.url = await stack.enter_async_context(serving(app))
            actor, status = f"{inbox.url}/actor", f"{inbox.url}/status"
            used = replace(account or Account(), headers=(SECRET,), actor_url=actor, status_url=status)
            url = await stack.enter_async_context(serving(make_app(used, behaviour, lambda: NOON)))
            return Vendor(url, used, inbox, http)

        yield start


@pytest.fixture
async def vendor(start_vendor: StartVendor) -> Vendor:
    """The default account, driven by the control API alone."""
    return await start_vendor()


@pytest.fixture
def sample() -> Callable[[str], Any]:
    """A published sample of Credas', by its file's name without ``.json``."""

    def read(name: str) -> Any:  # noqa: ANN401 - a sample is any JSON
        return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))

    return read
