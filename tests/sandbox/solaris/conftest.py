"""A real Solaris sandbox and a real receiver for its webhooks, both on ports of their own."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import pytest
from aiohttp import web

from sandbox.solaris import Account, Behaviour, make_app
from tests.sandbox.conftest import serving
from tests.waiting import until

SAMPLES = Path(__file__).parent / "samples"
START = 1_750_000_000
QUICK = Behaviour(seed="tests", time_scale=0.0001)
"""Waits are a ten-thousandth; one attempt's limit stays at five real seconds."""


@dataclass(slots=True)
class Receiver:
    """Keeps what it gets; answers a handshake with ``greeting``, the rest with ``answers`` in turn, then with 200."""

    url: str = ""
    greeting: int = 200
    answers: list[int] = field(default_factory=list)
    handshakes: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)
    got: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        delivery = (await request.read(), {name.lower(): value for name, value in request.headers.items()})
        if delivery[1]["solaris-webhook-event-type"] == "WEBHOOK-SUBSCRIPTION":
            self.handshakes.append(delivery)
            return web.Response(status=self.greeting)
        self.got.append(delivery)
        return web.Response(status=self.answers.pop(0) if self.answers else 200)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - an answer is any JSON
        return json.loads(self.raw)


@dataclass(slots=True)
class Vendor:
    """A running sandbox and the two who talk with it: the partner (``call``) and whoever plays the rest."""

    url: str
    account: Account
    receiver: Receiver
    http: aiohttp.ClientSession
    token: str = ""

    async def send(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        async with self.http.request(method, self.url + path, data=sent, headers=headers) as response:
            lower = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, lower, await response.read())

    async def log_in(
        self, secret: str | None = None, form: str = "grant_type=client_credentials&scope=partners"
    ) -> Answer:
        pair = f"{self.account.client_id}:{secret or self.account.client_secret}"
        headers = {
            "Authorization": "Basic " + base64.b64encode(pair.encode()).decode(),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return await self.send("POST", "/oauth2/token", form.encode(), **headers)

    async def call(self, method: str, path: str, body: object = None) -> Answer:
        return await self.send(method, path, body, Authorization=f"Bearer {self.token}")

    async def control(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - any JSON
        answer = await self.send(method, f"/_sandbox/{path}", body)
        assert answer.status == 200, answer.raw
        return answer.json

    async def person(self, first_name: str = "Jane") -> str:
        answer = await self.call("POST", "/v1/persons", {"first_name": first_name, "last_name": "Doe"})
        assert answer.status == 201, answer.raw
        return str(answer.json["id"])

    async def requested(self, first_name: str = "Jane") -> tuple[str, str]:
        """The path of a requested identification, and its id."""
        path = f"/v1/persons/{await self.person(first_name)}/identifications"
        identification = str((await self.call("POST", path, {"method": "idnow"})).json["id"])
        answer = await self.call("PATCH", f"{path}/{identification}/request")
        assert answer.status == 200, answer.raw
        return f"{path}/{identification}", identification

    async def subscribed(self, event: str = "IDENTIFICATION") -> dict[str, str]:
        answer = await self.call("POST", "/v1/webhooks", {"event_type": event, "url": self.receiver.url})
        assert answer.status == 201, answer.raw
        created: dict[str, str] = answer.json
        return created

    async def truth(self, identification: str) -> dict[str, Any]:
        everything = (await self.control("GET", "truth"))["identifications"]
        found: dict[str, Any] = next(each for each in everything if each["id"] == identification)
        return found

    async def settled(self) -> list[dict[str, Any]]:
        """Every attempt to deliver, once none is under way."""

        async def quiet() -> bool:
            return not (await self.control("GET", "deliveries"))["pending"]

        await until(quiet)
        report = await self.control("GET", "deliveries")
        assert report["crashes"] == []
        attempts: list[dict[str, Any]] = report["attempts"]
        return attempts


class StartVendor(Protocol):
    async def __call__(
        self, account: Account | None = None, behaviour: Behaviour = QUICK, clock: Callable[[], float] = ...
    ) -> Vendor: ...


def _standing() -> float:
    return float(START)


@pytest.fixture
async def start_vendor() -> AsyncIterator[StartVendor]:
    """Starts sandboxes, each with its receiver; by default the control API alone moves the clock."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())

        async def start(
            account: Account | None = None, behaviour: Behaviour = QUICK, clock: Callable[[], float] = _standing
        ) -> Vendor:
            receiver, app = Receiver(), web.Application()
            app.router.add_post("/hook", receiver.take)
            receiver.url = await stack.enter_async_context(serving(app)) + "/hook"
            used = account or Account()
            url = await stack.enter_async_context(serving(make_app(used, behaviour, clock)))
            vendor = Vendor(url, used, receiver, http)
            vendor.token = (await vendor.log_in()).json["access_token"]
            return vendor

        yield start


@pytest.fixture
async def vendor(start_vendor: StartVendor) -> Vendor:
    return await start_vendor()


@pytest.fixture
def sample() -> Callable[[str], Any]:
    """A published sample of Solaris', by its file's name without ``.json``."""

    def read(name: str) -> Any:  # noqa: ANN401 - a sample is any JSON
        return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))

    return read
