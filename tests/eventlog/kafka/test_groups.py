"""Several members of a group, on topics of several partitions: who owns what, who is fenced, and what that costs."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from runtime.errors import Fenced
from runtime.eventlog import EventLog, Put, Reader, open_log
from runtime.settings import KafkaSettings
from schemas.message import Message
from tests.eventlog.backends import open_at, stored
from tests.eventlog.children import child
from tests.servers.kafka import Kafka
from tests.waiting import until

KEYS = [f"k{number}" for number in range(60)]


def keyed(key: str, value: bytes = b"") -> Message:
    return Message(key, key, (), value)


async def fill(log: EventLog, topic: str = "in") -> None:
    await asyncio.gather(*(log.append(topic, keyed(key)) for key in KEYS))


async def test_a_key_has_its_partition_and_a_number_names_one(wide: str) -> None:
    """And so a record may be put beside another topic's."""
    async with AsyncExitStack() as stack:
        log = await opened(stack, wide)
        positions = [await log.append("t", keyed(key)) for key in ("a", "b", "a")]
        beside = await log.append("other", Put("k", 3, b""))
        assert [positions[0].partition] * 2 == [positions[0].partition, positions[2].partition]
        assert 3 == beside.partition


async def opened(stack: AsyncExitStack, place: str, **options: float) -> EventLog:
    log = await open_at(place, **options)  # type: ignore[arg-type]
    stack.push_async_callback(log.close)
    return log


async def members(stack: AsyncExitStack, place: str, count: int) -> list[tuple[EventLog, Reader]]:
    logs = [await opened(stack, place) for _ in range(count)]
    return [(log, log.read(["in"], "g", max_records=5)) for log in logs]


async def test_members_share_the_partitions_and_each_record_is_emitted_once(wide: str) -> None:
    """Three members come one after the other and one goes, while records are copied."""
    async with AsyncExitStack() as stack:
        everybody = await members(stack, wide, 3)
        await fill(everybody[0][0])
        working = [asyncio.create_task(work(log, reader)) for log, reader in everybody]
        checker = await opened(stack, wide)
        await until(lambda: has_copied(checker, 30), 60)
        await everybody[0][1].close()
        await until(lambda: has_copied(checker, len(KEYS)), 60)
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        assert sorted(KEYS) == sorted(record.key for record in await stored(checker, "out"))


async def work(log: EventLog, reader: Reader) -> None:
    """Copies for ever; a batch that was fenced comes to whoever owns its partition then."""
    while True:
        batch = await reader.next_batch(0.2)
        if batch is not None:
            with suppress(Fenced):
                await log.finish(batch, [("out", keyed(record.key)) for record in batch.records])


async def has_copied(log: EventLog, count: int) -> bool:
    return len(await stored(log, "out")) >= count


async def test_a_partition_that_stays_keeps_its_epoch_and_one_that_moves_gets_another(wide: str) -> None:
    """So a member need not read its memory anew because another came."""
    async with AsyncExitStack() as stack:
        (first_log, first), (second_log, second) = await members(stack, wide, 2)
        await fill(first_log)
        kept, gained = dict[int, int](), dict[int, int]()
        stack.enter_context(cancelled(follow(first_log, first, kept)))
        await until(lambda: {0, 1, 2, 3} == kept.keys(), 30)
        before = dict(kept)
        stack.enter_context(cancelled(follow(second_log, second, gained)))
        await until(lambda: second.trouble is None, 30)
        kept.clear()
        await fill(first_log)
        await until(lambda: {0, 1, 2, 3} == kept.keys() | gained.keys(), 30)
        assert (2, 2) == (len(kept), len(gained))
        assert {partition: before[partition] for partition in kept} == kept
        assert all(before[partition] != epoch for partition, epoch in gained.items())


async def test_a_named_member_that_comes_back_in_time_finds_its_partitions(wide: str) -> None:
    """And the other member keeps its own, under the same epochs: a restart moves nothing."""
    async with AsyncExitStack() as stack:
        found: dict[str, dict[int, int]] = {"one": {}, "two": {}, "one again": {}}
        logs = {name: await named(stack, wide, name.partition(" ")[0]) for name in found}
        await fill(logs["one"])
        readers = {name: logs[name].read(["in"], "g") for name in found}
        stack.enter_context(cancelled(follow(logs["two"], readers["two"], found["two"])))
        with cancelled(follow(logs["one"], readers["one"], found["one"])):
            await until(lambda: all(readers[name].trouble is None for name in ("one", "two")), 30)
            for name in ("one", "two"):
                found[name].clear()
            await fill(logs["two"])
            await until(lambda: {0, 1, 2, 3} == found["one"].keys() | found["two"].keys(), 30)
        before = dict(found["two"])
        await logs["one"].close()
        stack.enter_context(cancelled(follow(logs["one again"], readers["one again"], found["one again"])))
        await until(lambda: readers["one again"].trouble is None, 30)
        await fill(logs["two"])
        await until(lambda: found["one again"].keys() == found["one"].keys(), 30)
        assert (2, before) == (len(before), found["two"])


async def named(stack: AsyncExitStack, place: str, member: str) -> EventLog:
    log = await open_log(place, kafka=KafkaSettings(session_timeout=10.0, member=member))
    stack.push_async_callback(log.close)
    return log


@contextmanager
def cancelled(work: Coroutine[Any, Any, None]) -> Iterator[None]:
    task = asyncio.create_task(work)
    yield
    task.cancel()


async def follow(log: EventLog, reader: Reader, epochs: dict[int, int]) -> None:
    """Finishes what comes, and notes the epoch under which it came from each partition."""
    while True:
        batch = await reader.next_batch(0.2)
        if batch is not None:
            with suppress(Fenced):
                await log.finish(batch, [])
                epochs[batch.partition] = batch.epoch


async def test_a_member_that_was_stopped_for_too_long_is_fenced_when_it_goes_on(wide: str, tmp_path: Path) -> None:
    """SIGSTOP past the session's end, SIGCONT: the zombie's batch is refused, nothing of it is kept."""
    async with AsyncExitStack() as stack:
        log = await opened(stack, wide)
        await fill(log)
        with child(tmp_path / "zombie", "copy", wide, "zombie") as zombie:
            await until(lambda: zombie.has_said(1), 40)
            zombie.process.send_signal(signal.SIGSTOP)
            await fill(log)
            with child(tmp_path / "heir", "copy", wide, "heir") as heir:
                await until(lambda: heir.has_said(1), 60)
                zombie.process.send_signal(signal.SIGCONT)
                await fill(log)
                await until(lambda: has_copied(log, 3 * len(KEYS)), 60)
                heir.kill()
        assert sorted(KEYS * 3) == sorted(record.key for record in await stored(log, "out"))


async def test_whoever_begins_with_the_partitions_transactional_id_fences_its_owner(kafka: Kafka, wide: str) -> None:
    """The brokers refuse the older one, though it still believes that it owns the partition; nothing of it is kept."""
    async with AsyncExitStack() as stack:
        log = await opened(stack, wide)
        await log.append("in", Put("k", 0, b""))
        async with log.read(["in"], "g") as reader:
            batch = await reader.next_batch(20.0)
            assert batch is not None
            prefix = wide.rpartition("/")[2]
            newcomer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, transactional_id=f"{prefix}.g@{prefix}.in-0")
            await newcomer.start()
            with pytest.raises(Fenced, match="another member of the group owns this partition now"):
                await log.finish(batch, [("out", Put("k", 0, b"of the zombie"))])
            await newcomer.stop()
        assert ([], 1) == (await stored(log, "out"), await log.lag("in", "g"))


async def test_kill_9_of_a_member_emits_nothing_twice(wide: str, tmp_path: Path) -> None:
    """Its open transaction is aborted by the member that takes over."""
    async with AsyncExitStack() as stack:
        log = await opened(stack, wide)
        for number in range(3):
            await fill(log)
            with child(tmp_path / f"member-{number}", "copy", wide, str(number)) as member:
                await until(lambda member=member: member.has_said(1), 60)  # type: ignore[misc]
                member.kill()
        with child(tmp_path / "last", "copy", wide, "last"):
            await until(lambda: has_copied(log, 3 * len(KEYS)), 60)
        assert sorted(KEYS * 3) == sorted(record.key for record in await stored(log, "out"))


@pytest.mark.parametrize("size", [300_000])
async def test_a_batch_of_emits_may_be_larger_than_any_request(wide: str, size: int) -> None:
    """Twenty records of 300 KB for one partition, in one transaction, in their order."""
    async with AsyncExitStack() as stack:
        log = await opened(stack, wide)
        await log.append("in", keyed("k"))
        async with log.read(["in"], "g") as reader:
            batch = await reader.next_batch(20.0)
            assert batch is not None
            await log.finish(batch, [("out", Put(str(number), 0, b"x" * size)) for number in range(20)])
        assert [str(number) for number in range(20)] == [record.key for record in await stored(log, "out")]


async def test_members_of_a_new_group_do_not_throw_each_other_out(wide: str) -> None:
    """It has no offsets yet, and whoever joins makes it share anew: none of them has to begin again because of it."""
    async with AsyncExitStack() as stack:
        found = await members(stack, wide, 3)
        readers = [reader for _, reader in found]
        for reader in readers:
            stack.push_async_callback(reader.close)

        async def read_on(number: int) -> None:
            await until(lambda: number == 0 or bool(readers[number - 1].owned))
            while not all(each.owned for each in readers) or sum(len(each.owned) for each in readers) != 4:
                assert await readers[number].next_batch(0.1) is None

        async with asyncio.timeout(60):
            await asyncio.gather(*(read_on(number) for number in range(3)))
        await fill(found[0][0], "in")
        seen: list[str] = []
        async with asyncio.timeout(30):
            while len(seen) < len(KEYS):
                for log, reader in found:
                    batch = await reader.next_batch(0.1)
                    if batch is not None:
                        await log.finish(batch, [])
                        seen += [record.key for record in batch.records]
        assert sorted(KEYS) == sorted(seen)
