"""Group commit: all who append to a partition while a batch is under way share the next one.

One batch is under way for a partition at a time, which keeps the order and lets the next grow as load grows. Each topic
has its own producer, so that trouble with one topic is no other's.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError
from aiokafka.producer.message_accumulator import BatchBuilder

from runtime.errors import HooklineError, LogUnavailable, RecordTooLarge
from runtime.eventlog.api import Headers, Message, Position
from runtime.eventlog.kafka.clients import discard_producer, started_producer
from runtime.eventlog.kafka.cluster import Cluster
from runtime.eventlog.kafka.trouble import as_ours

_log = structlog.get_logger(__name__)

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A record on its way, and who waits for its offset."""

    key: bytes
    value: bytes | None
    headers: Headers
    since: float
    offset: asyncio.Future[int]


@dataclass(slots=True)
class _Lane:
    """What goes to one partition. ``alone`` counts the records that must go one at a time."""

    partition: int
    waiting: deque[_Waiting] = field(default_factory=deque)
    alone: int = 0
    task: asyncio.Task[None] | None = None


class Appender:
    """Appends to one topic. After a failure every append is refused at once until a new producer has started."""

    def __init__(self, cluster: Cluster, topic: str) -> None:
        self._cluster = cluster
        self._topic = topic
        self._name = cluster.connection.full(topic)
        self._lanes: dict[int, _Lane] = {}
        self._producer: AIOKafkaProducer | None = None
        self._starting: asyncio.Task[None] | None = None
        self._discarding: set[asyncio.Task[None]] = set()
        self._unsettled = 0
        self._idle = asyncio.Event()
        self._closed = False
        self.trouble: HooklineError | None = None

    async def append(self, message: Message) -> Position:
        """See ``EventLog.append``; the message's size was checked."""
        if self.trouble is not None:
            raise LogUnavailable(f"{self.trouble}; until it is mended nothing is written")
        self._unsettled += 1
        try:
            partition = self._cluster.known_partition_of(self._topic, message.partition_key)
            if partition is None:
                partition = await self._asked_for_partition(message)
            return Position(self._topic, partition, await self._enqueued(partition, message))
        finally:
            self._unsettled -= 1
            if not self._unsettled:
                self._idle.set()

    async def _asked_for_partition(self, message: Message) -> int:
        try:
            return await self._cluster.partition_of(self._topic, message.partition_key)
        except HooklineError as error:
            self._trip(error)
            raise

    def _enqueued(self, partition: int, message: Message) -> asyncio.Future[int]:
        """The offset that the record will have."""
        lane = self._lanes.get(partition)
        if lane is None:
            lane = self._lanes[partition] = _Lane(partition)
        loop = asyncio.get_running_loop()
        offset: asyncio.Future[int] = loop.create_future()
        lane.waiting.append(_Waiting(message.key.encode(), message.value, message.headers, loop.time(), offset))
        if lane.task is None:
            lane.task = loop.create_task(self._serve(lane), name=f"append to {self._name}/{partition}")
        return offset

    async def _serve(self, lane: _Lane) -> None:
        """Sends until nothing waits. Every failure reaches those who wait, faults of the program too."""
        try:
            while lane.waiting:
                await self._send_next(lane)
        except Exception as error:  # whoever waits for a record is told, and handles it
            _fail(lane.waiting, error)
            lane.waiting.clear()
        finally:
            lane.task = None

    async def _send_next(self, lane: _Lane) -> None:
        taken: list[_Waiting] = []
        deadline = lane.waiting[0].since + self._cluster.deadline
        try:
            with as_ours(self._cluster.name, f"appending to {self._topic}", self._cluster.deadline):
                async with asyncio.timeout_at(deadline):
                    producer = await self._ready()
                    builder, taken = _filled(producer, lane)
                    sent = await producer.send_batch(builder, self._name, partition=lane.partition)
                    first = (await sent).offset
        except HooklineError as error:
            self._replace(error)
            if isinstance(error.__cause__, MessageSizeTooLargeError):
                self._retry_or_refuse(lane, taken)
                return
            _fail(taken, error)
            raise
        except Exception as error:
            _fail(taken, error)
            raise
        for index, each in enumerate(taken):
            if not each.offset.done():
                each.offset.set_result(first + index)

    def _retry_or_refuse(self, lane: _Lane, taken: Sequence[_Waiting]) -> None:
        """The topic takes less than our limit: what went together goes alone, and what was alone is too large."""
        self.trouble = None
        if len(taken) > 1:
            lane.alone = len(taken)
            lane.waiting.extendleft(reversed(taken))
        else:
            refusal = (
                f"topic {self._topic}: a record is over the topic's own max.message.bytes; run `hookline topics plan`"
            )
            _fail(taken, RecordTooLarge(refusal))

    async def _ready(self) -> AIOKafkaProducer:
        """The topic's producer, started. Raises ``LogUnavailable``."""
        if self._closed:
            raise LogUnavailable(f"{self._cluster.name}: closed; open it anew")
        while self._producer is None:
            if self._starting is None:
                self._starting = asyncio.create_task(self._start(), name=f"start a producer for {self._name}")
            await asyncio.shield(self._starting)
            if self.trouble is not None:
                raise self.trouble
        return self._producer

    async def _start(self) -> None:
        """One attempt; its failure is everybody's, and further attempts follow by themselves."""
        try:
            self._producer = await started_producer(self._cluster)
            self.trouble = None
        except HooklineError as error:
            self.trouble = error
        finally:
            self._starting = None
        if self.trouble is not None:
            self._trip(self.trouble)

    async def _revive(self) -> None:
        """Returns once there is a producer again; until then every append is refused at once."""
        pause = _FIRST_PAUSE
        while self._producer is None and not self._closed:
            try:
                self._producer = await started_producer(self._cluster)
            except HooklineError as error:
                self.trouble = error
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
        self.trouble = None
        self._starting = None

    def _replace(self, error: HooklineError) -> None:
        """The producer's state is not to be trusted any more: it is discarded, and another one started."""
        producer, self._producer = self._producer, None
        if producer is None or self._closed:
            return
        _log.warning("producer replaced", topic=self._topic, error=str(error))
        self._discarding.add(task := asyncio.create_task(discard_producer(producer)))
        task.add_done_callback(self._discarding.discard)
        self._trip(error)

    def _trip(self, error: HooklineError) -> None:
        """Appends are refused at once, until a producer has started."""
        self.trouble = error
        if self._starting is None:
            self._starting = asyncio.create_task(self._revive(), name=f"revive the producer for {self._name}")

    async def close(self) -> None:
        """What was accepted is settled, each within its deadline; then the producer goes."""
        if self._unsettled:
            self._idle.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._cluster.deadline * 2):
                    await self._idle.wait()
        self._closed = True
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.wait([self._starting])
        producer, self._producer = self._producer, None
        if producer is not None:
            await discard_producer(producer)
        if self._discarding:
            await asyncio.wait(self._discarding)


def _fail(waiting: Iterable[_Waiting], error: Exception) -> None:
    for each in waiting:
        if not each.offset.done():
            each.offset.set_exception(error)


def _filled(producer: AIOKafkaProducer, lane: _Lane) -> tuple[BatchBuilder, list[_Waiting]]:
    """A batch of what waits, as much as fits, at least one record; the records leave the lane."""
    builder = producer.create_batch()
    taken: list[_Waiting] = []
    most = 1 if lane.alone else len(lane.waiting)
    while lane.waiting and len(taken) < most:
        each = lane.waiting[0]
        if builder.append(timestamp=None, key=each.key, value=each.value, headers=list(each.headers)) is None:
            break
        taken.append(lane.waiting.popleft())
    lane.alone = max(lane.alone - 1, 0)
    return builder, taken
