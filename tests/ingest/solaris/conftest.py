"""A Solaris sandbox that somebody acts at, over sockets, and a receiver of its callbacks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
from aiohttp import web

from ingest.action import Done
from ingest.door import Delivery
from sandbox.solaris import Account, Behaviour, make_app
from tests.ingest.asking import Asked, asked
from tests.ingest.solaris.ordering import planned
from tests.sandbox.conftest import serving

KEYS = {"client_id": "sandbox-client", "secret": "sandbox-client-secret", "token_url": "/oauth2/token"}


@dataclass(slots=True)
class Receiver:
    """Answers with ``status``."""

    url: str
    got: list[Delivery]
    status: int = 200

    async def take(self, request: web.Request) -> web.Response:
        self.got.append(Delivery(request.headers, await request.read()))
        return web.Response(status=self.status)


@dataclass(frozen=True, slots=True)
class Solaris:
    asked: Asked
    receiver: Receiver

    async def does(self, name: str, /, **arguments: object) -> Done:
        return await planned(name, **arguments).carry_out(self.asked.call)

    async def person(self, first_name: str = "Jane") -> str:
        done = await self.does("create-person", first_name=first_name, last_name="Doe")
        assert done.verification_id is not None
        return done.verification_id

    async def created(self) -> dict[str, object]:
        """The ids of a person and of its new identification."""
        person = await self.person()
        done = await self.does("create-identification", person_id=person, method="idnow")
        return {"person_id": person, "identification_id": done.verification_id}

    async def requested(self) -> dict[str, object]:
        ids = await self.created()
        await self.does("request-identification", **ids)
        return ids

    async def calls(self, route: str) -> int:
        """How often that call came."""
        return int((await self.asked.control("GET", "usage"))["byRoute"].get(route, 0))


@pytest.fixture
async def solaris() -> AsyncIterator[Solaris]:
    async with AsyncExitStack() as stack:
        receiver, app = Receiver("", []), web.Application()
        app.router.add_post("/callbacks/solaris", receiver.take)
        receiver.url = await stack.enter_async_context(serving(app)) + "/callbacks/solaris"
        vendor = make_app(Account(), Behaviour(seed="tests"))
        yield Solaris(await stack.enter_async_context(asked(vendor, "solaris", **KEYS)), receiver)
