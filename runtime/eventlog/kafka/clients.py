"""aiokafka's producers and consumers as we use them, and how to be rid of one that no longer answers."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from itertools import chain
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import ProducerClosed

from runtime.eventlog.kafka.cluster import Cluster
from runtime.eventlog.kafka.topics.words import ROOM_FOR_A_BATCH
from runtime.eventlog.kafka.trouble import as_ours

_log = structlog.get_logger(__name__)

_BATCH_BYTES = 1024 * 1024
_FETCH_WAIT = 0.1
_RETRY_MS = 20
_STOP_SECONDS = 3.0


def batch_bytes(max_record_bytes: int) -> int:
    """Aiokafka's own 16 KiB cost up to ten times the throughput; more than a record's limit the topic would refuse."""
    return min(_BATCH_BYTES, max_record_bytes)


async def started_producer(cluster: Cluster, transactional_id: str | None = None) -> AIOKafkaProducer:
    """A producer with its id from the brokers; whoever had the same ``transactional_id`` before is fenced.

    Raises ``LogUnavailable``.
    """
    options: dict[str, Any] = {"enable_idempotence": True}
    if transactional_id is not None:
        lifetime = max(cluster.deadline * 4, 10.0)
        options = {"transactional_id": transactional_id, "transaction_timeout_ms": round(lifetime * 1000)}
    producer = AIOKafkaProducer(
        **cluster.connection.options,
        **options,
        client_id="hookline",
        acks="all",
        max_batch_size=batch_bytes(cluster.max_record_bytes),
        max_request_size=cluster.max_record_bytes + ROOM_FOR_A_BATCH,
        retry_backoff_ms=_RETRY_MS,
        request_timeout_ms=round(cluster.deadline * 1000),
    )
    try:
        with as_ours(cluster.name, "starting a producer", cluster.deadline):
            async with asyncio.timeout(cluster.deadline):
                await producer.start()
    except BaseException:
        await discard_producer(producer)
        raise
    return producer


async def discard_producer(producer: AIOKafkaProducer) -> None:
    """It is gone within a bound, whatever state it is in, and whoever waited for it is told.

    aiokafka's ``stop`` waits for ever for what an idempotent producer cannot deliver, so its sender is ended first.
    """
    sender = producer._sender.sender_task  # noqa: SLF001 - there is no public way to end it
    producer._closed = True  # noqa: SLF001 - what stop would do first
    if sender is not None and not sender.done():
        sender.cancel()
        await asyncio.wait([sender], timeout=_STOP_SECONDS)
    _fail_waiters(producer._message_accumulator, producer._txn_manager)  # noqa: SLF001 - they would wait for ever
    await _closed_within(producer.client.close())


def _fail_waiters(accumulator: Any, transactions: Any) -> None:  # noqa: ANN401 - aiokafka's own, without types
    """Whoever waits for a batch is told. A batch that was put back must be among the pending ones to be ended."""
    batches = {*accumulator._pending_batches, *chain.from_iterable(accumulator._batches.values())}  # noqa: SLF001 - no public way
    accumulator._pending_batches.update(batches)  # noqa: SLF001 - the same
    accumulator.fail_all(ProducerClosed())
    ended = [future for batch in batches for future in (batch.future, batch._drain_waiter)]  # noqa: SLF001 - the same
    for future in (*ended, transactions._transaction_waiter):  # noqa: SLF001 - the same
        if future is not None and future.done() and not future.cancelled():
            future.exception()  # whoever still waited has been told by others; nobody is left to be


def made_consumer(cluster: Cluster, group: str | None = None, *, wait: float = _FETCH_WAIT) -> AIOKafkaConsumer:
    """A consumer that has not started. Brokers answer it after ``wait`` seconds when they have nothing new.

    Its request deadline is above the session's: joining a group waits for the other members.
    """
    seconds = cluster.settings.session_timeout
    member = cluster.settings.member
    options: dict[str, Any] = {"request_timeout_ms": round(cluster.deadline * 1000)}
    if group is not None:
        options = {
            "group_id": cluster.connection.full(group),
            "group_instance_id": member and f"{member}.{group}",
            "session_timeout_ms": round(seconds * 1000),
            "heartbeat_interval_ms": round(min(seconds / 3, 1.0) * 1000),
            "rebalance_timeout_ms": round(seconds * 1000),
            "request_timeout_ms": round((seconds + cluster.deadline) * 1000),
            "max_poll_interval_ms": 24 * 3600 * 1000,
            "partition_assignment_strategy": (_sticky(),),
        }
    return AIOKafkaConsumer(
        **cluster.connection.options,
        **options,
        client_id="hookline",
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level="read_committed",
        fetch_max_wait_ms=round(wait * 1000),
        metadata_max_age_ms=60_000,
    )


def _sticky() -> type[StickyPartitionAssignor]:
    """A class of the consumer's own: aiokafka's keeps the assignment in the class, for all groups of the process."""
    return type("Sticky", (StickyPartitionAssignor,), {"member_assignment": None})


async def discard_consumer(consumer: AIOKafkaConsumer) -> None:
    """It has left its group and is gone, within a bound."""
    await _closed_within(consumer.stop())
    if consumer._fetcher is not None:  # noqa: SLF001 - a stop that was cut short leaves these running
        await _closed_within(consumer._fetcher.close())  # noqa: SLF001 - the same
    consumer._closed = True  # noqa: SLF001 - the same
    await _closed_within(consumer._client.close())  # noqa: SLF001 - the same


async def _closed_within(closing: Coroutine[Any, Any, None]) -> None:
    """A task of its own, as aiokafka lets the cancellation of its inner tasks out as if it were ours."""
    task = asyncio.create_task(closing)
    done, _ = await asyncio.wait([task], timeout=_STOP_SECONDS)
    if not done:
        task.cancel()
        done, _ = await asyncio.wait([task], timeout=_STOP_SECONDS)
    error = task.exception() if done and not task.cancelled() else None
    if error is not None:
        _log.warning("a client did not close cleanly", error=type(error).__name__)
