"""iDenfy's sandbox in its DEV environment, and a receiver of its webhooks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web

from ingest.action import Done
from sandbox.idenfy import Account, make_app
from tests.ingest.asking import Asked, asked
from tests.ingest.idenfy.ordering import KEYS, planned
from tests.sandbox.conftest import QUICK, Receiver, serving
from tests.waiting import until


@dataclass(frozen=True, slots=True)
class Idenfy:
    """Does actions at the sandbox; ``receiver`` has its webhooks."""

    asked: Asked
    receiver: Receiver

    async def does(self, name: str, /, **arguments: object) -> Done:
        return await planned(name, **arguments).carry_out(self.asked.call)

    async def created(self, **arguments: object) -> str:
        done = await self.does("create-token", **({"clientId": "c-1"} | arguments))
        assert done.verification_id is not None
        return done.verification_id

    async def told(self, count: int) -> list[dict[str, Any]]:
        """The webhooks, once there are so many."""
        await until(lambda: len(self.receiver.got) >= count)
        return [delivery.json for delivery in self.receiver.got]


@pytest.fixture
async def idenfy() -> AsyncIterator[Idenfy]:
    async with AsyncExitStack() as stack:
        receiver, app = Receiver(), web.Application()
        receiver.may_answer.set()
        app.router.add_post("/hook", receiver.take)
        url = await stack.enter_async_context(serving(app)) + "/hook"
        vendor = make_app(Account(webhook_url=url), QUICK)
        yield Idenfy(await stack.enter_async_context(asked(vendor, "idenfy", **KEYS)), receiver)
