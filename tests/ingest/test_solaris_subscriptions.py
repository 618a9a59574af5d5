from __future__ import annotations

import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy

from ingest.api import NotThere, VendorRefused, VendorUnavailable
from ingest.door import Delivery
from ingest.vendors.solaris.door import is_handshake
from ingest.vendors.solaris.subscriptions import subscribe, subscriptions, unsubscribe
from sandbox.solaris import make_app
from tests.ingest.asking import Asked, Scripted, asked
from tests.sandbox.conftest import serving
from tests.waiting import until


@dataclass(slots=True)
class Receiver:
    url: str = ""
    status: int = 200
    got: list[Delivery] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        headers = CIMultiDictProxy(CIMultiDict(request.headers))
        self.got.append(Delivery(headers, await request.read()))
        return web.Response(status=self.status)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    it, app = Receiver(), web.Application()
    app.router.add_post("/hook", it.take)
    async with serving(app) as url:
        it.url = url + "/hook"
        yield it


@pytest.fixture
async def solaris() -> AsyncIterator[Asked]:
    keys = {"client_id": "sandbox-client", "secret": "sandbox-client-secret", "token_url": "/oauth2/token"}
    async with asked(make_app(), "solaris", **keys) as it:
        yield it


async def test_a_subscription_is_made_with_a_handshake_and_its_secret_shown_nowhere(
    solaris: Asked, receiver: Receiver
) -> None:
    """Section 2: the URL is asked first; the secret is told once, and no ``repr`` tells it."""
    made = await subscribe(solaris.call, "PERSON_CHANGED", receiver.url)
    assert [True] == [is_handshake(each) for each in receiver.got]
    assert made.secret is not None
    assert made.secret.value.decode() not in repr(made)
    [listed] = await subscriptions(solaris.call)
    assert (made.id, "PERSON_CHANGED", receiver.url, None) == (
        listed.id,
        listed.event_type,
        listed.url,
        listed.secret,
    )


async def test_callbacks_are_signed_with_the_secret_that_was_told(solaris: Asked, receiver: Receiver) -> None:
    """As the sandbox signs by itself, the secret is the right one and a text."""
    made = await subscribe(solaris.call, "PERSON_CHANGED", receiver.url)
    await solaris.control("POST", "webhooks", event="PERSON_CHANGED", entity="p-1", body={"a": 1})
    await until(lambda: len(receiver.got) == 2)
    came = receiver.got[-1]
    assert made.secret is not None
    expected = "sha256=" + hmac.digest(made.secret.value, came.body, "sha256").hex()
    assert expected == came.headers["Solaris-Webhook-Signature"]


async def test_a_url_that_does_not_answer_is_refused(solaris: Asked, receiver: Receiver) -> None:
    """``invalid_webhook_url`` (section 2): nothing was made."""
    receiver.status = 404
    with pytest.raises(VendorRefused):
        await subscribe(solaris.call, "IDENTIFICATION", receiver.url)
    assert [] == await subscriptions(solaris.call)


async def test_a_deleted_subscription_is_gone(solaris: Asked, receiver: Receiver) -> None:
    """The others stay; one that is not there cannot be deleted."""
    names = [(await subscribe(solaris.call, "IDENTIFICATION", receiver.url)).id for _ in range(3)]
    await unsubscribe(solaris.call, names[1])
    assert [names[0], names[2]] == [each.id for each in await subscriptions(solaris.call)]
    with pytest.raises(NotThere):
        await unsubscribe(solaris.call, names[1])


@pytest.mark.parametrize("document", [[], {}, {"id": "s-1", "event_type": "IDENTIFICATION", "url": None}])
async def test_an_answer_that_is_no_subscription_is_none(document: object) -> None:
    """It is not known then whether one was made; the list tells."""
    with pytest.raises(VendorUnavailable):
        await subscribe(Scripted({"/v1/webhooks": document}), "IDENTIFICATION", "https://receiver.example.com")
