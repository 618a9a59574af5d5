"""Up to where the read model has read each partition: moved in one transaction with the rows, by one at a time."""

from __future__ import annotations

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.errors import ProjectionUnavailable
from consumers.projections.store import Store
from consumers.projections.tables import POSITIONS

_FIRST = text(
    "INSERT INTO read_positions (topic, partition, next_offset) VALUES (:topic, :partition, :next) "
    "ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset "
    "WHERE read_positions.next_offset = 0 RETURNING 1"
)
_NEXT = text(
    "UPDATE read_positions SET next_offset = :next "
    "WHERE topic = :topic AND partition = :partition AND next_offset = :expected RETURNING 1"
)


class Overtaken(ProjectionUnavailable):
    """Read the position again: another projector, or a rebuild, has moved it since. Nothing was written."""


async def position(store: Store, topic: str, partition: int) -> int:
    """The offset of the next record that the read model has not seen; 0 before the first."""
    wanted = POSITIONS.c.topic == topic, POSITIONS.c.partition == partition
    async with store.reading() as connection:
        found = await connection.scalar(select(POSITIONS.c.next_offset).where(*wanted))
    return found or 0


async def all_positions(connection: AsyncConnection) -> dict[tuple[str, int], int]:
    """The offset of the next unseen record, by topic and partition that the read model has seen anything of."""
    rows = await connection.execute(select(POSITIONS.c.topic, POSITIONS.c.partition, POSITIONS.c.next_offset))
    return {(row.topic, row.partition): row.next_offset for row in rows}


async def move(connection: AsyncConnection, topic: str, partition: int, expected: int, following: int) -> None:
    """The position goes from ``expected`` to ``following``. Comes first in its transaction: a second writer waits.

    So every record is applied once, and none after one that follows it. Raises ``Overtaken``.
    """
    values = {"topic": topic, "partition": partition, "next": following}
    if expected:
        moved = await connection.execute(_NEXT, values | {"expected": expected})
    else:
        moved = await connection.execute(_FIRST, values)
    if moved.first() is None:
        raise Overtaken(
            f"{topic}/{partition}: another projector has read on from {expected}; this one reads on from there"
        )


async def forget(store: Store, topic: str, partition: int) -> None:
    """The partition is read from its first record: what the position belonged to is another log."""
    wanted = POSITIONS.c.topic == topic, POSITIONS.c.partition == partition
    async with store.writing() as connection:
        await connection.execute(delete(POSITIONS).where(*wanted))
