"""Requests on a log, each with a key of its own: due until a tombstone of its key stands after it.

As keys are the requests' own, a member that has lost its partition and does not know it yet can settle only what it has
done itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from runtime.eventlog import EventLog, Headers, Record


@dataclass(frozen=True, slots=True)
class Put:
    """A message that goes to this very partition."""

    key: str
    partition_key: int
    value: bytes | None
    headers: Headers = ()


def settling(key: str, partition: int) -> Put:
    """The tombstone of a request."""
    return Put(key, partition, None)


async def unsettled(log: EventLog, topic: str, partition: int) -> AsyncIterator[Record]:
    """The requests that nobody has settled, in order. Memory holds keys of settled ones for that, no request."""
    settled = {}
    async for record in log.scan(topic, partition=partition):
        if record.value is None:
            settled[record.key] = record.offset
    async for record in log.scan(topic, partition=partition):
        if record.value is not None and record.offset > settled.get(record.key, -1):
            yield record
