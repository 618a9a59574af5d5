"""What the sandboxes' couriers have in common: turns, another order, and taking back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import pytest
from aiohttp import web

from sandbox.courier import Courier, Parcel, Sending
from tests.sandbox.conftest import serving
from tests.waiting import until


@dataclass(frozen=True, slots=True)
class Pace:
    time_scale: float = 0.001
    time_limit: float = 10.0
    retries: tuple[float, ...] = ()
    duplicates: int = 1
    reorder: int = 0
    drop: float = 0.0
    keep: int = 100


@dataclass(slots=True)
class Receiver:
    """Keeps the bodies it gets, and answers the slow ones once it may."""

    url: str = ""
    got: list[str] = field(default_factory=list)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    status: int = 200

    async def take(self, request: web.Request) -> web.Response:
        body = await request.text()
        self.got.append(body)
        if body.startswith("slow"):
            async with asyncio.timeout(10):
                await self.may_answer.wait()
        return web.Response(status=self.status)

    def parcel(self, body: str, about: str | None = "one", retries: tuple[float, ...] = ()) -> Parcel:
        return Parcel(
            about=about,
            noted={"name": body},
            sending=partial(self._sending, body),
            settles=lambda status: status == 200,
            retries=retries,
        )

    def _sending(self, body: str, _attempt: int) -> Sending:
        return Sending(self.url, body.encode(), {})


@asynccontextmanager
async def couriered(pace: Pace = Pace()) -> AsyncIterator[tuple[Courier, Receiver]]:
    receiver, app = Receiver(), web.Application()
    app.router.add_post("/", receiver.take)
    async with serving(app) as url:
        receiver.url = url
        courier = Courier(pace, "seed")
        courier.open()
        try:
            yield courier, receiver
        finally:
            receiver.may_answer.set()
            await courier.close()


async def quiet(courier: Courier) -> None:
    await until(lambda: courier.report()["pending"] == 0)
    assert [] == courier.report()["crashes"]


async def test_first_attempts_about_one_thing_wait_for_each_other_and_others_do_not() -> None:
    """The second about "one" comes after the first was answered; those about nothing in common do not wait."""
    async with couriered() as (courier, receiver):
        courier.dispatch(receiver.parcel("slow"))
        await until(lambda: receiver.got == ["slow"])
        courier.dispatch(receiver.parcel("second"))
        for name in ("free", "freer"):
            courier.dispatch(receiver.parcel(name, about=None))
        await until(lambda: len(receiver.got) == 3)
        assert {"free", "freer"} == set(receiver.got[1:])
        receiver.may_answer.set()
        await quiet(courier)
        assert "second" == receiver.got[-1]


async def test_held_parcels_go_out_together_in_another_order() -> None:
    """Six are held until the sixth; the same seed gives the same order, which is not that in which they arose."""
    orders = []
    names = [str(number) for number in range(6)]
    for _ in range(2):
        async with couriered(Pace(reorder=6)) as (courier, receiver):
            for name in names[:5]:
                courier.dispatch(receiver.parcel(name))
            assert (5, []) == (courier.report()["pending"], receiver.got)
            courier.dispatch(receiver.parcel(names[5]))
            await quiet(courier)
            orders.append(receiver.got)
    assert orders[0] == orders[1]
    assert names == sorted(orders[0])
    assert names != orders[0]


async def test_what_is_withdrawn_is_not_sent_any_more() -> None:
    """A held parcel and one that waits for its next attempt are both dropped; the others are delivered."""
    async with couriered(Pace(reorder=3)) as (courier, receiver):
        receiver.status = 500
        courier.start(receiver.parcel("waits", retries=(1_000_000.0,)))
        await until(lambda: len(courier.attempts) == 1)
        receiver.status = 200
        for name in ("held", "kept"):
            courier.dispatch(receiver.parcel(name))
        courier.withdraw(lambda parcel: parcel.noted["name"] != "kept")
        assert 1 == courier.flush()
        await quiet(courier)
    assert ["waits", "kept"] == receiver.got


async def test_a_closed_courier_sends_nothing() -> None:
    courier = Courier(Pace(), "seed")
    with pytest.raises(RuntimeError, match="not open"):
        await courier.post(Sending("http://127.0.0.1:9", b"", {}))


async def test_quick_time_makes_no_answer_late() -> None:
    """One whose seconds last a ten-thousandth of ours would have waited for a millisecond; it waits for the answer."""
    async with couriered(Pace(time_scale=0.0001)) as (courier, receiver):
        courier.dispatch(receiver.parcel("slow"))
        courier.dispatch(receiver.parcel("free", about=None))
        await until(lambda: len(receiver.got) == 2)
        await until(lambda: len(courier.report()["attempts"]) == 1)
        receiver.may_answer.set()
        await quiet(courier)
        assert [200, 200] == [attempt["status"] for attempt in courier.attempts]
