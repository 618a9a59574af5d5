"""Dead letters on their way back: the original record is appended to its topic again, then the letter is taken away.

In this order, so that a crash in between loses nothing: the letter stays, and whoever redrives it again appends its
record a second time. Every stage takes that: an event and a finding have ids that stay the same, an equal decision is
no new one, a request has its own key, and a channel is given the same id again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress

from runtime.errors import HooklineError
from runtime.eventlog import EventLog, Position, Put, Record
from schemas import deadletter
from schemas.deadletter import DeadLetter
from schemas.message import Undecodable
from schemas.topics import DEAD_LETTERS, is_compacted, is_in_one_partition


class NotRedrivable(HooklineError):
    """Do not ask again: the message says why its record cannot go back, and what to do instead."""


async def pending(log: EventLog, *, follow: bool = False) -> AsyncIterator[Record]:
    """The dead letters that nobody has redriven or erased, in order; ``follow`` goes on with those to come.

    A log may still hold a letter that its tombstone took away, until its next compaction. Memory holds the keys of
    those, no letter.
    """
    gone: dict[str, int] = {}
    async for record in log.scan(DEAD_LETTERS):
        if record.value is None:
            gone[record.key] = record.offset
    async for record in log.scan(DEAD_LETTERS, follow=follow):
        if record.value is not None and record.offset > gone.get(record.key, -1):
            yield record


async def letters(log: EventLog) -> AsyncIterator[tuple[Record, DeadLetter]]:
    """The same up to the end of the topic, each as what it is; what is no dead letter is left out."""
    async for record in pending(log):
        with suppress(Undecodable):
            yield record, deadletter.from_record(record)


async def letter_at(log: EventLog, partition: int, offset: int) -> tuple[Record, DeadLetter] | None:
    """The dead letter that lies there, ``None`` where none does any more: its tombstone lies behind it in the same
    partition. Raises ``Undecodable``.
    """
    found: Record | None = None
    async for record in log.scan(DEAD_LETTERS, partition=partition, start=offset):
        if found is None and record.offset == offset and record.value is not None:
            found = record
        elif found is None or (record.key == found.key and record.value is None):
            return None
    return None if found is None else (found, deadletter.from_record(found))


def why_not(letter: DeadLetter) -> str | None:
    """Why its record cannot go back, in words; ``None`` for one that can."""
    where = f"{letter.topic}/{letter.partition}/{letter.offset}"
    if letter.topic == DEAD_LETTERS:
        return f"{where}: a dead letter itself, which its own stage could not read; redrive that one where it is whole"
    if is_compacted(letter.topic):
        return f"{where}: an older record of its key would replace what was said since; do it again instead"
    return None


async def redrive(log: EventLog, record: Record, letter: DeadLetter) -> Position:
    """The original record is on its topic again, byte for byte, at the given position, and the letter is gone.

    ``record`` is the letter's own. Two who redrive one letter at the same time append its record twice. Raises
    ``NotRedrivable`` (nothing was written), and the log's errors: the letter may then be there still, or its record
    twice.
    """
    refusal = why_not(letter)
    if refusal is not None:
        raise NotRedrivable(refusal)
    position = await log.append(letter.topic, _original(letter))
    await log.append(DEAD_LETTERS, Put(record.key, record.partition, None))
    return position


def _original(letter: DeadLetter) -> Put:
    partition_key = letter.partition if is_in_one_partition(letter.topic) else letter.partition_key
    return Put(letter.key, partition_key, letter.value, letter.headers)
