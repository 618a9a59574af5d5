"""The topics that the settings ask for, in the words of the log that keeps them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from stamina import retry_context

from ingest.vendors import DOORS
from runtime.errors import LogRefused, LogUnavailable
from runtime.eventlog.kafka.topics.words import MIN_INSYNC, ROOM_FOR_A_BATCH, UNCLEAN_ELECTION, WantedTopic
from runtime.settings import Settings
from schemas.topics import (
    ALERT_DELIVERIES,
    ALERTS,
    AUDIT,
    DEAD_LETTERS,
    OBSERVATIONS,
    VERIFICATION_EVENTS,
    TopicSpec,
    alert_handling,
    asked_actions,
    callbacks,
    declared,
    fetch_memory,
    fetch_requests,
    memory,
)

PATIENCE = 30.0
"""Seconds that a start waits for brokers that are not there yet."""

_FOR_EVER = "-1"

_CONSOLES = (
    VERIFICATION_EVENTS, ALERTS, ALERT_DELIVERIES, alert_handling(), DEAD_LETTERS, OBSERVATIONS, AUDIT,
)  # fmt: skip
"""What it handles and looks into, and where dead letters go back to."""


def wanted_topics(settings: Settings) -> list[WantedTopic]:
    """The declared table for the settings' vendors; for all vendors where no source is set."""
    return [_wanted(spec, settings) for spec in declared(_vendors(settings))]


def _vendors(settings: Settings) -> Collection[str]:
    return settings.vendors or DOORS


def _wanted(spec: TopicSpec, settings: Settings) -> WantedTopic:
    return WantedTopic(
        name=spec.name,
        partitions=settings.kafka.partitions,
        replication=settings.kafka.replication,
        config=_config(spec, settings),
        beside=spec.partitioned_like,
    )


def _config(spec: TopicSpec, settings: Settings) -> dict[str, str]:
    """All that a promise rests on, said even where it is Kafka's own default: a cluster's defaults may be others."""
    return {
        "cleanup.policy": spec.cleanup,
        "retention.ms": _FOR_EVER if spec.retention is None else _milliseconds(spec.retention),
        "retention.bytes": _FOR_EVER,
        **_compaction(spec),
        MIN_INSYNC: str(settings.kafka.min_insync),
        UNCLEAN_ELECTION: "false",
        "max.message.bytes": str(settings.log.max_record_bytes + ROOM_FOR_A_BATCH),
        "message.timestamp.type": "LogAppendTime",
    }


def _compaction(spec: TopicSpec) -> dict[str, str]:
    if spec.compaction is None:
        return {}
    return {
        "min.compaction.lag.ms": "0",
        "max.compaction.lag.ms": _milliseconds(spec.compaction.within),
        "segment.ms": _milliseconds(spec.compaction.segment),
        "delete.retention.ms": _milliseconds(spec.compaction.tombstones),
    }


def _milliseconds(time: timedelta) -> str:
    return str(time // timedelta(milliseconds=1))


def topics_of(parts: Collection[str], settings: Settings) -> list[WantedTopic]:
    """What the named parts of ``hookline.serving`` read and write: a part's user need not see more."""
    vendors = _vendors(settings)
    doors, memories = [callbacks(vendor) for vendor in vendors], [memory(vendor) for vendor in vendors]
    requests, occasions = [fetch_requests(vendor) for vendor in vendors], [fetch_memory(vendor) for vendor in vendors]
    used = {
        "receive": [*doors, OBSERVATIONS],
        "fetch": [*doors, *requests, *occasions, DEAD_LETTERS, OBSERVATIONS],
        "reconcile": requests,
        "normalize": [*doors, *memories, VERIFICATION_EVENTS, DEAD_LETTERS],
        "project": [VERIFICATION_EVENTS, ALERTS, alert_handling(), DEAD_LETTERS, OBSERVATIONS],
        "alert": [
            *(VERIFICATION_EVENTS, memory("alerts"), DEAD_LETTERS, OBSERVATIONS, memory("alerts.observations")),
            *(ALERTS, ALERT_DELIVERIES, alert_handling()),
        ],
        "console": [*doors, *requests, asked_actions(), *_CONSOLES],
    }
    names = {name for part in parts for name in used[part]}
    return [topic for topic in wanted_topics(settings) if topic.name in names]


async def check_topics(settings: Settings, parts: Collection[str], *, patience: float = PATIENCE) -> list[str]:
    """The parts' topics are there; given is each way in which one broker's loss would empty or stop them.

    Raises ``LogRefused``: for such a weakness with ``kafka.strict``, and always for a topic that is not there or does
    not lie beside its source; ``LogUnavailable`` when no broker answers for ``patience`` seconds. The embedded log
    makes its topics itself.
    """
    if settings.log.sqlite_path is not None:
        return []
    from runtime.eventlog.kafka.connection import connection
    from runtime.eventlog.kafka.topics.safety import weaknesses

    cluster = connection(settings.log.url, settings.kafka)
    async for attempt in retry_context(on=LogUnavailable, attempts=None, timeout=patience):
        with attempt:
            found = await weaknesses(cluster, topics_of(parts, settings), settings.log.deadline)
    if found and settings.kafka.strict:
        raise LogRefused("\n".join([*found, "kafka.strict is true: mend this, or set it to false and be warned"]))
    return found
