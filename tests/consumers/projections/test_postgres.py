"""What PostgreSQL does differently from SQLite, on a real one."""

from __future__ import annotations

import asyncio

from sqlalchemy import text

from consumers.projections.store import open_store


async def test_several_that_start_at_once_on_a_new_database_all_succeed(fresh_database: str) -> None:
    """One of them migrates, the others wait for it and find it done."""

    async def start() -> int:
        async with open_store(fresh_database) as store, store.reading() as connection:
            return len((await connection.execute(text("SELECT * FROM alembic_version"))).all())

    assert [1] * 6 == await asyncio.gather(*(start() for _ in range(6)))
