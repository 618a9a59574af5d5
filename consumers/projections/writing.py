"""The statements that move the read model. Each is one round trip, however many rows; all may be repeated."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import RowMapping, Table, delete, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.projections.rows import FOLDED, Values, status_row, timeline_row
from consumers.projections.store import Store
from consumers.projections.tables import POSITIONS, STATUS, TIMELINE
from schemas.event import VerificationEvent

_INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


async def position(store: Store, topic: str, partition: int) -> int:
    """The offset of the next record that the read model has not seen; 0 before the first."""
    wanted = POSITIONS.c.topic == topic, POSITIONS.c.partition == partition
    async with store.reading() as connection:
        found = await connection.scalar(select(POSITIONS.c.next_offset).where(*wanted))
    return found or 0


async def positions(store: Store, topic: str) -> dict[int, int]:
    """The offset of the next unseen record of each partition that the read model has seen anything of."""
    async with store.reading() as connection:
        rows = await connection.execute(
            select(POSITIONS.c.partition, POSITIONS.c.next_offset).where(POSITIONS.c.topic == topic)
        )
        return {row.partition: row.next_offset for row in rows}


async def move(connection: AsyncConnection, topic: str, partition: int, next_offset: int) -> None:
    """The position is ``next_offset``. Comes first in its transaction: its row keeps a second writer waiting."""
    await _upsert(connection, POSITIONS, [{"topic": topic, "partition": partition, "next_offset": next_offset}])


async def erase(connection: AsyncConnection, keys: Collection[str]) -> None:
    """Nothing is left of the verifications with these event keys (``<provider>:<verification_id>``)."""
    if not keys:
        return
    pairs = [tuple(key.split(":", 1)) for key in keys]
    for table in (TIMELINE, STATUS):
        await connection.execute(delete(table).where(tuple_(table.c.provider, table.c.verification_id).in_(pairs)))


async def add(connection: AsyncConnection, events: Sequence[VerificationEvent]) -> None:
    """The events are in the timeline, and the statuses of their verifications are folded anew."""
    if not events:
        return
    await connection.execute(
        _insert(connection, TIMELINE).on_conflict_do_nothing(), [timeline_row(event) for event in events]
    )
    touched = {(event.provider, event.verification_id, event.kind.value) for event in events}
    await _upsert(connection, STATUS, await _folded(connection, touched))


async def _folded(connection: AsyncConnection, touched: Collection[tuple[str, str, str]]) -> list[Values]:
    key = tuple_(TIMELINE.c.provider, TIMELINE.c.verification_id, TIMELINE.c.kind)
    rows = await connection.execute(select(*(TIMELINE.c[name] for name in FOLDED)).where(key.in_(touched)))
    return [status_row(list(group)) for _, group in groupby(sorted(rows.mappings(), key=_key), key=_key)]


def _key(row: RowMapping) -> tuple[str, str, str]:
    return row["provider"], row["verification_id"], row["kind"]


async def _upsert(connection: AsyncConnection, table: Table, rows: list[Values]) -> None:
    insert = _insert(connection, table)
    others = {column.name: insert.excluded[column.name] for column in table.c if not column.primary_key}
    await connection.execute(insert.on_conflict_do_update(index_elements=table.primary_key, set_=others), rows)


def _insert(connection: AsyncConnection, table: Table) -> Any:  # noqa: ANN401 - alike in use, unrelated in type
    return _INSERTS[connection.dialect.name](table)
