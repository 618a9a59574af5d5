"""The servers that other tests rely on: they serve, they can be harmed, and they keep what they were given."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import asyncpg
import pytest
from aiohttp import ClientConnectionError, ClientSession
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from tests.servers.kafka import Kafka
from tests.servers.local_kafka import local_broker
from tests.servers.local_postgres import LocalPostgres
from tests.servers.postgres import Postgres
from tests.servers.registry import LocalRegistry, Registry

TOPIC = "t"
SCHEMA = json.dumps({"type": "record", "name": "R", "fields": [{"name": "a", "type": "string"}]})


async def create_topic(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(TOPIC, 1, 1)])
    await admin.close()


async def produce(bootstrap: str, value: bytes, seconds: float = 20.0) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", request_timeout_ms=round(seconds * 1000))
    try:
        async with asyncio.timeout(seconds + 5):
            await producer.start()
            await producer.send_and_wait(TOPIC, value)
    finally:
        await producer.stop()


async def consumed(bootstrap: str, count: int) -> list[bytes | None]:
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    async with asyncio.timeout(30), consumer:
        return [(await consumer.getone()).value for _ in range(count)]


async def register(url: str, subject: str) -> int:
    body = {"schema": SCHEMA}
    async with ClientSession(url + "/") as client, client.post(f"subjects/{subject}/versions", json=body) as answer:
        assert 200 == answer.status
        return int((await answer.json())["id"])


async def registered(url: str, identity: int) -> object:
    async with ClientSession(url + "/") as client, client.get(f"schemas/ids/{identity}") as answer:
        assert 200 == answer.status
        return json.loads((await answer.json())["schema"])


async def tables(url: str) -> list[str]:
    connection = await asyncpg.connect(url, timeout=20)
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", timeout=20)
    await connection.close(timeout=20)
    return [row["tablename"] for row in rows]


async def create_table(url: str) -> None:
    connection = await asyncpg.connect(url, timeout=20)
    await connection.execute("CREATE TABLE t (a int)", timeout=20)
    await connection.close(timeout=20)


async def test_the_shared_broker_makes_no_topic_that_nobody_asked_for(kafka: Kafka) -> None:
    """A misspelt topic is an error, as it is where Hookline is deployed."""
    assert f"kafka://{kafka.bootstrap}" == kafka.url
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    (topic,) = await admin.describe_topics(["never-created"])
    await admin.close()
    assert 3 == topic["error_code"], "UNKNOWN_TOPIC_OR_PARTITION"


async def test_a_broker_that_was_harmed_comes_back_with_its_records(tmp_path: Path) -> None:
    """Killed, it is away until it is started again, at the same address. Paused, its port still takes connections, and
    whoever asks waits until it is resumed.
    """
    with local_broker(tmp_path) as broker:
        await create_topic(broker.bootstrap)
        await produce(broker.bootstrap, b"before")
        broker.kill()
        with pytest.raises(KafkaError):
            await produce(broker.bootstrap, b"meanwhile", seconds=1)
        broker.start()
        broker.pause()
        host, _, port = broker.bootstrap.partition(":")
        _, writer = await asyncio.open_connection(host, int(port))
        writer.close()
        with pytest.raises((KafkaError, TimeoutError)):
            await produce(broker.bootstrap, b"meanwhile", seconds=1)
        broker.resume()
        await produce(broker.bootstrap, b"after")
        assert [b"before", b"after"] == await consumed(broker.bootstrap, 2)


async def test_the_shared_registry_gives_back_a_schema_by_its_id(registry: Registry) -> None:
    """By the Confluent API, as the stages ask for it."""
    identity = await register(registry.url, "shared-subject")
    assert json.loads(SCHEMA) == await registered(registry.url, identity)


async def test_a_registry_that_was_stopped_comes_back_with_its_schemas(own_registry: LocalRegistry) -> None:
    """At the same address; in between it is away."""
    identity = await register(own_registry.url, "subject")
    own_registry.stop()
    with pytest.raises(ClientConnectionError):
        await registered(own_registry.url, identity)
    own_registry.start()
    assert json.loads(SCHEMA) == await registered(own_registry.url, identity)


async def test_a_fresh_database_is_empty_and_its_test_s_alone(postgres: Postgres, fresh_database: str) -> None:
    """What one test leaves in its database is in no other."""
    await create_table(fresh_database)
    async with postgres.fresh_database() as other:
        assert (["t"], []) == (await tables(fresh_database), await tables(other))
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await tables(other)


async def test_a_postgresql_that_was_stopped_comes_back_with_its_tables(own_postgres: LocalPostgres) -> None:
    """At the same address; in between it is away."""
    await create_table(own_postgres.url)
    own_postgres.stop()
    with pytest.raises(OSError, match="Connect call failed"):
        await tables(own_postgres.url)
    own_postgres.start()
    assert ["t"] == await tables(own_postgres.url)
