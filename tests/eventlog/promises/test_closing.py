"""``check`` and ``close``."""

from __future__ import annotations

import asyncio

import pytest

from runtime.errors import LogUnavailable
from runtime.eventlog import EventLog
from tests.eventlog.backends import Open, message, stored


async def test_a_healthy_log_passes_its_check(log: EventLog) -> None:
    await log.check()
    assert [] == await stored(log, "t")


async def test_accepted_writes_are_settled_by_close(opener: Open) -> None:
    log = await opener()
    appends = [asyncio.create_task(log.append("t", message("k", str(number).encode()))) for number in range(100)]
    await asyncio.sleep(0)
    await log.close()
    positions = await asyncio.gather(*appends)
    found = await stored(await opener(), "t")
    assert [position.offset for position in positions] == [record.offset for record in found]


async def test_a_closed_log_refuses_everything_and_may_be_closed_again(log: EventLog) -> None:
    await log.append("t", message("k"))
    async with log.read(["t"], "g") as reader:
        batch = await reader.next_batch(20.0)
    assert batch is not None
    await log.close()
    await log.close()
    asking = log.lag("t", "g"), log.ends("t"), log.check(), stored(log, "t")
    calls = (log.append("t", message("k")), log.finish(batch, []), *asking)
    for call in calls:
        with pytest.raises(LogUnavailable, match="closed"):
            await call
    with pytest.raises(LogUnavailable, match="closed"):
        log.read(["t"], "g")


async def test_a_waiting_reader_learns_that_the_log_was_closed(log: EventLog) -> None:
    reader = log.read(["t"], "g")
    waiting = asyncio.create_task(reader.next_batch(60.0))
    await asyncio.sleep(0)
    await log.close()
    with pytest.raises(LogUnavailable, match="closed"):
        await waiting


async def test_a_closed_log_gives_its_partitions_up(opener: Open) -> None:
    """Without its readers having been closed one by one."""
    one, two = await opener(), await opener()
    await one.append("t", message("k"))
    assert await one.read(["t"], "g").next_batch(20.0) is not None
    await one.close()
    assert await two.read(["t"], "g").next_batch(20.0) is not None
