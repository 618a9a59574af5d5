"""A topic as it should be, as it is, and what leads from one to the other. Names are ours, without the log's prefix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MIN_INSYNC = "min.insync.replicas"
UNCLEAN_ELECTION = "unclean.leader.election.enable"

ROOM_FOR_A_BATCH = 64 * 1024
"""Bytes by which ``max.message.bytes`` must be over a record's limit.

Kafka measures whole batches as they lie on the disk, also a batch of one record: 61 bytes for the batch, at most 36 for
the record's lengths and deltas, at most 10 for each header's two lengths. This is room for 6,500 headers.
"""


@dataclass(frozen=True, slots=True)
class WantedTopic:
    """``config`` is in Kafka's words. ``beside`` is the topic whose number of partitions this one must have."""

    name: str
    partitions: int
    replication: int
    config: Mapping[str, str]
    beside: str | None = None


@dataclass(frozen=True, slots=True)
class FoundTopic:
    """``replication`` is that of the partition with the fewest copies.

    ``config`` is what holds, wherever it was set, and ``None`` where this user may not see it; ``own`` is the part of
    it that was set on the topic itself.
    """

    partitions: int
    replication: int
    config: Mapping[str, str] | None
    own: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """The cluster as it is: ``brokers`` that run, and those of the wanted topics that are there."""

    brokers: int
    topics: Mapping[str, FoundTopic]


class Action(StrEnum):
    """``LEAVE``: other than wanted, and good as it is. ``CANNOT``: not as wanted, and not ours to mend."""

    CREATE = "create"
    ADD_PARTITIONS = "add-partitions"
    CONFIGURE = "configure"
    LEAVE = "leave"
    CANNOT = "cannot"


@dataclass(frozen=True, slots=True)
class Change:
    """What to do with one topic, or why nothing is done.

    ``partitions`` is their number afterwards; ``config`` what is set anew, and ``before`` what held there until then.
    """

    action: Action
    topic: str
    partitions: int | None = None
    replication: int | None = None
    config: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""

    @property
    def is_work(self) -> bool:
        """Whether there is something to do for us."""
        return self.action not in {Action.LEAVE, Action.CANNOT}
