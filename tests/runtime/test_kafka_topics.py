"""Topics found and changed on real brokers. Each test has a part of the cluster under a prefix of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from uuid import uuid4

import pytest
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from runtime.errors import LogRefused, LogUnavailable, RecordTooLarge
from runtime.eventlog import open_log
from runtime.eventlog.kafka.connection import Connection, connection
from runtime.eventlog.kafka.topics.admin import opened_admin
from runtime.eventlog.kafka.topics.applying import apply, settled
from runtime.eventlog.kafka.topics.finding import find
from runtime.eventlog.kafka.topics.planning import plan
from runtime.eventlog.kafka.topics.safety import weaknesses
from runtime.eventlog.kafka.topics.words import ROOM_FOR_A_BATCH, Change, Found, WantedTopic
from runtime.settings import KafkaSettings
from schemas.message import Message
from tests.servers.kafka import Kafka
from tests.servers.local_kafka import LocalCluster, local_cluster
from tests.servers.secured_kafka import OUTSIDER, PASSWORDS, USER, SecuredKafka, secured_kafka
from tests.waiting import until

SETTINGS = KafkaSettings(replication=1, min_insync=1)
SOURCE = WantedTopic("source", 3, 1, {"cleanup.policy": "compact,delete", "max.message.bytes": "70000"})
MEMORY = WantedTopic("memory", 3, 1, {"cleanup.policy": "compact"}, beside="source")


def part_of(url: str) -> Connection:
    return connection(f"{url}/test-{uuid4().hex[:12]}", SETTINGS)


@pytest.fixture
def part(kafka: Kafka) -> Connection:
    return part_of(kafka.url)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    """Three brokers that create whatever topic a client names, as Kafka's own default is."""
    properties = {"auto.create.topics.enable": "true"}
    with local_cluster(tmp_path_factory.mktemp("cluster"), 3, properties) as three:
        yield three


async def applied(part: Connection, *wanted: WantedTopic) -> list[Change]:
    """What was planned, after it was done."""
    async with opened_admin(part, 20.0) as admin:
        found = await find(admin, wanted)
        changes = plan(wanted, found)
        await apply(admin, found, changes)
        await settled(admin, wanted)
    return changes


async def found_of(part: Connection, *wanted: WantedTopic) -> Found:
    async with opened_admin(part, 20.0) as admin:
        return await find(admin, wanted)


def with_config(topic: WantedTopic, config: Mapping[str, str]) -> WantedTopic:
    return replace(topic, config={**topic.config, **config})


async def test_what_was_applied_is_there_and_applying_it_again_changes_nothing(part: Connection) -> None:
    """Partitions, copies and every declared setting are the cluster's own afterwards."""
    await applied(part, SOURCE, MEMORY)
    there = (await found_of(part, SOURCE, MEMORY)).topics
    for wanted in (SOURCE, MEMORY):
        topic = there[wanted.name]
        assert (wanted.partitions, wanted.replication) == (topic.partitions, topic.replication)
        assert wanted.config == {key: topic.own[key] for key in wanted.config}
    assert [] == await applied(part, SOURCE, MEMORY)


async def test_what_somebody_else_set_on_a_topic_stays(part: Connection) -> None:
    """Kafka's request replaces all of a topic's settings; ours are changed, and the others go along."""
    await applied(part, with_config(SOURCE, {"flush.messages": "12345"}))
    await applied(part, with_config(SOURCE, {"cleanup.policy": "delete"}))
    own = (await found_of(part, SOURCE)).topics["source"].own
    assert {"flush.messages": "12345", "cleanup.policy": "delete", "max.message.bytes": "70000"} == own


async def test_memory_gains_the_partitions_that_its_source_has(part: Connection) -> None:
    """Its records name their partition, so nothing moves."""
    await applied(part, replace(SOURCE, partitions=5))
    await applied(part, replace(MEMORY, beside=None))
    await applied(part, SOURCE, MEMORY)
    assert 5 == (await found_of(part, MEMORY)).topics["memory"].partitions


async def test_a_topic_that_the_brokers_refuse_is_named_and_the_others_are_made(part: Connection) -> None:
    """The message has the topic's name and the brokers' own words."""
    bad = with_config(replace(SOURCE, name="bad"), {"cleanup.policy": "keep"})
    with pytest.raises(LogRefused, match=r"topic bad: the brokers do not take these settings \(.*cleanup.policy"):
        await applied(part, bad, SOURCE)
    assert {"source"} == set((await found_of(part, bad, SOURCE)).topics)


async def test_a_record_of_the_limits_size_fits_a_topic_made_for_it(part: Connection, kafka: Kafka) -> None:
    """Its headers' lengths and the batch around it have room; a byte more is refused before it is sent."""
    limit, headers = 100_000, tuple((f"h{number}", b"") for number in range(10, 60))
    await applied(part, with_config(SOURCE, {"max.message.bytes": str(limit + ROOM_FOR_A_BATCH)}))
    log = await open_log(f"{kafka.url}/{part.prefix.rstrip('.')}", max_record_bytes=limit, kafka=SETTINGS)
    try:
        size = limit - len("key") - 3 * len(headers)
        assert 0 == (await log.append("source", Message("key", "key", headers, b"x" * size))).offset
        with pytest.raises(RecordTooLarge):
            await log.append("source", Message("key", "key", headers, b"x" * (size + 1)))
    finally:
        await log.close()


async def test_a_tombstone_takes_its_record_away_once_the_partition_is_written_to(
    part: Connection, kafka: Kafka
) -> None:
    """With these settings, whose times are seconds here; the file that is written to is never compacted."""
    times = {"segment.ms": "500", "max.compaction.lag.ms": "500", "min.compaction.lag.ms": "0"}
    await applied(part, with_config(replace(SOURCE, partitions=1), times))
    log = await open_log(f"{kafka.url}/{part.prefix.rstrip('.')}", kafka=SETTINGS)

    async def erased() -> bool:
        await log.append("source", Message("other", "other", (), b"written to"))
        return "erased" not in [record.value.decode() async for record in log.scan("source") if record.value]

    try:
        await log.append("source", Message("key", "key", (), b"erased"))
        await log.append("source", Message("key", "key", (), None))
        assert not await erased()
        await until(erased)
    finally:
        await log.close()


async def test_a_broker_that_never_answers_is_given_up_after_the_deadline() -> None:
    """Its listener accepts, and nothing more."""
    over = asyncio.Event()

    async def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    async with await asyncio.start_server(accept, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(LogUnavailable, match=rf"kafka://127.0.0.1:{port}"):
            await weaknesses(connection(f"kafka://127.0.0.1:{port}", SETTINGS), [SOURCE], 0.3)
        over.set()


async def test_a_start_on_one_broker_is_told_of_it_once(part: Connection) -> None:
    """And of nothing else: more copies cannot be made there."""
    await applied(part, SOURCE, MEMORY)
    assert [f"{part.name}: one broker: whatever happens to it happens to the log"] == await weaknesses(
        part, [SOURCE, MEMORY], 5.0
    )


async def test_a_start_without_its_topics_is_refused_and_each_is_named(part: Connection) -> None:
    """The message says which command makes them."""
    with pytest.raises(LogRefused) as refused:
        await weaknesses(part, [SOURCE, MEMORY], 5.0)
    assert 2 == str(refused.value).count("it is not there; run `hookline topics apply`")
    assert "topic source" in str(refused.value)
    assert "topic memory" in str(refused.value)


async def test_a_start_on_memory_that_does_not_lie_beside_its_source_is_refused(part: Connection) -> None:
    """A partition's memory is where its records are, or nowhere."""
    await applied(part, replace(SOURCE, partitions=5))
    await applied(part, replace(MEMORY, beside=None))
    with pytest.raises(LogRefused, match="topic memory: 3 partitions, but source has 5"):
        await weaknesses(part, [MEMORY], 5.0)


async def test_a_cluster_is_told_of_the_topics_that_one_brokers_loss_would_empty_or_stop(cluster: LocalCluster) -> None:
    """A topic with enough copies is not among them."""
    part = part_of(cluster.url)
    strong = replace(SOURCE, name="strong", replication=3, config={"min.insync.replicas": "2"})
    stops = replace(SOURCE, name="stops", replication=3, config={"min.insync.replicas": "3"})
    alone = replace(SOURCE, name="alone", replication=3, config={"min.insync.replicas": "1"})
    await applied(part, strong, stops, alone, replace(SOURCE, name="single"))
    told = await weaknesses(part, [strong, stops, alone, replace(SOURCE, name="single")], 5.0)
    assert ["stops", "alone", "single"] == [text.split("topic ")[1].split(":")[0] for text in told]


async def test_asking_for_a_topic_does_not_create_it(cluster: LocalCluster) -> None:
    """Not even on brokers that create what a client names; a topic that is made afterwards is there, and it is not."""
    part = part_of(cluster.url)
    assert {} == (await found_of(part, SOURCE)).topics
    later = replace(SOURCE, name="later")
    await applied(part, later)
    assert {"later"} == set((await found_of(part, SOURCE, later)).topics)


async def test_more_copies_than_brokers_are_not_asked_for(cluster: LocalCluster) -> None:
    """The number of brokers is the cluster's, whichever of them was asked."""
    part = part_of(cluster.url)
    assert 3 == (await found_of(part, SOURCE)).brokers
    (change,) = await applied(part, replace(SOURCE, replication=4))
    assert "kafka.replication = 4 needs as many brokers, and 3 run" in change.reason


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredKafka]:
    with secured_kafka(tmp_path_factory.mktemp("secured-kafka")) as broker:
        yield broker


@pytest.fixture
def guarded(secured: SecuredKafka) -> Connection:
    return as_user(secured, USER, f"test-{uuid4().hex[:12]}")


def as_user(broker: SecuredKafka, user: str, prefix: str) -> Connection:
    settings = KafkaSettings(tls=True, ca_file=broker.ca_file, sasl="PLAIN", username=user, password=PASSWORDS[user])
    return connection(f"{broker.sasl_url}/{prefix}", settings)


def as_outsider(broker: SecuredKafka, part: Connection, allowed: Sequence[AclOperation] = ()) -> Connection:
    """The same part for a user who may do this on its topics, and nothing more."""
    prefix = part.prefix.rstrip(".")
    client = AdminClient(
        {
            "bootstrap.servers": broker.sasl_url.removeprefix("kafka://"),
            "security.protocol": "SASL_SSL",
            "ssl.ca.location": str(broker.ca_file),
            "sasl.mechanism": "PLAIN",
            "sasl.username": USER,
            "sasl.password": PASSWORDS[USER],
        }
    )
    for each in client.create_acls([_binding(prefix, operation) for operation in allowed]).values() if allowed else ():
        each.result(10)
    return as_user(broker, OUTSIDER, prefix)


def _binding(prefix: str, operation: AclOperation) -> AclBinding:
    return AclBinding(
        ResourceType.TOPIC,
        prefix,
        ResourcePatternType.PREFIXED,
        f"User:{OUTSIDER}",
        "*",
        operation,
        AclPermissionType.ALLOW,
    )


async def test_a_user_who_may_not_see_topics_is_told_which_permission_is_missing(
    secured: SecuredKafka, guarded: Connection
) -> None:
    """The topics are named, whether they are there or not."""
    with pytest.raises(LogRefused, match="topic memory, source: not allowed: give this user Describe on it"):
        await applied(as_outsider(secured, guarded), SOURCE, MEMORY)


async def test_a_user_who_may_not_create_topics_is_told_which_permission_is_missing(
    secured: SecuredKafka, guarded: Connection
) -> None:
    outsider = as_outsider(secured, guarded, [AclOperation.DESCRIBE])
    with pytest.raises(LogRefused, match="topic source: not allowed: give this user Create on it"):
        await applied(outsider, SOURCE)


async def test_a_user_who_may_not_change_settings_is_told_which_permission_is_missing(
    secured: SecuredKafka, guarded: Connection
) -> None:
    await applied(guarded, SOURCE)
    outsider = as_outsider(secured, guarded, [AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS])
    with pytest.raises(LogRefused, match="topic source: not allowed: give this user AlterConfigs on it"):
        await applied(outsider, with_config(SOURCE, {"cleanup.policy": "delete"}))


async def test_a_user_who_may_not_see_settings_is_told_that_nothing_is_known_of_them(
    secured: SecuredKafka, guarded: Connection
) -> None:
    """Neither a plan nor a start passes them over in silence."""
    await applied(guarded, SOURCE)
    outsider = as_outsider(secured, guarded, [AclOperation.DESCRIBE])
    (change,) = await applied(outsider, SOURCE)
    assert "give this user DescribeConfigs" in change.reason
    assert not change.is_work


async def test_a_user_who_may_not_add_partitions_is_told_which_permission_is_missing(
    secured: SecuredKafka, guarded: Connection
) -> None:
    await applied(guarded, replace(SOURCE, partitions=5), replace(MEMORY, beside=None))
    outsider = as_outsider(secured, guarded, [AclOperation.DESCRIBE, AclOperation.DESCRIBE_CONFIGS])
    with pytest.raises(LogRefused, match="topic memory: not allowed: give this user Alter on it"):
        await applied(outsider, replace(SOURCE, partitions=5), MEMORY)
