"""A broker that is down, killed or paused: bounded waits, quick refusals, and everything goes on when it is back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from time import monotonic

import pytest
from aiohttp import ClientSession, ClientTimeout

from runtime.errors import LogUnavailable
from runtime.eventlog import EventLog, Reader, Record
from runtime.eventlog.kafka import cluster
from runtime.observability import serve_operations
from runtime.settings import ObservabilitySettings
from tests.eventlog.backends import Open, message, stored, values
from tests.servers.local_kafka import LocalBroker
from tests.waiting import until

SHORT = 1.5
"""The deadline of these logs' writes, in seconds."""


async def refusal(log: EventLog, value: bytes = b"") -> str:
    """What an append is refused with; empty when it was not."""
    try:
        await log.append("t", message("k", value))
    except LogUnavailable as error:
        return str(error)
    return ""


async def accepted(log: EventLog, value: bytes) -> bool:
    return not await refusal(log, value)


async def first_refusal(log: EventLog, broker: LocalBroker) -> str:
    """What the first append was refused with while the broker was down; a hundred more did not wait for anything."""
    await asyncio.to_thread(broker.stop)
    try:
        first = await refusal(log)
        began = monotonic()
        later = [await refusal(log) for _ in range(100)]
        assert monotonic() - began < SHORT
        assert all("until it is mended nothing is written" in text for text in later)
    finally:
        await asyncio.to_thread(broker.start)
    return first


@pytest.mark.parametrize("refresh", [60.0, 0.0], ids=["busy before", "idle for long before"])
async def test_with_the_broker_down_appends_are_refused_at_once_after_the_first(
    opener: Open, broker: LocalBroker, monkeypatch: pytest.MonkeyPatch, refresh: float
) -> None:
    """The first waits its deadline out; a hundred more are refused without waiting for anything."""
    monkeypatch.setattr(cluster, "REFRESH", refresh)
    log = await opener(deadline=SHORT)
    await log.append("t", message("k", b"before"))
    first = await first_refusal(log, broker)
    assert "no answer" in first or "not reached" in first
    await until(lambda: accepted(log, b"after"), 30)
    assert b"before" == values(await stored(log, "t"))[0]
    assert b"after" == values(await stored(log, "t"))[-1]


async def test_a_log_opened_while_the_broker_is_down_refuses_at_once_too(opener: Open, broker: LocalBroker) -> None:
    """It has never seen the topic; it takes appends once the broker is there."""
    log = await opener(deadline=SHORT)
    first = await first_refusal(log, broker)
    assert "not reached" in first
    await until(lambda: accepted(log, b"after"), 30)


async def test_what_was_acknowledged_survives_kill_9_of_the_broker(opener: Open, broker: LocalBroker) -> None:
    """And every append that was refused is unknown: it may be there, once, and nothing else is."""
    log = await opener(deadline=SHORT)
    acknowledged: set[bytes] = set()
    tried: set[bytes] = set()
    stop = asyncio.Event()

    async def caller(number: int) -> None:
        count = 0
        while not stop.is_set():
            value = b"%d-%d" % (number, count)
            tried.add(value)
            count += 1
            if await accepted(log, value):
                acknowledged.add(value)
            else:
                await asyncio.sleep(0.05)

    callers = [asyncio.create_task(caller(number)) for number in range(8)]
    await until(lambda: len(acknowledged) > 200, 30)
    await asyncio.to_thread(broker.kill)
    before = len(acknowledged)
    await asyncio.to_thread(broker.start)
    await until(lambda: len(acknowledged) > before + 200, 30)
    stop.set()
    await asyncio.gather(*callers)
    found = values(await stored(log, "t"))
    assert acknowledged <= set(found) <= tried
    assert len(found) == len(set(found))


async def test_a_paused_broker_costs_a_deadline_and_nothing_twice(opener: Open, broker: LocalBroker) -> None:
    """Its connections stay open and nobody answers. What was refused may land when it goes on, at most once."""
    log = await opener(deadline=SHORT)
    await log.append("t", message("k", b"before"))
    broker.pause()
    try:
        began = monotonic()
        assert "no answer within 1.5 s" in await refusal(log, b"during")
        assert monotonic() - began < 3 * SHORT
        with pytest.raises(LogUnavailable):
            await log.check()
    finally:
        broker.resume()
    await until(lambda: accepted(log, b"after"), 30)
    found = values(await stored(log, "t"))
    assert found in ([b"before", b"after"], [b"before", b"during", b"after"])


async def read_for_ever(reader: Reader) -> None:
    while True:
        await reader.next_batch(0.5)


async def test_readiness_is_told_quickly_while_a_broker_is_silent(opener: Open, broker: LocalBroker) -> None:
    """Within two seconds, though a write would wait for ten: a health check has less patience."""
    log = await opener(deadline=10.0)
    async with serve_operations(ObservabilitySettings(), log, []) as url, ClientSession() as client:
        broker.pause()
        try:
            async with client.get(f"{url}/ready", timeout=ClientTimeout(total=5)) as answer:
                said = await answer.json()
        finally:
            broker.resume()
    assert {"log": "no answer within 2 s; see whether it runs and keeps up"} == said["troubles"]


async def test_a_reader_says_that_the_brokers_are_silent_and_goes_on_later(opener: Open, broker: LocalBroker) -> None:
    """A member that is connected and gets nothing is in trouble, not idle."""
    log = await opener(deadline=SHORT)
    await log.append("t", message("k", b"before"))
    reader = log.read(["t"], "g")
    batch = await reader.next_batch(20.0)
    assert batch is not None
    await log.finish(batch, [])
    broker.pause()
    try:
        with pytest.raises(LogUnavailable, match="no answer"):
            await read_for_ever(reader)
        await reader.close()
    finally:
        broker.resume()
    await until(lambda: accepted(log, b"after"), 30)
    async with log.read(["t"], "g") as again:
        batch = await again.next_batch(30.0)
    assert batch is not None
    assert [b"after"] == values(batch.records)[-1:]


async def test_a_scan_that_is_cut_off_says_so(opener: Open, broker: LocalBroker) -> None:
    """Half a topic must never pass for all of it: a stage's memory is read like this. And one that follows says so."""
    log = await opener(deadline=SHORT)
    for number in range(40):
        await log.append("t", message(str(number), b"x" * 100_000))
    for follow in (False, True):
        scan = log.scan("t", follow=follow)
        assert "0" == (await anext(scan)).key
        broker.pause()
        try:
            with pytest.raises(LogUnavailable, match=r"reading t: no answer within 1\.5 s"):
                await read_on(scan)
        finally:
            broker.resume()


async def read_on(scan: AsyncIterator[Record]) -> None:
    async for _ in scan:
        pass


async def test_a_finish_that_got_no_answer_is_whole_or_not_at_all(opener: Open, broker: LocalBroker) -> None:
    """After the broker is back, the emit is there exactly if the group has moved."""
    log = await opener(deadline=SHORT)
    await log.append("in", message("k", b"1"))
    reader = log.read(["in"], "g")
    batch = await reader.next_batch(20.0)
    assert batch is not None
    broker.pause()
    try:
        with pytest.raises(LogUnavailable, match="finishing a batch of group g, topic in/0: no answer"):
            await log.finish(batch, [("out", message("k", b"emitted"))])
        await reader.close()
    finally:
        broker.resume()
    await until(lambda: accepted(log, b"probe"), 30)
    async with log.read(["in"], "g") as again:
        repeated = await again.next_batch(5.0)
        if repeated is not None:
            await log.finish(repeated, [("out", message("k", b"emitted"))])
    assert [b"emitted"] == values(await stored(log, "out"))
    assert 0 == await log.lag("in", "g")


async def test_closing_ends_within_a_bound_with_the_broker_down(opener: Open, broker: LocalBroker) -> None:
    """With an append in the air, a reader in its group, and a producer for its partition."""
    log = await opener(deadline=SHORT)
    await log.append("t", message("k"))
    reader = log.read(["t"], "g")
    assert await reader.next_batch(20.0) is not None
    await asyncio.to_thread(broker.stop)
    try:
        appending = asyncio.create_task(refusal(log))
        began = monotonic()
        await log.close()
        assert monotonic() - began < 30
        assert await appending
    finally:
        await asyncio.to_thread(broker.start)


async def test_an_outage_is_said_seldom(opener: Open, broker: LocalBroker, caplog: pytest.LogCaptureFixture) -> None:
    """By itself aiokafka would say it ten times a second for each broker."""
    log = await opener(deadline=SHORT)
    await log.append("t", message("k"))
    await asyncio.to_thread(broker.stop)
    try:
        caplog.clear()
        began = monotonic()
        while monotonic() - began < 3:
            await refusal(log)
            await asyncio.sleep(0.05)
        said = [record.msg for record in caplog.records if record.name.startswith("aiokafka")]
    finally:
        await asyncio.to_thread(broker.start)
    assert len(said) == len(set(said))
    assert all(record.levelno >= logging.WARNING for record in caplog.records if record.name.startswith("aiokafka"))
