"""What is remembered of actions, on the log: what waits for a second person, and what came of each key.

The topic is read once, then followed by its end: whoever asks pays for what is new, however much is remembered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from time import monotonic

from runtime.errors import LogUnavailable
from runtime.eventlog import EventLog, Headers, Put, Record
from schemas.topics import asked_actions

_ANEW = 3600.0
"""Seconds without a look after which all is read again: a tombstone may have come and gone meanwhile."""
_AT_ONCE = 100
"""Records that one look forgets: whoever asks is not kept waiting for all that is old."""
_JSON: Headers = (("content-type", b"application/json"),)


class Remembered:
    """What holds of each key. Each method raises ``LogUnavailable``, but for ``forget``."""

    def __init__(self, log: EventLog, clock: Callable[[], float] = monotonic) -> None:
        self._log = log
        self._clock = clock
        self._found: dict[str, Record] = {}
        self._next: dict[int, int] = {}
        self._looked_at = float("-inf")
        self._looking = asyncio.Lock()
        self._begun = self._ended = 0

    async def look(self) -> Mapping[str, Record]:
        """What holds by key, with all that was appended before the call; of a partition in the order of the log.

        It goes on changing: what is wanted of it is taken before anything else is awaited. Of many who come while one
        reads, one reads for all.
        """
        begun = self._begun
        async with self._looking:
            if self._ended <= begun:
                await self._read()
        return self._found

    async def _read(self) -> None:
        self._begun += 1
        now = self._clock()
        if now - self._looked_at > _ANEW:
            self._found, self._next = {}, {}
        async for record in self._log.scan(asked_actions(), start=dict(self._next)):
            self._next[record.partition] = record.offset + 1
            self._learn(record)
        self._looked_at, self._ended = now, self._begun

    def _learn(self, record: Record) -> None:
        self._found.pop(record.key, None)
        if record.value is not None:
            self._found[record.key] = record

    async def put(self, key: str, partition_key: str | int, value: bytes | None) -> None:
        """It is on the log; ``None`` takes away what the key held."""
        await self._log.append(asked_actions(), Put(key, partition_key, value, _JSON))

    async def forget(self, records: Iterable[Record]) -> None:
        """The first hundred of them are gone, as far as the log takes it: what is left, the next one forgets."""
        puts = [self.put(record.key, record.partition, None) for record in islice(records, _AT_ONCE)]
        for trouble in await asyncio.gather(*puts, return_exceptions=True):
            if trouble is not None and not isinstance(trouble, LogUnavailable):
                raise trouble
