"""Aside on SQLite: a file beside its own, whose rows replace the old ones in one transaction."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from consumers.errors import ProjectionUnavailable, RebuildUnderWay
from consumers.projections.migrate import REVISION, check_unchanged
from consumers.projections.rebuilding.place import PATIENCE, CatchUp
from consumers.projections.store import Store, open_store
from consumers.projections.tables import METADATA

_WRITERS = 60.0
"""Seconds to wait for a projector that is writing."""


@asynccontextmanager
async def place_on_sqlite(live: Store, file: Path) -> AsyncIterator[SqlitePlace]:
    """Cleared before and after. Raises ``RebuildUnderWay``, ``ProjectionUnavailable``."""
    aside = _beside(file, ".rebuild")
    with _alone(live.name, _beside(file, ".rebuild-lock")):
        await asyncio.to_thread(_clear, aside)
        try:
            async with open_store(f"sqlite:///{aside.absolute()}") as store:
                yield SqlitePlace(live.name, file, store, aside)
        finally:
            await asyncio.to_thread(_clear, aside)


def _beside(file: Path, ending: str) -> Path:
    return file.with_name(file.name + ending)


def _clear(aside: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        _beside(aside, ending).unlink(missing_ok=True)


@contextmanager
def _alone(name: str, lock: Path) -> Iterator[None]:
    """The lock is an open transaction on a file: whoever dies has none any more."""
    connection = sqlite3.connect(lock, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise RebuildUnderWay(f"{name}: another rebuild is under way; wait until it has ended") from error
        yield
    finally:
        connection.close()


@dataclass(frozen=True, slots=True)
class SqlitePlace:
    """See ``Place``."""

    name: str
    file: Path
    aside: Store
    aside_file: Path

    async def switch(self, catch_up: CatchUp) -> None:
        connection = await asyncio.to_thread(self._hold)
        try:
            async with asyncio.timeout(PATIENCE):
                await catch_up()
            await asyncio.to_thread(self._replace, connection)
        finally:
            connection.close()

    def _hold(self) -> sqlite3.Connection:
        """Nobody else writes until it is closed; whoever reads goes on."""
        connection = sqlite3.connect(self.file, timeout=_WRITERS, isolation_level=None, check_same_thread=False)
        try:
            with self._explained():
                connection.execute("BEGIN IMMEDIATE")
                (revision,) = connection.execute(REVISION).fetchone()
            check_unchanged(revision, self.name)
        except BaseException:
            connection.close()
            raise
        return connection

    def _replace(self, connection: sqlite3.Connection) -> None:
        with self._explained():
            connection.execute("ATTACH ? AS aside", (str(self.aside_file),))
            for table in METADATA.sorted_tables:
                columns = ", ".join(f'"{column.name}"' for column in table.c)
                connection.execute(f"DELETE FROM main.{table.name}")  # noqa: S608 - names of ours
                connection.execute(
                    f"INSERT INTO main.{table.name} ({columns}) SELECT {columns} FROM aside.{table.name}"  # noqa: S608 - the same
                )
            connection.execute("COMMIT")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise ProjectionUnavailable(f"{self.name}: {error}; the rebuild changed nothing: repeat it") from error
