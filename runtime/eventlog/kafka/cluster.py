"""What is known of a cluster: its topics and their partitions, asked anew when something is missing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from time import monotonic

import structlog
from aiokafka.client import AIOKafkaClient
from aiokafka.cluster import ClusterMetadata
from aiokafka.errors import KafkaConnectionError, KafkaError

from runtime.errors import LogUnavailable
from runtime.eventlog.kafka.connection import Connection
from runtime.eventlog.kafka.partitioning import partition_for
from runtime.eventlog.kafka.trouble import as_ours, missing
from runtime.settings import KafkaSettings

_log = structlog.get_logger(__name__)

_LOOK_AGAIN = 1.0
REFRESH = 60.0


@dataclass(slots=True)
class Cluster:
    """One connection's view. ``deadline`` bounds each question, in seconds; ``max_record_bytes`` each record."""

    connection: Connection
    settings: KafkaSettings
    deadline: float
    max_record_bytes: int
    _client: AIOKafkaClient | None = None
    _counts: dict[str, int] = field(default_factory=dict)
    _asked_at: float = -REFRESH
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    _refreshing: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        return self.connection.name

    async def partitions(self, topic: str) -> int:
        """How many partitions our topic has. Raises ``LogUnavailable``, also where there is no such topic."""
        count = self._known(topic)
        if count is None and monotonic() - self._asked_at > _LOOK_AGAIN:
            await self.ask()
            count = self._counts.get(topic)
        if count is None:
            raise missing(self.name, topic)
        return count

    def _known(self, topic: str) -> int | None:
        """What was said last; the brokers are asked anew beside it, once that is old."""
        if monotonic() - self._asked_at > REFRESH and self._refreshing is None and self._counts:
            self._refreshing = asyncio.create_task(self._refresh(), name="refresh the topics")
        return self._counts.get(topic)

    async def _refresh(self) -> None:
        try:
            await self.ask()
        except LogUnavailable as error:  # whoever needs the brokers meets that trouble by itself
            _log.info("topics not refreshed", error=str(error))
            self._asked_at = monotonic()
        finally:
            self._refreshing = None

    async def partition_of(self, topic: str, key: str | int) -> int:
        """The partition of that key. Raises ``LogUnavailable`` like ``partitions``."""
        known = self.known_partition_of(topic, key)
        return partition_for(str(key), await self.partitions(topic)) if known is None else known

    def known_partition_of(self, topic: str, key: str | int) -> int | None:
        """The same without asking anybody: ``None`` when the topic is not known."""
        if isinstance(key, int):
            return key
        count = self._known(topic)
        return None if count is None else partition_for(key, count)

    async def require(self, topics: Iterable[str]) -> None:
        """Returns when all of them are there. Raises ``LogUnavailable`` that names the first that is not."""
        for topic in topics:
            await self.partitions(topic)

    async def ask(self) -> ClusterMetadata:
        """What the brokers say now of all topics. Raises ``LogUnavailable``."""
        with as_ours(self.name, "asking for its topics", self.deadline):
            async with asyncio.timeout(self.deadline), self._asking:
                metadata = await self._fetch()
        prefix = self.connection.prefix
        names = [name for name in metadata.topics() if name.startswith(prefix)]
        self._counts = {self.connection.ours(name): len(metadata.partitions_for_topic(name) or ()) for name in names}
        self._asked_at = monotonic()
        return metadata

    async def _fetch(self) -> ClusterMetadata:
        if self._client is None:
            self._client = AIOKafkaClient(
                **self.connection.options, request_timeout_ms=round(self.deadline * 1000), client_id="hookline"
            )
        try:
            if not self._client.cluster.brokers():
                await self._client.bootstrap()
            metadata: ClusterMetadata = await self._client.fetch_all_metadata()
            if not metadata.brokers():
                raise KafkaConnectionError("no broker answered")  # noqa: TRY301 - aiokafka hides it
        except KafkaError as error:
            await self._discard()
            raise error if type(error) is not KafkaError else KafkaConnectionError(str(error)) from error
        except BaseException:
            await self._discard()
            raise
        return metadata

    async def close(self) -> None:
        if self._refreshing is not None:
            self._refreshing.cancel()
            await asyncio.wait([self._refreshing])
        await self._discard()

    async def _discard(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()
