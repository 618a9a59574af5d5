"""The topics: their names, what becomes of old records, and what lies beside what. The one table that all read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

VERIFICATION_EVENTS = "verification-events"
ALERTS = "alerts"
ALERT_DELIVERIES = "alert-deliveries"
"""Alerts on their way to channels, each with a key of its own; a tombstone says that it arrived, or never will."""
DEAD_LETTERS = "dead-letters"
OBSERVATIONS = "observations"
"""What the stages see of themselves, and the time: what rules without an event are checked by. All in partition 0."""
AUDIT = "audit"
"""Who looked at what."""

_MEMORY = "memory."


class Cleanup(StrEnum):
    """What becomes of old records, in Kafka's words (``cleanup.policy``)."""

    DELETE = "delete"
    COMPACT = "compact"
    COMPACT_AND_DELETE = "compact,delete"


@dataclass(frozen=True, slots=True)
class Compaction:
    """``within``: the time after which a record is gone that a newer one of its key replaced.

    ``segment``: the newest records are in a file of at most this age, which is not compacted yet. ``tombstones``: how
    long a reader may stand still and still be told of a key's end.
    """

    within: timedelta
    segment: timedelta
    tombstones: timedelta


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic as Kafka must keep it. Without ``retention`` no record goes because of its age.

    ``partitioned_like`` names the topic that must have as many partitions, because records lie beside its own.
    """

    name: str
    cleanup: Cleanup
    retention: timedelta | None = None
    compaction: Compaction | None = None
    partitioned_like: str | None = None


ERASURE = Compaction(within=timedelta(hours=24), segment=timedelta(hours=24), tombstones=timedelta(days=30))
"""For what holds personal data: erased without undue delay (GDPR, Article 17). Each compaction copies the whole topic,
so it is not done by the hour.
"""

MEMORY = Compaction(within=timedelta(hours=24), segment=timedelta(hours=1), tombstones=timedelta(days=1))
"""For what a stage reads whole at each start: short files, so that little of it is not compacted yet."""


def callbacks(vendor: str) -> str:
    """The vendor's own topic: one vendor's flood or outage is no other's."""
    return f"callbacks.{vendor}"


def fetch_requests(vendor: str) -> str:
    """What is to be read at the vendor, each with a key of its own; a tombstone says that it was. One partition holds
    all of an account's, so that one process at a time spends its budget.
    """
    return f"fetch-requests.{vendor}"


def fetch_memory(vendor: str) -> str:
    """What the vendor's fetching remembers: it lies beside the requests."""
    return memory(f"fetch.{vendor}")


def asked_actions() -> str:
    """Actions that wait for a second person, whole, each until it is confirmed or its time is over."""
    return memory("act")


def ended_sessions() -> str:
    """Sessions of the console that people ended by hand, each under a key of its own until it would be over anyway.
    They lie beside the actions, as the same processes read both.
    """
    return asked_actions()


def alert_handling() -> str:
    """What people did about alerts: acknowledgements and silences, each under a key of its own, all in partition 0."""
    return memory("alert-handling")


def memory(owner: str) -> str:
    """What a stage remembers, a key at a time. It is partitioned like the topic that the stage reads."""
    return _MEMORY + owner


def is_compacted(topic: str) -> bool:
    """Whether only the newest record of a key is kept.

    Not so for callbacks, fetch requests and dead letters: there compaction is for tombstones, and keys are the
    records' own.
    """
    return topic.startswith(_MEMORY)


def is_in_one_partition(topic: str) -> bool:
    """Whether all of its records lie in partition 0, whatever their keys: one member of a group reads every one."""
    return topic in {OBSERVATIONS, alert_handling()}


def declared(vendors: Iterable[str]) -> tuple[TopicSpec, ...]:
    """Every topic of a log for these vendors; each stands after the one that it is partitioned like."""
    return (*(spec for vendor in vendors for spec in _of_vendor(vendor)), *_SHARED)


def _of_vendor(vendor: str) -> tuple[TopicSpec, ...]:
    """Callbacks are the truth, and how long the law wants them depends on no record's age: only erasure ends one."""
    return (
        TopicSpec(callbacks(vendor), Cleanup.COMPACT_AND_DELETE, compaction=ERASURE),
        TopicSpec(memory(vendor), Cleanup.COMPACT, compaction=MEMORY, partitioned_like=callbacks(vendor)),
        # Read whole at each start, and a request that was worked off is of no more use: like memory.
        TopicSpec(fetch_requests(vendor), Cleanup.COMPACT, compaction=MEMORY),
        TopicSpec(fetch_memory(vendor), Cleanup.COMPACT, compaction=MEMORY, partitioned_like=fetch_requests(vendor)),
    )


_SHARED = (
    # Arguments of actions may say who a person is, so what waits no longer goes as fast as a callback would.
    TopicSpec(asked_actions(), Cleanup.COMPACT, compaction=ERASURE),
    # Many events share a key, and projections are built anew from the first one; none holds personal data.
    TopicSpec(VERIFICATION_EVENTS, Cleanup.DELETE),
    TopicSpec(memory("alerts"), Cleanup.COMPACT, compaction=MEMORY, partitioned_like=VERIFICATION_EVENTS),
    # An alert is acted on within days; the events that it was raised from stay.
    TopicSpec(ALERTS, Cleanup.DELETE, retention=timedelta(days=365)),
    TopicSpec(alert_handling(), Cleanup.COMPACT, compaction=MEMORY),
    # Read whole at each start, and what arrived is of no more use: like fetch requests.
    TopicSpec(ALERT_DELIVERIES, Cleanup.COMPACT, compaction=MEMORY),
    # The same bytes stay on the topic that they came from.
    TopicSpec(DEAD_LETTERS, Cleanup.COMPACT_AND_DELETE, retention=timedelta(days=365), compaction=ERASURE),
    # Of use while a rule looks back at it, and for the plots of the last weeks.
    TopicSpec(OBSERVATIONS, Cleanup.DELETE, retention=timedelta(days=30)),
    TopicSpec(memory("alerts.observations"), Cleanup.COMPACT, compaction=MEMORY, partitioned_like=OBSERVATIONS),
    TopicSpec(AUDIT, Cleanup.DELETE, retention=timedelta(days=730)),
)
