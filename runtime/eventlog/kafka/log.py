"""The Kafka log's whole interface."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.structs import TopicPartition

from runtime.errors import LogUnavailable
from runtime.eventlog.api import DEFAULT_BATCH, Batch, Emit, Message, Position, Record, Start
from runtime.eventlog.kafka.appender import Appender
from runtime.eventlog.kafka.cluster import Cluster
from runtime.eventlog.kafka.connection import connection
from runtime.eventlog.kafka.noise import quieten
from runtime.eventlog.kafka.reader import GroupReader, Shares
from runtime.eventlog.kafka.scanning import ends, scan
from runtime.eventlog.kafka.share import closed, lost
from runtime.eventlog.kafka.trouble import as_ours
from runtime.eventlog.sizes import refuse_too_large
from runtime.settings import KafkaSettings

_COUNT_AT_MOST = 5000


class KafkaLog:
    """An ``EventLog`` on a Kafka cluster. It belongs to the event loop that made it, and connects when first used."""

    def __init__(self, url: str, settings: KafkaSettings, deadline: float, max_record_bytes: int) -> None:
        self._cluster = Cluster(connection(url, settings), settings, deadline, max_record_bytes)
        self._appenders: dict[str, Appender] = {}
        self._readers: list[GroupReader] = []
        self._shares: Shares = {}
        self._finished: dict[tuple[str, str, int], int] = {}
        self._closed = False
        quieten()

    async def append(self, topic: str, message: Message) -> Position:
        """See ``EventLog``. Records of one partition take their places in the order of the calls."""
        self._check_open()
        refuse_too_large(topic, message, self._cluster.max_record_bytes)
        appender = self._appenders.get(topic)
        if appender is None:
            appender = self._appenders[topic] = Appender(self._cluster, topic)
        return await appender.append(message)

    def read(self, topics: Sequence[str], group: str, *, max_records: int = DEFAULT_BATCH) -> GroupReader:
        self._check_open()
        reader = GroupReader(self._cluster, topics, group, max_records, self._shares)
        self._readers = [other for other in self._readers if not other.closed] + [reader]
        return reader

    async def finish(self, batch: Batch, emits: Sequence[Emit]) -> None:
        self._check_open()
        for topic, message in emits:
            refuse_too_large(topic, message, self._cluster.max_record_bytes)
        share = self._shares.get(batch.epoch)
        if share is None:
            raise lost(batch)
        await share.finish(batch, emits)
        self._finished[batch.group, batch.topic, batch.partition] = batch.next_offset

    async def scan(
        self, topic: str, *, partition: int | None = None, start: Start = 0, follow: bool = False
    ) -> AsyncIterator[Record]:
        self._check_open()
        async for record in scan(self._cluster, topic, partition, start, follow=follow):
            yield record

    async def lag(self, topic: str, group: str) -> int:
        """See ``EventLog``. Counted, as markers of transactions and compaction leave gaps between offsets."""
        self._check_open()
        positions = await self._positions(topic, group)
        count = 0
        async for _ in self.scan(topic, start=positions):
            count += 1
            if count == _COUNT_AT_MOST:
                break
        return count

    async def ends(self, topic: str) -> dict[int, int]:
        self._check_open()
        return await ends(self._cluster, topic)

    async def _positions(self, topic: str, group: str) -> dict[int, int]:
        """Where the group stands in each partition; what this process finished counts before the brokers say so."""
        full = self._cluster.connection.full(topic)
        wanted = [TopicPartition(full, number) for number in range(await self._cluster.partitions(topic))]
        options = {**self._cluster.connection.options, "request_timeout_ms": round(self._cluster.deadline * 1000)}
        admin = AIOKafkaAdminClient(**options, client_id="hookline")
        with as_ours(self._cluster.name, f"asking where group {group} stands", self._cluster.deadline):
            async with asyncio.timeout(self._cluster.deadline):
                try:
                    await admin.start()
                    name = self._cluster.connection.full(group)
                    found = await admin.list_consumer_group_offsets(name, partitions=wanted)
                finally:
                    await admin.close()
        return {
            where.partition: max(each.offset, self._finished.get((group, topic, where.partition), 0), 0)
            for where, each in found.items()
        }

    async def check(self) -> None:
        """The brokers answer just now, every partition of what is written has a leader, and no write is refused."""
        self._check_open()
        metadata = await self._cluster.ask()
        for topic, appender in self._appenders.items():
            if appender.trouble is not None:
                raise LogUnavailable(str(appender.trouble))
            full = self._cluster.connection.full(topic)
            alive = metadata.available_partitions_for_topic(full) or ()
            if len(alive) < await self._cluster.partitions(topic):
                raise LogUnavailable(f"{self._cluster.name}: topic {topic}: a partition has no leader; see its brokers")

    async def close(self) -> None:
        self._closed = True
        for reader in self._readers:
            await reader.close()
        await asyncio.gather(*(appender.close() for appender in self._appenders.values()))
        await self._cluster.close()

    def _check_open(self) -> None:
        if self._closed:
            raise closed(self._cluster.name)
