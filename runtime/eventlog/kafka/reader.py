"""A member of a consumer group."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from time import monotonic, time
from types import TracebackType
from typing import Self

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import NoOffsetForPartitionError
from aiokafka.structs import ConsumerRecord, TopicPartition

from runtime.errors import LogUnavailable
from runtime.eventlog.api import Batch
from runtime.eventlog.kafka.clients import discard_consumer, made_consumer
from runtime.eventlog.kafka.cluster import Cluster
from runtime.eventlog.kafka.membership import Membership
from runtime.eventlog.kafka.records import record_of
from runtime.eventlog.kafka.share import Share, gain
from runtime.eventlog.kafka.trouble import as_ours

_log = structlog.get_logger(__name__)

_LEAST_SILENCE = 3.0
_POLL = 0.02
_WHILE_FINISHING = 0.005
_DRAIN = 5.0

Shares = dict[int, Share]
"""What this process owns, by epoch: whoever finishes a batch finds its partition here, or is fenced."""


class GroupReader:
    """Reads the partitions that the group gives to this member, each from where the group stands.

    A partition that stays with this member over a rebalance keeps its epoch: had another member owned it in between,
    its producer would have fenced ours. Partitions take turns.
    """

    def __init__(self, cluster: Cluster, topics: Sequence[str], group: str, max_records: int, shares: Shares) -> None:
        self._cluster = cluster
        self._topics = tuple(dict.fromkeys(topics))
        self._group = group
        self._max_records = max_records
        self._shares = shares
        self._owned: dict[TopicPartition, Share] = {}
        self._turns: list[TopicPartition] = []
        self._members = Membership(self._revoked, cluster.settings.session_timeout)
        self._consumer: AIOKafkaConsumer | None = None
        self._joining: asyncio.Task[None] | None = None
        self._in_hand: Share | None = None
        self.closed = False

    @property
    def trouble(self) -> str | None:
        """See ``Reader``: until the group has taken this member in, it waits."""
        return None if self._members.assigned is not None else f"waits to be let into the group {self._group}"

    @property
    def owned(self) -> Mapping[tuple[str, int], int]:
        """See ``Reader``."""
        return {(share.topic, where.partition): share.epoch for where, share in self._owned.items()}

    async def next_batch(self, wait: float) -> Batch | None:
        """See ``Reader``. Raises ``LogUnavailable`` also when the brokers were silent for too long."""
        end = monotonic() + wait
        self._in_hand = None
        while True:
            consumer = await self._joined(max(end - monotonic(), 0))
            if consumer is not None:
                await self._follow_assignment(consumer)
                await self._fetch(consumer, max(end - monotonic(), 0))
                batch = self._next()
                if batch is not None:
                    return batch
            if monotonic() >= end:
                return None

    async def _joined(self, wait: float) -> AIOKafkaConsumer | None:
        """The consumer once the group has taken it in; ``None`` when that takes longer than ``wait`` seconds."""
        self._check_open()
        if self._joining is None:
            self._joining = asyncio.create_task(self._join(), name=f"join {self._group}")
        if not self._joining.done():
            await asyncio.wait([self._joining], timeout=max(wait, _POLL))
            self._check_open()
        if self._joining.done():
            self._joining.result()
        self._members.check(f"{self._cluster.name}: group {self._group}")
        if self._members.assigned is None:
            if self._joining.done():
                await asyncio.sleep(min(wait, _POLL))
            return None
        return self._consumer

    def _check_open(self) -> None:
        if self.closed:
            raise LogUnavailable(f"{self._cluster.name}: this reader of group {self._group} is closed; read anew")

    async def _join(self) -> None:
        what = f"joining group {self._group}"
        seconds = self._cluster.settings.session_timeout * 2 + self._cluster.deadline
        await self._cluster.require(self._topics)
        consumer = self._consumer = made_consumer(self._cluster, self._group)
        consumer.subscribe([self._cluster.connection.full(topic) for topic in self._topics], listener=self._members)
        with as_ours(self._cluster.name, what, seconds):
            async with asyncio.timeout(seconds):
                await consumer.start()

    async def _follow_assignment(self, consumer: AIOKafkaConsumer) -> None:
        """Owns what was assigned and nothing else."""
        wanted = self._members.news()
        if wanted is None:
            return
        await asyncio.gather(*(self._give_up(where) for where in list(self._owned) if where not in wanted))
        for share in self._owned.values():
            share.records.clear()
        missing = [where for where in wanted if where not in self._owned]
        gained = await asyncio.gather(*(self._gain(consumer, where) for where in missing), return_exceptions=True)
        for outcome in gained:
            if isinstance(outcome, BaseException):
                raise outcome
        self._turns = list(self._owned)
        for where in self._assigned(consumer, self._owned):
            consumer.seek(where, self._owned[where].position)

    @staticmethod
    def _assigned(consumer: AIOKafkaConsumer, partitions: Iterable[TopicPartition]) -> list[TopicPartition]:
        """Those that the consumer may be asked about: a rebalance takes them away at any await."""
        now = consumer.assignment()
        return [where for where in partitions if where in now]

    async def _gain(self, consumer: AIOKafkaConsumer, where: TopicPartition) -> None:
        topic = self._cluster.connection.ours(where.topic)
        share = await gain(self._cluster, consumer, self._group, topic, where.partition)
        self._owned[where] = share
        self._shares[share.epoch] = share

    async def _fetch(self, consumer: AIOKafkaConsumer, wait: float) -> None:
        """New records come to the shares that have none left, waited for only when no share can give any."""
        shares = self._owned.values()
        if any(share.broken for share in shares):
            raise LogUnavailable(f"{self._cluster.name}: group {self._group}: a batch was not finished; read anew")
        if not shares:
            await asyncio.sleep(min(wait, _POLL))
            return
        empty = self._assigned(consumer, [share.where for share in shares if not share.records])
        if any(share.servable for share in shares):
            wait = 0
        elif any(share.finishing.locked() for share in shares):
            wait = min(wait, _WHILE_FINISHING)
        if not empty:
            await asyncio.sleep(min(wait, _POLL))
            return
        fetched = await self._polled(consumer, empty, wait)
        for where, records in fetched.items():
            share = self._owned[where]
            share.records.extend(record_of(share.topic, each) for each in records if each.offset >= share.position)
        if not fetched and wait:
            self._check_silence(consumer, empty)

    async def _polled(
        self, consumer: AIOKafkaConsumer, partitions: list[TopicPartition], wait: float
    ) -> dict[TopicPartition, list[ConsumerRecord]]:
        """What has come; nothing while the group is in a rebalance, which aiokafka would wait out."""
        if self._members.assigned is None:
            return {}
        with as_ours(self._cluster.name, f"reading as group {self._group}", self._cluster.deadline):
            try:
                async with asyncio.timeout(wait + self._cluster.deadline):
                    found: dict[TopicPartition, list[ConsumerRecord]] = await consumer.getmany(
                        *partitions, timeout_ms=round(wait * 1000)
                    )
            except TimeoutError:
                return {}
            except NoOffsetForPartitionError:
                # Of a group without offsets: aiokafka looked for one between the assignment and our seek.
                return {}
        return found

    def _check_silence(self, consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition]) -> None:
        """An empty partition is asked about ten times a second: one that was not answered for long is in trouble."""
        bound = max(_LEAST_SILENCE, self._cluster.deadline * 2)
        for where in self._assigned(consumer, partitions):
            share = self._owned[where]
            answered = (consumer.last_poll_timestamp(where) or 0) / 1000
            if monotonic() - share.gained_at > bound and time() - answered > bound:
                raise LogUnavailable(
                    f"{self._cluster.name}: {share.place}: no answer for {bound:g} s; see whether its broker runs"
                )

    def _next(self) -> Batch | None:
        """The first records of the partition whose turn it is."""
        for where in self._turns:
            share = self._owned.get(where)
            if share is not None and share.servable:
                self._turns.remove(where)
                self._turns.append(where)
                self._in_hand = share
                return share.batch(self._max_records)
        return None

    async def _revoked(self) -> None:
        """Waits until what was given out is finished or dropped, for a part of the time that the group waits for us."""
        end = monotonic() + min(self._cluster.settings.session_timeout / 3, _DRAIN)
        share = self._in_hand
        start = share.position if share is not None else 0
        while monotonic() < end:
            unfinished = share is not None and share is self._in_hand and share.position == start and not share.broken
            if not unfinished and not any(each.finishing.locked() for each in self._owned.values()):
                return
            await asyncio.sleep(_POLL)

    async def _give_up(self, where: TopicPartition) -> None:
        share = self._owned.pop(where)
        self._shares.pop(share.epoch, None)
        await share.close()

    async def close(self) -> None:
        """The member has left its group; what it owned goes to the others."""
        if self.closed:
            return
        self.closed = True
        self._in_hand = None
        if self._joining is not None and not self._joining.done():
            self._joining.cancel()
            await asyncio.wait([self._joining])
        await asyncio.gather(*(self._give_up(where) for where in list(self._owned)))
        if self._consumer is not None:
            await discard_consumer(self._consumer)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
