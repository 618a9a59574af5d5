"""Reading without a group: replay, inspection, rebuilding state."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from time import monotonic, time

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord, TopicPartition

from runtime.eventlog.api import Record, Start, start_of
from runtime.eventlog.kafka.clients import discard_consumer, made_consumer
from runtime.eventlog.kafka.cluster import Cluster
from runtime.eventlog.kafka.records import record_of
from runtime.eventlog.kafka.trouble import as_ours, silent

_POLL = 0.01
_FOLLOW_POLL = 0.5


async def scan(
    cluster: Cluster, topic: str, partition: int | None, start: Start, *, follow: bool
) -> AsyncIterator[Record]:
    """See ``EventLog.scan``. One partition after the other, or with ``follow`` each record as it comes."""
    count = await cluster.partitions(topic)
    numbers = range(count) if partition is None else [partition] if partition < count else []
    full = cluster.connection.full(topic)
    wanted = {TopicPartition(full, number): start_of(start, number) for number in numbers}
    if not wanted:
        return
    async with _consumer(cluster, topic, _FOLLOW_POLL if follow else _POLL) as consumer:
        if follow:
            await _place(cluster, consumer, topic, wanted)
            async for record in _for_ever(cluster, consumer, topic):
                yield record
        for where, offset in wanted.items():
            await _place(cluster, consumer, topic, {where: offset})
            async for record in _to_the_end(cluster, consumer, topic, where):
                yield record


async def ends(cluster: Cluster, topic: str) -> dict[int, int]:
    """See ``EventLog.ends``: where the oldest transaction that is still open begins, or all that is written ends."""
    full = cluster.connection.full(topic)
    wanted = [TopicPartition(full, number) for number in range(await cluster.partitions(topic))]
    async with _consumer(cluster, topic, _POLL) as consumer:
        with as_ours(cluster.name, f"asking where {topic} ends", cluster.deadline):
            async with asyncio.timeout(cluster.deadline):
                found = await consumer.end_offsets(wanted)
    return {where.partition: offset for where, offset in found.items()}


@asynccontextmanager
async def _consumer(cluster: Cluster, topic: str, wait: float) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = made_consumer(cluster, wait=wait)
    try:
        with as_ours(cluster.name, f"reading {topic}", cluster.deadline):
            async with asyncio.timeout(cluster.deadline):
                await consumer.start()
        yield consumer
    finally:
        await discard_consumer(consumer)


async def _place(cluster: Cluster, consumer: AIOKafkaConsumer, topic: str, wanted: dict[TopicPartition, int]) -> None:
    """Each partition is read from its offset, or from where it begins or ends when that is not there any more."""
    with as_ours(cluster.name, f"reading {topic}", cluster.deadline):
        async with asyncio.timeout(cluster.deadline):
            consumer.assign(list(wanted))
            first = await consumer.beginning_offsets(list(wanted))
            last = await consumer.end_offsets(list(wanted))
    for where, offset in wanted.items():
        consumer.seek(where, max(first[where], min(offset, last[where])))


async def _to_the_end(
    cluster: Cluster, consumer: AIOKafkaConsumer, topic: str, where: TopicPartition
) -> AsyncIterator[Record]:
    """Up to the end as the first answer says it, transactions that are being committed just now included.

    A transaction that stays open for longer than the deadline is not waited for; a broker that says nothing is trouble.
    """
    end, progress = None, monotonic()
    while end is None or await consumer.position(where) < end:
        records = await _polled(cluster, consumer, topic, _POLL)
        if end is None:
            end = consumer.highwater(where)
        for record in records:
            if end is not None and record.offset >= end:
                return
            yield record_of(topic, record)
        progress = monotonic() if records else progress
        if monotonic() - progress > cluster.deadline:
            _check_answered(cluster, consumer, topic, [where])
            if await consumer.position(where) >= (consumer.last_stable_offset(where) or 0):
                return


async def _for_ever(cluster: Cluster, consumer: AIOKafkaConsumer, topic: str) -> AsyncIterator[Record]:
    began = monotonic()
    while True:
        records = await _polled(cluster, consumer, topic, _FOLLOW_POLL)
        for record in records:
            yield record_of(topic, record)
        if records:
            began = monotonic()
        elif monotonic() - began > cluster.deadline + _FOLLOW_POLL:
            _check_answered(cluster, consumer, topic, consumer.assignment())


def _check_answered(
    cluster: Cluster, consumer: AIOKafkaConsumer, topic: str, partitions: Iterable[TopicPartition]
) -> None:
    """Raises ``LogUnavailable`` when one of them was not answered about within the deadline."""
    oldest = min((consumer.last_poll_timestamp(where) or 0) / 1000 for where in partitions)
    if time() - oldest > cluster.deadline:
        raise silent(cluster.name, f"reading {topic}", cluster.deadline)


async def _polled(cluster: Cluster, consumer: AIOKafkaConsumer, topic: str, wait: float) -> Sequence[ConsumerRecord]:
    with as_ours(cluster.name, f"reading {topic}", cluster.deadline):
        async with asyncio.timeout(wait + cluster.deadline):
            found: dict[TopicPartition, list[ConsumerRecord]] = await consumer.getmany(timeout_ms=round(wait * 1000))
    return [record for records in found.values() for record in records]
