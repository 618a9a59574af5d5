"""What PostgreSQL does differently from SQLite, on a real one."""

from __future__ import annotations

import asyncio

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from consumers.projections.store import open_store
from consumers.projections.tables import METADATA


async def test_several_that_start_at_once_on_a_new_database_all_succeed(fresh_database: str) -> None:
    """One of them migrates, the others wait for it and find it done."""

    async def start() -> int:
        async with open_store(fresh_database) as store, store.reading() as connection:
            return len((await connection.execute(text("SELECT * FROM alembic_version"))).all())

    assert [1] * 6 == await asyncio.gather(*(start() for _ in range(6)))


async def test_migrations_and_tables_agree_on_postgresql(fresh_database: str) -> None:
    """What the migrations build there is what the program believes to have."""

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), METADATA))

    async with open_store(fresh_database) as store, store.reading() as connection:
        assert [] == await connection.run_sync(differences)
