"""A transaction that we created calls back through its sandbox, and the door opens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from ingest.action import Order
from ingest.door import Delivery
from ingest.vendors.idverse import DOOR, authenticate, verification_id
from runtime.secrets import Secret
from sandbox.idverse import make_app
from tests.ingest.asking import asked
from tests.sandbox.conftest import serving
from tests.waiting import until

NEW, OLD = Secret("env:NEW", b"Bearer of-32-random-bytes"), Secret("env:OLD", b"Bearer of-last-year")
[CREATE] = [action for action in DOOR.actions if action.name == "create-transaction"]


@dataclass(slots=True)
class Receiver:
    url: str = ""
    got: list[Delivery] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.got.append(Delivery(request.headers, await request.read(), request.query_string))
        return web.Response()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    inbox, app = Receiver(), web.Application()
    app.router.add_post("/callbacks/idverse", inbox.take)
    async with serving(app) as url:
        inbox.url = f"{url}/callbacks/idverse"
        yield inbox


@pytest.mark.parametrize("options", [{}, {"auth_header": "X-Idverse-Key"}], ids=["Authorization", "one of ours"])
async def test_the_callback_of_a_created_transaction_opens_the_door(
    receiver: Receiver, options: dict[str, str]
) -> None:
    """Section 3.1: with the header that the source's options name, and the first of its secrets as the whole value."""
    order = Order({"webhook_url": receiver.url}, options=options, test=True, secrets=(NEW, OLD))
    keys = {"secret": "sandbox-api-key", "token_url": "/oauth2/token"}
    async with asked(make_app(), "idverse", "/v1", **keys) as idverse:
        done = await CREATE.plan(order).carry_out(idverse.call)
        await idverse.control("POST", f"transactions/{done.verification_id}/complete")
        await until(lambda: bool(receiver.got))
    [came] = receiver.got
    delivery = Delivery(came.headers, came.body, came.query, options)
    assert (NEW, done.verification_id) == (authenticate(delivery, [OLD, NEW]), verification_id(delivery))
    assert authenticate(delivery, [OLD]) is None
    assert NEW.value.decode() not in repr((CREATE.plan(order).requests, done))
