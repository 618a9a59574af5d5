"""Whether anything changed since somebody looked."""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import select

from consumers.projections.store import Store
from consumers.projections.tables import POSITIONS, REBUILDS


async def version(store: Store) -> str:
    """Another one whenever the read model moved or was built anew: what every answer may depend on, beside the time.

    Raises ``ProjectionUnavailable``.
    """
    async with store.reading() as connection:
        rows = await connection.execute(select(POSITIONS).order_by(POSITIONS.c.topic, POSITIONS.c.partition))
        told = "".join(f"{row.topic}/{row.partition}/{row.next_offset};" for row in rows)
        told += f"{await connection.scalar(select(REBUILDS.c.built_at))}"
    return sha256(told.encode()).hexdigest()[:16]
