"""What the brokers refuse, said so that whoever reads it knows what to mend and where."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from runtime.errors import LogUnavailable, RecordTooLarge
from runtime.eventlog import EventLog, open_log
from runtime.eventlog.kafka.connection import connection
from runtime.settings import KafkaSettings
from tests.eventlog.backends import Open, message, stored, values
from tests.servers.secured_kafka import OUTSIDER, PASSWORDS, USER, SecuredKafka, secured_kafka
from tests.waiting import until


async def test_a_topic_that_is_not_there_is_named(opener: Open) -> None:
    """By an append, a reader, a scan and lag; each within the deadline."""
    log = await opener()
    expected = r"topic nowhere: it is not there, or this user may not see it; run `hookline topics apply`"
    with pytest.raises(LogUnavailable, match=expected):
        await log.append("nowhere", message("k"))
    with pytest.raises(LogUnavailable, match=expected):
        await stored(log, "nowhere")
    with pytest.raises(LogUnavailable, match=expected):
        await log.lag("nowhere", "g")
    async with log.read(["nowhere"], "g") as reader:
        with pytest.raises(LogUnavailable, match=expected):
            await reader.next_batch(20.0)


async def test_an_emit_to_a_topic_that_is_not_there_moves_nothing(opener: Open) -> None:
    log = await opener()
    await log.append("in", message("k"))
    async with log.read(["in"], "g") as reader:
        batch = await reader.next_batch(20.0)
        assert batch is not None
        with pytest.raises(LogUnavailable, match="topic nowhere"):
            await log.finish(batch, [("out", message("k")), ("nowhere", message("k"))])
    assert ([], 1) == (await stored(log, "out"), await log.lag("in", "g"))


async def test_a_topic_that_takes_less_than_our_limit_refuses_that_record_alone(place: str, opener: Open) -> None:
    """Those that shared its batch are stored; the refusal says whose limit it was, and appending goes on."""
    await configure(place, "t", {"max.message.bytes": "50000"})
    log = await opener()
    sizes = [100, 60_000, 100, 30_000, 30_000]
    outcomes = await asyncio.gather(
        *(log.append("t", message(str(size), b"x" * size)) for size in sizes), return_exceptions=True
    )
    assert [size > 50_000 for size in sizes] == [isinstance(outcome, RecordTooLarge) for outcome in outcomes]
    assert "max.message.bytes" in str(outcomes[1])
    assert [100, 100, 30_000, 30_000] == [len(value or b"") for value in values(await stored(log, "t"))]


async def configure(place: str, topic: str, settings: dict[str, str]) -> None:
    cluster = connection(place, KafkaSettings())
    admin = AIOKafkaAdminClient(**cluster.options)
    await admin.start()
    resource = ConfigResource(ConfigResourceType.TOPIC, cluster.full(topic), settings)
    await admin.alter_configs([resource])

    async def known() -> bool:
        [answer] = await admin.describe_configs([resource])
        found = {entry[0]: entry[1] for entry in answer.resources[0][4]}
        return settings.items() <= found.items()

    await until(known)
    await admin.close()


async def test_a_record_larger_than_a_fetch_is_read(opener: Open) -> None:
    """One of 900 KB, written by somebody whose limit is higher than ours, among small ones."""
    log, other = await opener(max_record_bytes=1000), await opener(max_record_bytes=1_000_000)
    for size in (10, 900_000, 10):
        await other.append("t", message("k", b"x" * size))
    assert [10, 900_000, 10] == [len(value or b"") for value in values(await stored(log, "t"))]
    async with log.read(["t"], "g") as reader:
        batch = await reader.next_batch(20.0)
    assert batch is not None
    assert [10, 900_000, 10][: len(batch.records)] == [len(value or b"") for value in values(batch.records)]


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredKafka]:
    with secured_kafka(tmp_path_factory.mktemp("secured-kafka")) as broker:
        yield broker


@pytest.fixture
async def topic(secured: SecuredKafka) -> AsyncIterator[str]:
    admin = AIOKafkaAdminClient(**connection(secured.sasl_url, settings(secured, USER)).options)
    await admin.start()
    await admin.create_topics([NewTopic("guarded", 1, 1)])
    yield "guarded"
    await admin.delete_topics(["guarded"])
    await admin.close()


def settings(secured: SecuredKafka, user: str) -> KafkaSettings:
    return KafkaSettings(
        tls=True, ca_file=secured.ca_file, sasl="SCRAM-SHA-512", username=user, password=PASSWORDS[user]
    )


@asynccontextmanager
async def opened(secured: SecuredKafka, user: str) -> AsyncIterator[EventLog]:
    log = await open_log(secured.sasl_url, kafka=settings(secured, user))
    yield log
    await log.close()


async def test_a_user_without_permissions_is_told_which_it_lacks(secured: SecuredKafka, topic: str) -> None:
    """Permission by permission, as an administrator would hand them out: each refusal names the next one."""
    async with opened(secured, USER) as allowed, opened(secured, OUTSIDER) as log:
        await allowed.append(topic, message("k", b"by the user"))
        with pytest.raises(LogUnavailable, match="topic guarded: it is not there, or this user may not see it"):
            await log.append(topic, message("k"))
        await allow(secured, ResourceType.TOPIC, topic, AclOperation.DESCRIBE)
        await until(lambda: is_refused(log, topic, "not allowed: give this user Write on the topic"), 30)
        await allow(secured, ResourceType.TOPIC, topic, AclOperation.WRITE)
        await until(lambda: is_stored(log, topic), 30)
        await until(lambda: is_unreadable(log, topic, "not allowed: give this user Read on the consumer group"), 30)
        await allow(secured, ResourceType.GROUP, "g", AclOperation.READ)
        expected = "not allowed: give this user Write and Describe on transactional ids"
        await until(lambda: is_unreadable(log, topic, expected), 30)


async def is_refused(log: EventLog, topic: str, expected: str) -> bool:
    try:
        await log.append(topic, message("k"))
    except LogUnavailable as error:
        return expected in str(error)
    return False


async def is_stored(log: EventLog, topic: str) -> bool:
    try:
        await log.append(topic, message("k"))
    except LogUnavailable:
        return False
    return True


async def is_unreadable(log: EventLog, topic: str, expected: str) -> bool:
    async with log.read([topic], "g") as reader:
        try:
            await reader.next_batch(10.0)
        except LogUnavailable as error:
            return expected in str(error)
    return False


async def allow(secured: SecuredKafka, kind: Any, name: str, operation: Any) -> None:  # noqa: ANN401 - librdkafka's enums
    """The outsider may from now on."""
    admin = AdminClient(
        {
            "bootstrap.servers": secured.sasl_url.removeprefix("kafka://"),
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": "PLAIN",
            "sasl.username": USER,
            "sasl.password": PASSWORDS[USER],
            "ssl.ca.location": str(secured.ca_file),
        }
    )
    binding = AclBinding(
        kind, name, ResourcePatternType.LITERAL, f"User:{OUTSIDER}", "*", operation, AclPermissionType.ALLOW
    )
    for future in admin.create_acls([binding], request_timeout=10).values():
        await asyncio.wrap_future(future)


async def test_a_wrong_password_says_where_to_look_and_not_what_it_was(secured: SecuredKafka) -> None:
    wrong = settings(secured, USER).model_copy(update={"password": "canary-password"})
    log = await open_log(secured.sasl_url, kafka=wrong)
    with pytest.raises(LogUnavailable, match="not reached") as refusal:
        await log.append("guarded", message("k"))
    await log.close()
    assert "canary" not in str(refusal.value)
