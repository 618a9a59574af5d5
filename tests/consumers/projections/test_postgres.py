"""What PostgreSQL does differently from SQLite, on a real one."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from consumers.errors import ProjectionUnavailable
from consumers.projections.store import open_store


async def test_several_that_start_at_once_on_a_new_database_all_succeed(fresh_database: str) -> None:
    """One of them migrates, the others wait for it and find it done."""

    async def start() -> int:
        async with open_store(fresh_database) as store, store.reading() as connection:
            return len((await connection.execute(text("SELECT * FROM alembic_version"))).all())

    assert [1] * 6 == await asyncio.gather(*(start() for _ in range(6)))


async def test_libpqs_word_for_encryption_is_understood(own_database: str) -> None:
    """The server of the tests has no certificate: where one is required it is refused in words."""
    async with open_store(f"{own_database}?sslmode=prefer") as store, store.reading() as connection:
        assert 1 == await connection.scalar(text("SELECT 1"))
    with pytest.raises(ProjectionUnavailable, match=r"not reached|SSL"):
        async with open_store(f"{own_database}?sslmode=require"):
            pass
