"""What a broker's loss would do to the topics, and what they lack: asked at the start of the stages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runtime.errors import LogRefused
from runtime.eventlog.kafka.connection import Connection
from runtime.eventlog.kafka.topics.admin import opened_admin
from runtime.eventlog.kafka.topics.finding import find
from runtime.eventlog.kafka.topics.planning import partitions_wanted
from runtime.eventlog.kafka.topics.words import MIN_INSYNC, UNCLEAN_ELECTION, Found, FoundTopic, WantedTopic

_ONE_BROKER = "one broker: whatever happens to it happens to the log"


async def weaknesses(connection: Connection, wanted: Sequence[WantedTopic], deadline: float) -> list[str]:
    """One sentence for each way in which a single broker's loss would empty or stop these topics.

    Raises ``LogRefused`` that names every topic which is not there or does not lie beside its source, and
    ``LogUnavailable`` when the brokers do not answer within ``deadline`` seconds.
    """
    async with opened_admin(connection, deadline) as admin:
        found = await find(admin, wanted)
    if faults := faults_in(wanted, found):
        raise LogRefused("\n".join(f"{connection.name}: {fault}" for fault in faults))
    return [f"{connection.name}: {weakness}" for weakness in weaknesses_in(wanted, found)]


def faults_in(wanted: Sequence[WantedTopic], found: Found) -> list[str]:
    """Why the stages cannot work on these topics."""
    return [f"topic {topic.name}: {fault}" for topic in wanted for fault in _faults(topic, found)]


def _faults(topic: WantedTopic, found: Found) -> Iterator[str]:
    it = found.topics.get(topic.name)
    if it is None:
        yield "it is not there; run `hookline topics apply`"
    elif topic.beside in found.topics and it.partitions != (count := partitions_wanted(topic, {}, found.topics)):
        yield f"{it.partitions} partitions, but {topic.beside} has {count}; run `hookline topics plan`"


def weaknesses_in(wanted: Sequence[WantedTopic], found: Found) -> list[str]:
    """What the loss of one broker would empty or stop; a cluster of one broker is one weakness, said once."""
    there = {topic.name: found.topics[topic.name] for topic in wanted if topic.name in found.topics}
    if found.brokers == 1 and all(topic.replication == 1 for topic in there.values()):
        return [_ONE_BROKER]
    return [f"topic {name}: {weakness}" for name, topic in there.items() for weakness in _weaknesses(topic)]


def _weaknesses(topic: FoundTopic) -> Iterator[str]:
    if topic.replication == 1:
        yield "one copy: its broker's loss is its end; run `hookline topics plan`"
    if topic.config is None:
        yield "its settings cannot be seen: give this user DescribeConfigs on the topic"
        return
    needed = int(topic.config.get(MIN_INSYNC, "1"))
    if topic.replication > 1 and needed == 1:
        yield f"a write counts on one broker alone ({MIN_INSYNC} is 1); run `hookline topics plan`"
    if topic.replication > 1 and needed >= topic.replication:
        yield f"{topic.replication} copies and {MIN_INSYNC} {needed}: one broker's loss stops its writes"
    if topic.config.get(UNCLEAN_ELECTION) == "true":
        yield f"a copy that lags may lead, and what was stored is lost ({UNCLEAN_ELECTION}); run `hookline topics plan`"
