"""``append`` and ``scan``: what was acknowledged is there, as it was, in order, also after opening anew."""

from __future__ import annotations

import asyncio

import pytest

from runtime.errors import RecordTooLarge
from runtime.eventlog import EventLog
from tests.eventlog.backends import Open, message, stored, values
from tests.waiting import until


async def test_a_record_comes_back_as_it_was_appended(log: EventLog) -> None:
    """Key, repeated headers in their order, bytes that are no text, and the position that was promised."""
    headers = (("a", b"\x00\xff"), ("ä\n", "ü".encode()), ("a", b""))
    position = await log.append("t", message("k/\x00ey", b"\x00\x01\xff", headers))
    [record] = await stored(log, "t")
    assert (position.topic, position.partition, position.offset) == (record.topic, record.partition, record.offset)
    assert ("k/\x00ey", headers, b"\x00\x01\xff") == (record.key, record.headers, record.value)
    assert record.appended_at > 1_700_000_000_000_000


async def test_records_of_one_partition_key_come_back_in_the_order_appended(log: EventLog) -> None:
    expected = [str(number).encode() for number in range(50)]
    for value in expected:
        await log.append("t", message("k", value))
    assert expected == values(await stored(log, "t"))


async def test_many_callers_at_once_get_a_position_each(log: EventLog) -> None:
    """Callers that share a commit still learn where exactly their own record is."""
    appends = (log.append("t", message(f"k{number}", str(number).encode())) for number in range(300))
    positions = await asyncio.gather(*appends)
    by_offset = {record.offset: record.value for record in await stored(log, "t")}
    assert [str(number).encode() for number in range(300)] == [by_offset[place.offset] for place in positions]


async def test_what_was_acknowledged_is_there_after_opening_anew(opener: Open) -> None:
    first = await opener()
    position = await first.append("t", message("k", b"kept"))
    await first.close()
    [record] = await stored(await opener(), "t")
    assert (position.offset, b"kept") == (record.offset, record.value)


async def test_offsets_go_on_after_opening_anew(opener: Open) -> None:
    first = await opener()
    before = await first.append("t", message("k"))
    await first.close()
    after = await (await opener()).append("t", message("k"))
    assert before.offset < after.offset


async def test_topics_do_not_mix(log: EventLog) -> None:
    await log.append("a", message("k", b"for a"))
    await log.append("b", message("k", b"for b"))
    assert ([b"for a"], [b"for b"]) == (values(await stored(log, "a")), values(await stored(log, "b")))


async def test_a_record_at_the_limit_is_stored_and_one_byte_more_is_refused(opener: Open) -> None:
    """The limit counts key, headers' names and values, and value; the refusal names topic, size and limit alone."""
    log = await opener(max_record_bytes=100)
    await log.append("t", message("é", b"x" * 90, (("ü", b"\xff" * 6),)))
    with pytest.raises(RecordTooLarge, match=r"^topic t: a record of 101 bytes is over the limit of 100; ") as refusal:
        await log.append("t", message("é", b"secret" + b"x" * 85, (("ü", b"\xff" * 6),)))
    assert "secret" not in str(refusal.value)
    assert 1 == len(await stored(log, "t"))


async def test_scan_starts_where_it_is_told(log: EventLog) -> None:
    positions = [await log.append("t", message("k", str(number).encode())) for number in range(5)]
    assert [b"3", b"4"] == values([record async for record in log.scan("t", start=positions[3].offset)])


async def test_a_topic_ends_after_all_that_can_be_read_and_before_what_comes(log: EventLog) -> None:
    """A topic without a record ends where its first one will be. What was emitted counts like what was appended."""
    empty = await log.ends("t")
    before = [await log.append("t", message("k")) for _ in range(3)]
    between = await log.ends("t")
    after = await log.append("t", message("k"))
    assert {0: 0} == empty
    assert before[-1].offset < between[0] <= after.offset
    async with log.read(["t"], "g") as reader:
        batch = await reader.next_batch(20.0)
        assert batch is not None
        await log.finish(batch, [("out", message("k"))])
    assert [record.offset < (await log.ends("out"))[0] for record in await stored(log, "out")] == [True]


async def test_scan_of_a_topic_without_records_ends_at_once(log: EventLog) -> None:
    assert [] == await stored(log, "never-written")


async def test_scan_ends_where_the_topic_ended_when_it_began(log: EventLog) -> None:
    """A scan that appends to its own topic would otherwise never end."""
    await log.append("t", message("k", b"first"))
    seen = []
    async for record in log.scan("t"):
        seen.append(record.value)
        await log.append("t", message("k", b"more"))
    assert [b"first"] == seen


async def test_scan_that_follows_goes_on_with_what_comes_later(log: EventLog) -> None:
    seen: list[bytes | None] = []

    async def follow() -> None:
        async for record in log.scan("t", follow=True):
            seen.append(record.value)  # noqa: PERF401 - read while it grows

    following = asyncio.create_task(follow())
    for value in (b"one", b"two"):
        await log.append("t", message("k", value))
        await until(lambda: seen[-1:] == [value])  # noqa: B023 - awaited before the next turn
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following
    assert [b"one", b"two"] == seen
