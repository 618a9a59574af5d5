"""``read`` and ``finish``: unfinished batches come back, finished ones do not, and emits move with the position."""

from __future__ import annotations

import asyncio

import pytest

from runtime.errors import Fenced, LogUnavailable, RecordTooLarge
from runtime.eventlog import Batch, EventLog, Reader
from tests.eventlog.backends import Open, message, stored, values

WAIT = 600.0
"""Longer than a test may take: a reader that is not woken fails it."""


async def some(reader: Reader) -> Batch:
    batch = await reader.next_batch(WAIT)
    assert batch is not None
    return batch


async def fill(log: EventLog, topic: str, count: int) -> None:
    await asyncio.gather(*(log.append(topic, message("k", str(number).encode())) for number in range(count)))


async def test_an_unfinished_batch_comes_back_first(log: EventLog) -> None:
    await fill(log, "t", 3)
    async with log.read(["t"], "g", max_records=2) as reader:
        first = await some(reader)
        assert first == await some(reader)
        await log.finish(first, [])
        assert [b"2"] == values((await some(reader)).records)


async def test_a_group_starts_at_the_beginning_and_goes_on_where_it_finished(opener: Open) -> None:
    """``start`` is the group's position: 0 at first, then the last finished batch's next offset."""
    log = await opener()
    await fill(log, "t", 4)
    async with log.read(["t"], "g", max_records=2) as reader:
        finished = await some(reader)
        await log.finish(finished, [])
    await log.close()
    async with (await opener()).read(["t"], "g") as reader:
        batch = await some(reader)
    assert (0, [b"0", b"1"]) == (finished.start, values(finished.records))
    assert (finished.next_offset, [b"2", b"3"]) == (batch.start, values(batch.records))


async def test_groups_do_not_mind_each_other(log: EventLog) -> None:
    await fill(log, "t", 1)
    for group in ("one", "two"):
        async with log.read(["t"], group) as reader:
            await log.finish(await some(reader), [])
    assert (0, 0, 1) == tuple([await log.lag("t", group) for group in ("one", "two", "three")])


async def test_a_reader_without_anything_to_read_says_so(log: EventLog) -> None:
    async with log.read(["t"], "g") as reader:
        assert await reader.next_batch(0.0) is None


async def test_a_waiting_reader_gets_what_is_appended_meanwhile(log: EventLog) -> None:
    async with log.read(["t"], "g") as reader:
        waiting = asyncio.create_task(some(reader))
        await fill(log, "t", 1)
        assert [b"0"] == values((await waiting).records)


async def test_topics_take_turns(log: EventLog) -> None:
    """A long topic does not starve a short one."""
    await fill(log, "long", 10)
    await fill(log, "short", 1)
    async with log.read(["long", "short"], "g", max_records=1) as reader:
        topics = []
        for _ in range(3):
            batch = await some(reader)
            topics.append(batch.topic)
            await log.finish(batch, [])
    assert ["long", "long", "short"] == sorted(topics)


async def test_emits_and_position_move_together(log: EventLog) -> None:
    await fill(log, "in", 2)
    async with log.read(["in"], "g") as reader:
        await log.finish(await some(reader), [("out", message("a", b"A")), ("other", message("b", b"B"))])
    assert ([b"A"], [b"B"]) == (values(await stored(log, "out")), values(await stored(log, "other")))
    assert 0 == await log.lag("in", "g")


async def test_a_batch_finished_twice_is_fenced_and_emits_once(log: EventLog) -> None:
    await fill(log, "in", 1)
    async with log.read(["in"], "g") as reader:
        batch = await some(reader)
        await log.finish(batch, [("out", message("k", b"once"))])
        with pytest.raises(Fenced, match="group g, topic in"):
            await log.finish(batch, [("out", message("k", b"twice"))])
    assert [b"once"] == values(await stored(log, "out"))


async def test_a_fenced_finish_does_not_harm_its_neighbours(log: EventLog) -> None:
    """Operations that share a commit succeed or fail each for itself; which is first on the log is not promised."""
    await fill(log, "in", 1)
    async with log.read(["in"], "g") as reader:
        batch = await some(reader)
        outcomes = await asyncio.gather(
            log.append("out", message("k", b"before")),
            log.finish(batch, [("out", message("k", b"first"))]),
            log.finish(batch, [("out", message("k", b"second"))]),
            log.append("out", message("k", b"after")),
            return_exceptions=True,
        )
    assert [False, False, True, False] == [isinstance(outcome, Fenced) for outcome in outcomes]
    assert {b"before", b"first", b"after"} == set(values(await stored(log, "out")))


async def test_an_emit_that_is_too_large_leaves_everything_as_it_was(opener: Open) -> None:
    log = await opener(max_record_bytes=100)
    await fill(log, "in", 1)
    async with log.read(["in"], "g") as reader:
        emits = [("out", message("k", b"small")), ("out", message("k", b"x" * 101))]
        with pytest.raises(RecordTooLarge):
            await log.finish(await some(reader), emits)
    assert (1, []) == (await log.lag("in", "g"), await stored(log, "out"))


async def test_a_partition_belongs_to_one_member_and_goes_to_the_next(opener: Open) -> None:
    """The second member waits its turn, then sees the same unfinished records under an epoch of its own."""
    one, two = await opener(), await opener()
    await fill(one, "t", 1)
    first, second = one.read(["t"], "g"), two.read(["t"], "g")
    batch = await some(first)
    assert await second.next_batch(0.0) is None
    taking_over = asyncio.create_task(some(second))
    await first.close()
    taken = await taking_over
    assert (batch.start, batch.records) == (taken.start, taken.records)
    assert batch.epoch != taken.epoch


async def test_a_member_that_lost_its_partition_is_fenced(opener: Open) -> None:
    """Even when the newcomer has finished nothing yet: the newcomer's batch is the one that counts."""
    one, two = await opener(), await opener()
    await fill(one, "t", 1)
    async with one.read(["t"], "g") as first:
        lost = await some(first)
    async with two.read(["t"], "g") as second:
        batch = await some(second)
        with pytest.raises(Fenced):
            await one.finish(lost, [("out", message("k", b"from the one that lost"))])
        await two.finish(batch, [("out", message("k", b"from the owner"))])
    assert [b"from the owner"] == values(await stored(two, "out"))


async def test_lag_counts_what_is_not_finished(log: EventLog) -> None:
    await fill(log, "t", 5)
    async with log.read(["t"], "g", max_records=2) as reader:
        await log.finish(await some(reader), [])
    assert 3 == await log.lag("t", "g")


async def test_a_closed_reader_says_so(log: EventLog) -> None:
    reader = log.read(["t"], "g")
    await reader.close()
    await reader.close()
    with pytest.raises(LogUnavailable, match="closed"):
        await reader.next_batch(0.0)


async def test_a_member_says_which_partitions_it_owns(log: EventLog) -> None:
    """With the epoch of their batches, also where there is nothing to read; another member owns none of them."""
    await fill(log, "t", 1)
    async with log.read(["t", "a"], "g") as reader, log.read(["t", "a"], "g") as other:
        batch = await some(reader)
        await log.finish(batch, [])
        assert await other.next_batch(0.0) is None
        assert ({("t", 0), ("a", 0)}, batch.epoch) == (set(reader.owned), reader.owned["t", 0])
        assert {} == dict(other.owned)
