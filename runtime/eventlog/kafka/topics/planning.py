"""From topics as they are to topics as they should be: what can be done without harm, and what cannot. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from runtime.eventlog.kafka.topics.words import MIN_INSYNC, Action, Change, Found, FoundTopic, WantedTopic

_CLEANUP = "cleanup.policy"


def plan(wanted: Sequence[WantedTopic], found: Found) -> list[Change]:
    """What is other than wanted, in the order of ``wanted``; nothing when all is as it should be.

    After the changes that are work are done, none of them comes again. No topic loses a partition, and none whose
    records find their partition by their key gains one.
    """
    by_name = {topic.name: topic for topic in wanted}
    return [
        change for topic in wanted for change in _changes(topic, partitions_wanted(topic, by_name, found.topics), found)
    ]


def partitions_wanted(topic: WantedTopic, wanted: Mapping[str, WantedTopic], found: Mapping[str, FoundTopic]) -> int:
    """Of a topic beside another: as many as that one has, or will have."""
    source = found.get(topic.beside or "") or wanted.get(topic.beside or "")
    return topic.partitions if source is None else source.partitions


def _changes(topic: WantedTopic, partitions: int, found: Found) -> Iterator[Change]:
    it = found.topics.get(topic.name)
    if it is None:
        yield _creation(topic, partitions, found.brokers)
        return
    if it.partitions != partitions:
        yield _other_partitions(topic, partitions, it.partitions)
    if it.replication != topic.replication:
        yield _other_replication(topic, it.replication)
    if it.config is None:
        yield Change(
            Action.CANNOT, topic.name, reason="its settings cannot be seen: give this user DescribeConfigs on the topic"
        )
    elif other := _other_config(topic, it.replication, it.config):
        before = {key: it.config[key] for key in other if key in it.config}
        yield Change(Action.CONFIGURE, topic.name, config=other, before=before)


def _creation(topic: WantedTopic, partitions: int, brokers: int) -> Change:
    if topic.replication > brokers:
        reason = (
            f"kafka.replication = {topic.replication} needs as many brokers, and {brokers} "
            f"{'runs' if brokers == 1 else 'run'}; start more, or lower kafka.replication and kafka.min_insync"
        )
        return Change(Action.CANNOT, topic.name, partitions, topic.replication, reason=reason)
    return Change(Action.CREATE, topic.name, partitions, topic.replication, topic.config)


def _other_partitions(topic: WantedTopic, partitions: int, found: int) -> Change:
    if topic.beside is None:
        reason = (
            f"it has {found} partitions, kafka.partitions is {partitions}: that is for new topics, as with another "
            "number keys change their partition and their order is lost"
        )
        return Change(Action.LEAVE, topic.name, found, reason=reason)
    if found < partitions:
        return Change(Action.ADD_PARTITIONS, topic.name, partitions, reason=f"{topic.beside} has {partitions}")
    reason = (
        f"it has {found} partitions, {topic.beside} has {partitions}, and no topic loses partitions; "
        'see docs/operations.md, "Topics on Kafka"'
    )
    return Change(Action.CANNOT, topic.name, partitions, reason=reason)


def _other_replication(topic: WantedTopic, found: int) -> Change:
    if found > topic.replication:
        reason = f"{found} copies, more than kafka.replication = {topic.replication}"
        return Change(Action.LEAVE, topic.name, replication=found, reason=reason)
    reason = (
        f"{found} of kafka.replication = {topic.replication} copies; "
        "copies are added with Kafka's own kafka-reassign-partitions"
    )
    return Change(Action.CANNOT, topic.name, replication=topic.replication, reason=reason)


def _other_config(topic: WantedTopic, replication: int, found: Mapping[str, str]) -> dict[str, str]:
    """More copies in sync than there are copies would end all writes: that waits until they are there."""
    other = {key: text for key, text in topic.config.items() if not _same(key, found.get(key), text)}
    if int(other.get(MIN_INSYNC, 0)) > replication:
        del other[MIN_INSYNC]
    return other


def _same(key: str, found: str | None, wanted: str) -> bool:
    if key == _CLEANUP and found is not None:
        return {word.strip() for word in found.split(",")} == set(wanted.split(","))
    return found == wanted
