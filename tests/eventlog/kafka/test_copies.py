"""A cluster of three: what is acknowledged is on as many brokers as the topic asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from runtime.errors import LogUnavailable
from runtime.eventlog import EventLog
from tests.eventlog.backends import message, open_at, stored, values
from tests.servers.local_kafka import LocalCluster, local_cluster
from tests.waiting import until


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    with local_cluster(tmp_path_factory.mktemp("cluster"), 3) as cluster:
        yield cluster


@pytest.fixture
async def _topics(cluster: LocalCluster) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=cluster.bootstrap)
    await admin.start()
    await admin.create_topics(
        [
            NewTopic("two", 1, 3, topic_configs={"min.insync.replicas": "2"}),
            NewTopic("three", 1, 3, topic_configs={"min.insync.replicas": "3"}),
        ]
    )
    await admin.close()


@pytest.mark.usefixtures("_topics")
async def test_a_write_that_too_few_copies_took_is_not_acknowledged(cluster: LocalCluster) -> None:
    """One broker of three is gone: what asks for three copies is refused (aiokafka's own acks=1 would take it)."""
    log = await open_at(cluster.url, deadline=2.0)
    try:
        for topic in ("two", "three"):
            await until(lambda topic=topic: accepted(log, topic, b"before"), 30)  # type: ignore[misc]
        await asyncio.to_thread(cluster.brokers[2].kill)
        try:
            await until(lambda: accepted(log, "two", b"on two"), 60)
            with pytest.raises(LogUnavailable):
                await log.append("three", message("k", b"on two of three"))
        finally:
            await asyncio.to_thread(cluster.brokers[2].start)
        await until(lambda: accepted(log, "three", b"after"), 60)
        assert {b"before", b"on two"} == set(values(await stored(log, "two")))
        assert {b"before", b"after"} <= set(values(await stored(log, "three")))
    finally:
        await log.close()


async def accepted(log: EventLog, topic: str, value: bytes) -> bool:
    try:
        await log.append(topic, message("k", value))
    except LogUnavailable:
        return False
    return True
