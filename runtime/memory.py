"""What a stage remembers, by key: a compacted topic that moves with the stage's own emits.

Because memory and emits are finished together, memory never knows of a record whose emits are missing, and never
forgets one whose emits are there.
"""

from __future__ import annotations

from itertools import islice
from typing import Protocol

from runtime.eventlog import Emit, EventLog, Put


class Held(Protocol):
    """A partition as this member owns it; a batch is one."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def epoch(self) -> int: ...


class Memory:
    """The newest value of each key, held for the partitions that this member of the group owns.

    Its topic is partitioned like the topic that the stage reads, so a partition's memory follows its owner.
    """

    def __init__(self, log: EventLog, topic: str) -> None:
        self._log = log
        self._topic = topic
        self._epochs: dict[tuple[str, int], int] = {}
        self._values: dict[tuple[str, int], dict[str, bytes]] = {}
        self._partition: dict[str, bytes] = {}
        self._number = 0
        self._changes: dict[str, Put] = {}

    async def follow(self, held: Held) -> None:
        """Holds what the log holds for that partition.

        The stage's loop takes a new epoch after every batch that was not finished, so what was put for it is forgotten.
        """
        owned = held.topic, held.partition
        if self._epochs.get(owned) != held.epoch:
            self._values[owned] = await self._load(held.partition)
            self._epochs[owned] = held.epoch
        self._partition = self._values[owned]
        self._number = held.partition
        self._changes = {}

    async def _load(self, partition: int) -> dict[str, bytes]:
        values: dict[str, bytes] = {}
        async for record in self._log.scan(self._topic, partition=partition):
            values.pop(record.key, None)
            if record.value is not None:
                values[record.key] = record.value
        return values

    def get(self, key: str) -> bytes | None:
        return self._partition.get(key)

    def put(self, key: str, value: bytes | None) -> None:
        """``get`` gives the value from now on; the log follows when the stage's batch is finished. ``None`` forgets."""
        self._changes[key] = Put(key, self._number, value)
        self._partition.pop(key, None)
        if value is not None:
            self._partition[key] = value

    def oldest(self, most: int) -> list[tuple[str, bytes]]:
        """At most so many keys and values, those that have not changed for the longest time first."""
        return list(islice(self._partition.items(), most))

    def emits(self) -> list[Emit]:
        """One record for each key that changed since ``follow``."""
        return [(self._topic, change) for change in self._changes.values()]
