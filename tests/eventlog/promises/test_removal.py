"""Tombstones and compacted topics: which records of a key stay."""

from __future__ import annotations

from runtime.eventlog import EventLog, Record
from tests.eventlog.backends import COMPACTED, message, stored


def pairs(records: list[Record]) -> list[tuple[str, bytes | None]]:
    return [(record.key, record.value) for record in records]


async def test_a_tombstone_takes_earlier_records_of_its_key_away_and_stays(log: EventLog) -> None:
    for key, value in (("a", b"1"), ("b", b"2"), ("a", b"3"), ("a", None), ("a", b"4")):
        await log.append("t", message(key, value))
    assert [("b", b"2"), ("a", None), ("a", b"4")] == pairs(await stored(log, "t"))


async def test_a_tombstone_minds_its_own_topic(log: EventLog) -> None:
    for topic, value in (("a", b"1"), ("b", b"2"), ("a", None)):
        await log.append(topic, message("k", value))
    assert [("k", b"2")] == pairs(await stored(log, "b"))


async def test_keys_with_the_same_checksum_stay_apart(log: EventLog) -> None:
    """``plumless`` and ``buckeroo`` have the same CRC-32; only the one that the tombstone names goes away."""
    for key, value in (("plumless", b"1"), ("buckeroo", b"2"), ("plumless", None)):
        await log.append("t", message(key, value))
        await log.append(COMPACTED, message(key, value))
    assert [("buckeroo", b"2"), ("plumless", None)] == pairs(await stored(log, "t"))
    assert [("buckeroo", b"2"), ("plumless", None)] == pairs(await stored(log, COMPACTED))


async def test_a_compacted_topic_keeps_the_newest_record_of_a_key(log: EventLog) -> None:
    for key, value in (("a", b"1"), ("b", b"2"), ("a", b"3"), ("b", None), ("c\x00x", b"4"), ("c\x00x", b"5")):
        await log.append(COMPACTED, message(key, value))
    assert [("a", b"3"), ("b", None), ("c\x00x", b"5")] == pairs(await stored(log, COMPACTED))


async def test_an_emit_compacts_like_an_append(log: EventLog) -> None:
    """Also when one key is emitted twice in one batch, and more rows are emitted than one statement writes."""
    await log.append("in", message("k"))
    await log.append(COMPACTED, message("k7", b"old"))
    async with log.read(["in"], "g") as reader:
        batch = await reader.next_batch(20.0)
        assert batch is not None
        emits = [(COMPACTED, message(f"k{number % 1500}", str(number).encode())) for number in range(2500)]
        await log.finish(batch, emits)
    newest = {f"k{number % 1500}": str(number).encode() for number in range(2500)}
    assert sorted(newest.items()) == sorted(pairs(await stored(log, COMPACTED)))


async def test_a_tombstone_that_was_emitted_takes_earlier_records_away(log: EventLog) -> None:
    """Those emitted before it in the same batch too, and none of those emitted after it."""
    await log.append("in", message("k"))
    await log.append("t", message("k", b"old"))
    async with log.read(["in"], "g") as reader:
        batch = await reader.next_batch(20.0)
        assert batch is not None
        emits = [("t", message(key, value)) for key, value in (("k", b"a"), ("j", b"b"), ("k", None), ("k", b"c"))]
        await log.finish(batch, emits)
    assert [("j", b"b"), ("k", None), ("k", b"c")] == pairs(await stored(log, "t"))
