"""The load itself: it sends until it gets a 200, sends again what it need not, and knows of all of it."""

from __future__ import annotations

import asyncio
import hmac
from collections import defaultdict
from collections.abc import Callable
from hashlib import sha256
from random import Random

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.chaos.history import Answer, Attempt
from tests.chaos.story import Decision
from tests.chaos.vendor import ATTEMPT_HEADER, NotTaken, Vendor
from tests.waiting import until

_KEY = "a-signing-key"


class Receiver:
    """Answers with 503 now and then, and now and then ends the connection unanswered; keeps what it got."""

    def __init__(self, chance: Random, worst: int = 503) -> None:
        self._chance = chance
        self._worst = worst
        self.got: set[tuple[str, str]] = set()

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        assert hmac.digest(_KEY.encode(), body, "sha256").hex() == request.headers["Idenfy-Signature"]
        self.got.add((request.headers[ATTEMPT_HEADER], sha256(body).hexdigest()))
        luck = self._chance.random()
        if luck < 0.1 and request.transport is not None:
            request.transport.close()
        return web.Response(status=200 if luck > 0.3 else self._worst)

    async def serve(self) -> TestServer:
        app = web.Application()
        app.router.add_post("/callbacks/idenfy", self.handle)
        server = TestServer(app)
        await server.start_server()
        return server


Enough = Callable[[list[Attempt]], bool]


async def played(receiver: Receiver, enough: Enough) -> list[Attempt]:
    """All that a vendor did until it was enough; one of its two receivers is not there."""
    server = await receiver.serve()
    urls = [str(server.make_url("/callbacks/idenfy")), "http://127.0.0.1:1/callbacks/idenfy"]
    vendor = Vendor(urls, _KEY, Random(7), patient=3, pace=0.01)  # noqa: S311 - a test's chance
    stop = asyncio.Event()
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(vendor.work(stop))
            await until(lambda: enough(vendor.attempts))
            stop.set()
    finally:
        await server.close()
    return vendor.attempts


async def test_the_vendor_knows_what_it_sent_and_gets_its_200() -> None:
    """Every decision in its turn; what was refused never arrived, and what arrived was not refused."""
    receiver = Receiver(Random(8))  # noqa: S311 - a test's chance
    attempts = await played(receiver, lambda attempts: len(attempts) > 300)
    assert set(Answer) == {attempt.answer for attempt in attempts}
    assert len(attempts) == len({attempt.number for attempt in attempts})
    sent = {(attempt.number, attempt.sha256) for attempt in attempts if attempt.answer is not Answer.REFUSED}
    assert receiver.got == sent
    assert {attempt.decision for attempt in attempts} - {None} == set(told(attempts))
    assert in_order(told(attempts))


def told(attempts: list[Attempt]) -> list[Decision]:
    """The decisions in the order of their first 200."""
    acknowledged = [attempt.decision for attempt in attempts if attempt.answer is Answer.ACKNOWLEDGED]
    return [decision for decision in dict.fromkeys(acknowledged) if decision is not None]


def in_order(decisions: list[Decision]) -> bool:
    numbers: dict[str, list[int]] = defaultdict(list)
    for decision in decisions:
        numbers[decision.verification_id].append(decision.number)
    return all(found == list(range(len(found))) for found in numbers.values())


async def test_the_load_has_what_makes_it_hard() -> None:
    """Repeats after a 200, the same bytes and others; nonsense; a decision that is taken a second time."""
    attempts = await played(Receiver(Random(9)), has_reversals)  # noqa: S311 - a test's chance
    acknowledged = [attempt for attempt in attempts if attempt.answer is Answer.ACKNOWLEDGED]
    bodies = defaultdict(list)
    for attempt in acknowledged:
        bodies[attempt.decision].append(attempt.sha256)
    assert bodies.pop(None)
    assert any(len(each) > len({*each}) for each in bodies.values()), "the same bytes"
    assert any(len({*each}) > 1 for each in bodies.values()), "a link signed anew"
    assert has_reversals(attempts)


def has_reversals(attempts: list[Attempt]) -> bool:
    """Whether any decision was told that says the same as an earlier one about its verification."""
    before: dict[str, list[Decision]] = defaultdict(list)
    for decision in told(attempts):
        if any(decision.repeats(other) for other in before[decision.verification_id]):
            return True
        before[decision.verification_id].append(decision)
    return False


async def test_an_answer_that_no_callback_may_get_ends_the_load() -> None:
    """A 401 or a 500 is no fault that retrying may hide."""
    with pytest.raises(BaseExceptionGroup) as failure:
        await played(Receiver(Random(10), worst=401), lambda _: False)  # noqa: S311 - a test's chance
    assert failure.group_contains(NotTaken, match="answered with 401")
