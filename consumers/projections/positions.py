"""Up to where the read model has read each partition: moved in one transaction with the rows, by one at a time."""

from __future__ import annotations

from hashlib import blake2b

from sqlalchemy import ColumnElement, delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.errors import ProjectionUnavailable
from consumers.projections.store import Store
from consumers.projections.tables import POSITIONS
from runtime.eventlog import Record

_FIRST = text(
    "INSERT INTO read_positions (topic, partition, next_offset, last_mark) VALUES (:topic, :partition, :next, :mark) "
    "ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset, last_mark = excluded.last_mark "
    "WHERE read_positions.next_offset = 0 RETURNING 1"
)
_NEXT = text(
    "UPDATE read_positions SET next_offset = :next, last_mark = :mark "
    "WHERE topic = :topic AND partition = :partition AND next_offset = :expected RETURNING 1"
)


class Overtaken(ProjectionUnavailable):
    """Read the position again: another projector, or a rebuild, has moved it since. Nothing was written."""


def mark_of(record: Record) -> str:
    """The record's offset, and what hardly any other log has there."""
    content = blake2b(f"{record.appended_at}/{record.key}".encode(), digest_size=8)
    return f"{record.offset}/{content.hexdigest()}"


async def position(store: Store, topic: str, partition: int) -> int:
    """The offset of the next record that the read model has not seen; 0 before the first."""
    async with store.reading() as connection:
        found = await connection.scalar(select(POSITIONS.c.next_offset).where(*_of(topic, partition)))
    return found or 0


async def is_another(store: Store, record: Record) -> bool:
    """Whether the read model read another record last, of this one's offset: so from another log.

    Where it read on since, or does not know (a program of before did), it is taken for the same one.
    """
    async with store.reading() as connection:
        mark = await connection.scalar(select(POSITIONS.c.last_mark).where(*_of(record.topic, record.partition)))
    return mark is not None and mark.startswith(f"{record.offset}/") and mark != mark_of(record)


async def all_positions(connection: AsyncConnection) -> dict[tuple[str, int], int]:
    """The offset of the next unseen record, by topic and partition that the read model has seen anything of."""
    rows = await connection.execute(select(POSITIONS.c.topic, POSITIONS.c.partition, POSITIONS.c.next_offset))
    return {(row.topic, row.partition): row.next_offset for row in rows}


async def move(connection: AsyncConnection, expected: int, last: Record) -> None:
    """The position of its partition goes from ``expected`` behind this record. Comes first in its transaction: a second
    writer waits.

    So every record is applied once, and none after one that follows it. Raises ``Overtaken``.
    """
    values = {"topic": last.topic, "partition": last.partition, "next": last.offset + 1, "mark": mark_of(last)}
    if expected:
        moved = await connection.execute(_NEXT, values | {"expected": expected})
    else:
        moved = await connection.execute(_FIRST, values)
    if moved.first() is None:
        where = f"{last.topic}/{last.partition}"
        raise Overtaken(f"{where}: another projector has read on from {expected}; this one reads on from there")


async def forget(store: Store, topic: str, partition: int, at: int) -> None:
    """The partition is read from its first record, as what this position belonged to is another log.

    Where the position is another one by now, somebody else has found the same, and reads already.
    """
    async with store.writing() as connection:
        await connection.execute(delete(POSITIONS).where(*_of(topic, partition), POSITIONS.c.next_offset == at))


def _of(topic: str, partition: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return POSITIONS.c.topic == topic, POSITIONS.c.partition == partition
