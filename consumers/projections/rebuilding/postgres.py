"""Aside on PostgreSQL: a schema of its own, whose tables change places with the old ones."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import structlog
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.errors import RebuildUnderWay
from consumers.projections import views
from consumers.projections.migrate import REVISION, check_unchanged
from consumers.projections.rebuilding.place import PATIENCE, CatchUp
from consumers.projections.store import Store
from consumers.projections.tables import METADATA, POSITIONS

_log = structlog.get_logger(__name__)

_ASIDE, _REPLACED = "hookline_rebuild", "hookline_replaced"
_LOCK = 0x68_6F_6F_6B_62_75_69_6C
"""Held by whoever rebuilds, for as long as its connection lives: nobody else's number in this database ("hookbuil")."""
_STEP_BACK = 0.3
"""Seconds to wait for a table that is being read, before everything is given back for a while: less than the second
after which PostgreSQL looks for those who wait in a circle, so that it is never a reader who loses.
"""
_GOODBYE = 30.0
_TABLES = [table.name for table in METADATA.sorted_tables]
_NOT_NOW = {"55P03", "40P01"}
"""Not within ``lock_timeout``; in a circle all the same."""


@asynccontextmanager
async def place_on_postgresql(live: Store) -> AsyncIterator[PostgresPlace]:
    """Cleared before and after. Raises ``RebuildUnderWay``, ``ProjectionUnavailable``."""
    async with live.session() as session:
        async with asyncio.timeout(PATIENCE):
            await _make_room(session, live.name)
        aside = live.beside(_ASIDE)
        try:
            async with aside.writing() as connection:
                await connection.run_sync(METADATA.create_all, checkfirst=False)
            yield PostgresPlace(live, aside)
        finally:
            await aside.close()
            await _clear_at_the_end(session)


async def _make_room(session: AsyncConnection, name: str) -> None:
    if not await session.scalar(select(func.pg_try_advisory_lock(_LOCK))):
        raise RebuildUnderWay(f"{name}: another rebuild is under way; wait until it has ended")
    await _clear(session)
    for schema in (_ASIDE, _REPLACED):
        await session.execute(text(f"CREATE SCHEMA {schema}"))


async def _clear(session: AsyncConnection) -> None:
    await session.execute(text(f"DROP SCHEMA IF EXISTS {_ASIDE}, {_REPLACED} CASCADE"))


async def _clear_at_the_end(session: AsyncConnection) -> None:
    """What cannot be cleared now is cleared by the next rebuild: nobody reads it."""
    try:
        async with asyncio.timeout(_GOODBYE):
            await _clear(session)
    except (DBAPIError, OSError, TimeoutError) as error:
        _log.warning("a rebuild's schemas are left to the next one", error=type(error).__name__)


@dataclass(frozen=True, slots=True)
class PostgresPlace:
    """See ``Place``."""

    live: Store
    aside: Store

    async def switch(self, catch_up: CatchUp) -> None:
        async with self.live.writing(PATIENCE) as connection:
            await connection.execute(text(f"LOCK TABLE {POSITIONS.name} IN EXCLUSIVE MODE"))
            await catch_up()
            async with self.aside.writing(PATIENCE) as building:
                await building.execute(text(f"ANALYZE {', '.join(_TABLES)}"))
            home = await connection.scalar(select(func.current_schema()))
            await _have_all_tables(connection)
            check_unchanged(await connection.scalar(text(REVISION)), self.live.name)
            for statement in _changes(f'"{home}"'):
                await connection.execute(text(statement))
            await connection.run_sync(views.make)


def _changes(home: str) -> Sequence[str]:
    away = [f"ALTER TABLE {home}.{table} SET SCHEMA {_REPLACED}" for table in _TABLES]
    return [*away, *(f"ALTER TABLE {_ASIDE}.{table} SET SCHEMA {home}" for table in _TABLES)]


async def _have_all_tables(connection: AsyncConnection) -> None:
    """Nobody reads any view or table until the transaction ends. Views come first: who reads one wants its table."""
    names = [view.name for view in views.VIEWS] + _TABLES
    while True:
        with suppress(_Busy):
            await _lock(connection, names)
            return
        await asyncio.sleep(random.uniform(0.05, _STEP_BACK))  # noqa: S311 - jitter, not a secret


class _Busy(Exception):
    """Somebody reads one of the tables."""


async def _lock(connection: AsyncConnection, names: Sequence[str]) -> None:
    try:
        async with connection.begin_nested():
            await connection.execute(text(f"SET LOCAL lock_timeout = '{round(_STEP_BACK * 1000)}ms'"))
            await connection.execute(text(f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE"))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in _NOT_NOW:
            raise _Busy from error
        raise
