"""Requests on a log, each with a key of its own: due until a tombstone of its key stands after it.

As keys are the requests' own, a member that has lost its partition and does not know it yet can settle only what it has
done itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from runtime.eventlog import EventLog, Put, Record


def settling(key: str, partition: int) -> Put:
    """The tombstone of a request."""
    return Put(key, partition, None)


@dataclass(slots=True)
class Requests:
    """The requests of one partition, as its owner reads and settles them."""

    log: EventLog
    topic: str
    partition: int
    _ended: dict[str, int] | None = None
    """By key, where the tombstones stand that were written while the log is being read."""

    async def unsettled(self) -> AsyncIterator[Record]:
        """Those that nobody has settled by the time that they are given, in order.

        Memory holds keys of settled ones for that, and no request.
        """
        settled = self._ended = {}
        try:
            async for record in self.log.scan(self.topic, partition=self.partition):
                if record.value is None:
                    settled[record.key] = record.offset
            async for record in self.log.scan(self.topic, partition=self.partition):
                if record.value is not None and self.is_due(record):
                    yield record
        finally:
            self._ended = None

    def is_due(self, record: Record) -> bool:
        """Whether it still is unsettled, while ``unsettled`` gives them."""
        return self._ended is None or record.offset > self._ended.get(record.key, -1)

    async def settle(self, key: str) -> None:
        """What was asked for under this key is of no more use."""
        position = await self.log.append(self.topic, settling(key, self.partition))
        if self._ended is not None:
            self._ended[key] = position.offset
