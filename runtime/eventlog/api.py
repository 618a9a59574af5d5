"""What an event log promises, whichever backend keeps it.

A log holds topics; a topic holds partitions; a partition holds records in the order in which they were appended.
Two records with the same topic and partition key share a partition, so they are read back in that order.

* ``append`` returns only when the record survives a crash of the process and of the machine. After its deadline it
  raises ``LogUnavailable``, and the write is *unknown*: it may still be there later.
* ``read`` gives a group's batches, each from one partition and in order. Whatever was not finished comes back first.
* ``finish`` moves a batch's emitted records and the group's position together, or not at all. A reader that lost its
  partition meanwhile is refused with ``Fenced``, and nothing of its work is kept.
* ``scan`` reads without a group and without moving anything.
* A record whose value is ``None`` is a tombstone: earlier records of its key go away (at once in SQLite, at the next
  compaction in Kafka) and the tombstone itself stays to be read. A compacted topic keeps only a key's newest record.

Every failure is one of the errors in ``runtime.errors``; a driver's exception never leaves a backend.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

Headers = tuple[tuple[str, bytes], ...]

DEFAULT_DEADLINE = 5.0
DEFAULT_MAX_RECORD_BYTES = 4 * 1024 * 1024
DEFAULT_BATCH = 500


class Message(Protocol):
    """What a writer hands over: anything with a key, a partition key, headers and a value (``None``: a tombstone).

    A partition key that is a number names the partition itself, for what must lie beside another topic's partition.
    """

    @property
    def key(self) -> str: ...
    @property
    def partition_key(self) -> str | int: ...
    @property
    def headers(self) -> Headers: ...
    @property
    def value(self) -> bytes | None: ...


@dataclass(frozen=True, slots=True)
class Put:
    """A message of this program's own to itself: what a key holds from now on."""

    key: str
    partition_key: str | int
    value: bytes | None
    headers: Headers = ()


Emit = tuple[str, Message]
"""A topic and the message that goes to it."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a record stands. Offsets grow within a partition; they need not be consecutive."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it was read. ``appended_at`` is the log's own clock, in microseconds since 1970 (UTC)."""

    topic: str
    partition: int
    offset: int
    key: str
    headers: Headers
    value: bytes | None
    appended_at: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one partition, in order, for one group.

    ``epoch`` changes whenever this reader gains the partition anew: state kept for the partition under another epoch is
    stale and must be read back from the log.
    """

    topic: str
    partition: int
    group: str
    epoch: int
    start: int
    records: tuple[Record, ...]

    @property
    def next_offset(self) -> int:
        """The group's position once this batch is finished."""
        return self.records[-1].offset + 1


class Reader(Protocol):
    """A group member's view of its topics. Use it as an async context manager; leaving it gives up its partitions."""

    async def next_batch(self, wait: float) -> Batch | None:
        """The next unfinished records of one partition, or ``None`` when none came within ``wait`` seconds.

        While a partition's batch is being finished, no other one is given of it.
        """
        ...

    @property
    def trouble(self) -> str | None:
        """What keeps this member from being given records, in words; ``None`` when nothing does."""
        ...

    @property
    def owned(self) -> Mapping[tuple[str, int], int]:
        """The partitions that belong to this member since its last ``next_batch``, each with its epoch."""
        ...

    async def close(self) -> None: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


Start = int | Mapping[int, int]
"""The first offset wanted: of every partition, or of each (those that are not named: from their beginning)."""


def start_of(start: Start, partition: int) -> int:
    return start if isinstance(start, int) else start.get(partition, 0)


class EventLog(Protocol):
    """The one small promise of this module's text, kept by each backend."""

    async def append(self, topic: str, message: Message) -> Position:
        """The record is durable at the returned position.

        Raises ``RecordTooLarge`` (nothing was written) or ``LogUnavailable`` (unknown whether it was).
        """
        ...

    def read(self, topics: Sequence[str], group: str, *, max_records: int = DEFAULT_BATCH) -> Reader:
        """A new member of ``group``; a partition belongs to one member at a time."""
        ...

    async def finish(self, batch: Batch, emits: Sequence[Emit]) -> None:
        """The emits are durable and the group stands at ``batch.next_offset``; or neither.

        Raises ``Fenced``, ``RecordTooLarge`` (neither) or ``LogUnavailable`` (unknown which, never half).
        """
        ...

    def scan(
        self, topic: str, *, partition: int | None = None, start: Start = 0, follow: bool = False
    ) -> AsyncIterator[Record]:
        """The records from ``start`` on, in order; up to the end at the time of the call, or for ever."""
        ...

    async def lag(self, topic: str, group: str) -> int:
        """How many records of the topic the group has not finished; where that is thousands, at most so many."""
        ...

    async def ends(self, topic: str) -> dict[int, int]:
        """By partition, the offset after the last record that can be read now; 0 where none was ever appended.

        Every record that is readable now stands before it, every later one does not. (On Kafka it may be more than one
        after the last record, as markers of transactions have offsets too.)
        """
        ...

    async def check(self) -> None:
        """Returns when the log can be written and read now; raises ``LogUnavailable`` otherwise."""
        ...

    async def close(self) -> None:
        """Accepted writes are settled, within a bound; later calls raise ``LogUnavailable``."""
        ...


IsCompacted = Callable[[str], bool]
"""Says of a topic's name whether only the newest record of a key is kept."""
