"""A partition that a group's member owns: where the group stands in it, and the one producer that may move it on."""

from __future__ import annotations

import asyncio
import secrets
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import TopicPartition

from runtime.errors import Fenced, LogRefused, LogUnavailable
from runtime.eventlog.api import Batch, Emit, Message, Record
from runtime.eventlog.kafka.clients import discard_producer, started_producer
from runtime.eventlog.kafka.cluster import Cluster
from runtime.eventlog.kafka.trouble import as_ours

_log = structlog.get_logger(__name__)

Destination = tuple[str, int]


@dataclass(slots=True)
class Share:
    """``position`` is the group's; ``records`` are those fetched from there on and not finished yet."""

    cluster: Cluster
    group: str
    topic: str
    partition: int
    producer: AIOKafkaProducer
    position: int
    epoch: int = field(default_factory=lambda: secrets.randbits(63))
    records: deque[Record] = field(default_factory=deque)
    gained_at: float = field(default_factory=monotonic)
    broken: bool = False
    finishing: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def servable(self) -> bool:
        """Whether a batch can be given now: none is being finished, and there are records."""
        return bool(self.records) and not self.finishing.locked() and not self.broken

    @property
    def place(self) -> str:
        return f"group {self.group}, topic {self.topic}/{self.partition}"

    @property
    def where(self) -> TopicPartition:
        return TopicPartition(self.cluster.connection.full(self.topic), self.partition)

    def batch(self, most: int) -> Batch:
        """The first unfinished records."""
        records = tuple([self.records[index] for index in range(min(most, len(self.records)))])
        return Batch(self.topic, self.partition, self.group, self.epoch, self.position, records)

    async def finish(self, batch: Batch, emits: Sequence[Emit]) -> None:
        """See ``EventLog.finish``. After any trouble nothing is finished here until the partition is gained anew."""
        async with self.finishing:
            if self.broken or batch.start != self.position:
                raise Fenced(f"{self.place}: this batch was finished before, or the partition was lost; read it anew")
            try:
                with as_ours(self.cluster.name, f"finishing a batch of {self.place}", self.cluster.deadline):
                    async with asyncio.timeout(self.cluster.deadline):
                        await self._commit(await self._sorted(emits), batch.next_offset)
            except BaseException:
                self.broken = True
                raise
            self._move_to(batch.next_offset)

    def _move_to(self, offset: int) -> None:
        self.position = offset
        while self.records and self.records[0].offset < offset:
            self.records.popleft()

    async def _sorted(self, emits: Sequence[Emit]) -> dict[Destination, list[Message]]:
        """By topic and partition, each in the order emitted."""
        found: dict[Destination, list[Message]] = defaultdict(list)
        known_partition_of = self.cluster.known_partition_of
        for topic, message in emits:
            partition = known_partition_of(topic, message.partition_key)
            if partition is None:
                partition = await self.cluster.partition_of(topic, message.partition_key)
            found[topic, partition].append(message)
        return found

    async def _commit(self, emits: dict[Destination, list[Message]], next_offset: int) -> None:
        """One transaction. The partitions are made known to it first, so that nothing waits for another round trip."""
        await self.producer.begin_transaction()
        sent = [
            future
            for (topic, partition), messages in emits.items()
            for future in await self._send(topic, partition, messages)
        ]
        moved = self.producer.send_offsets_to_transaction({self.where: next_offset}, self._full_group)
        await asyncio.gather(moved, *sent)
        await self.producer.commit_transaction()

    @property
    def _full_group(self) -> str:
        return self.cluster.connection.full(self.group)

    async def _send(self, topic: str, partition: int, messages: Sequence[Message]) -> list[asyncio.Future[object]]:
        """Each batch's future; one that is full goes before the next is begun."""
        full, futures, index = self.cluster.connection.full(topic), [], 0
        while index < len(messages):
            builder = self.producer.create_batch()
            while index < len(messages) and _add(builder, messages[index]):
                index += 1
            future = await self.producer.send_batch(builder, full, partition=partition)
            future.add_done_callback(_taken_note_of)
            futures.append(future)
        return futures

    async def close(self) -> None:
        self.broken = True
        await discard_producer(self.producer)


def _taken_note_of(future: asyncio.Future[object]) -> None:
    """The first error of a transaction is raised; those of its other batches need no further word."""
    if not future.cancelled():
        future.exception()


def _add(builder: object, message: Message) -> bool:
    added = builder.append(  # type: ignore[attr-defined]
        timestamp=None, key=message.key.encode(), value=message.value, headers=list(message.headers)
    )
    return added is not None


async def gain(cluster: Cluster, consumer: AIOKafkaConsumer, group: str, topic: str, partition: int) -> Share:
    """The partition, from where the group stands now; whoever finished batches of it before is fenced from here on.

    First fence, then ask: what the old owner committed until then counts, what it tries later is refused.
    Raises ``LogUnavailable``; ``LogRefused`` when the group stands beyond the partition's end.
    """
    place = f"group {group}, topic {topic}/{partition}"
    where = TopicPartition(cluster.connection.full(topic), partition)
    producer = await started_producer(cluster, f"{cluster.connection.full(group)}@{where.topic}-{partition}")
    try:
        with as_ours(cluster.name, f"asking where {place} stands", cluster.deadline):
            async with asyncio.timeout(cluster.deadline):
                committed = await consumer.committed(where)
                first = (await consumer.beginning_offsets([where]))[where]
                last = (await consumer.end_offsets([where]))[where]
        position = _position(cluster, place, committed, first, last)
    except BaseException:
        await discard_producer(producer)
        raise
    return Share(cluster, group, topic, partition, producer, position)


def _position(cluster: Cluster, place: str, committed: int | None, first: int, last: int) -> int:
    if committed is None:
        return first
    if committed > last:
        raise LogRefused(
            f"{cluster.name}: {place}: the group stands at {committed}, but the partition ends at {last}: "
            "the topic was made anew; delete the group's offsets, or give the topic back"
        )
    if committed < first:
        _log.error("records were deleted unread", place=place, offset=committed, first=first)
    return max(committed, first)


def lost(batch: Batch) -> Fenced:
    return Fenced(
        f"group {batch.group}, topic {batch.topic}/{batch.partition}: this member does not own the partition any more"
    )


def closed(name: str) -> LogUnavailable:
    return LogUnavailable(f"{name}: closed; open it anew")
