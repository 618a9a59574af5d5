"""The read model's database: connections with deadlines, and its driver's errors in our words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import URL, Connection, event, func, make_url, select
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from stamina import retry_context

from consumers.errors import ProjectionRefused, ProjectionUnavailable, Unstorable
from consumers.projections.migrate import upgrade

DEFAULT_DEADLINE = 10.0
_MIGRATION_DEADLINE = 60.0
_MIGRATION_LOCK = 0x686F6F6B6C696E65
"""Held on PostgreSQL by whoever migrates: any number that is nobody else's in this database ("hookline")."""
_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
_POSTGRESQL = {"plan_cache_mode": "force_custom_plan", "jit": "off"}
"""Statements are planned for the tables as they are now, not as they were when the connection was young."""
_UNSTORABLE = ("22", "23", "54")
"""The classes of PostgreSQL's errors about values: of a wrong form, missing, or too long. Their words may quote one."""
_DAMAGED = ("SQLITE_NOTADB", "SQLITE_CORRUPT")


class Store:
    """A database that holds the read model. ``name`` is its URL without the password."""

    def __init__(self, engine: AsyncEngine, deadline: float = DEFAULT_DEADLINE) -> None:
        self.name = _shown(engine.url)
        self._engine = engine
        self._deadline = deadline

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection whose every statement sees one state of the database; on SQLite all of them see the same.

        Raises ``ProjectionUnavailable`` for whatever the driver says inside, and after the deadline.
        """
        async with self._transaction(self._engine, self._deadline) as connection:
            yield connection

    @asynccontextmanager
    async def writing(self, deadline: float | None = None) -> AsyncIterator[AsyncConnection]:
        """The same, alone among writers where the database is SQLite. Committed on leaving, or not at all."""
        engine = self._engine.execution_options(hookline_writes=True)
        async with self._transaction(engine, deadline or self._deadline) as connection:
            yield connection

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncConnection]:
        """A connection to PostgreSQL whose statements commit one by one, and whose locks last as long as it is open.

        Its statements have no deadline but the caller's. Raises ``ProjectionUnavailable``.
        """
        engine = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        with self._explained(self._deadline):
            async with engine.connect() as connection:
                yield connection

    def beside(self, schema: str) -> Store:
        """The same database on PostgreSQL, with the tables of this schema; to be closed by whoever asked for it."""
        return Store(_engine(self._engine.url, self._deadline, schema), self._deadline)

    @property
    def file(self) -> Path | None:
        """Where it lies, if it is SQLite's."""
        is_sqlite = self._engine.dialect.name == "sqlite"
        return Path(str(self._engine.url.database)) if is_sqlite else None

    async def migrate(self, *, only_new: bool = False) -> None:
        """The tables are this program's. Safe when several start at once.

        ``only_new`` is for whoever only reads: tables of an older program stay, as its projector may be at work.
        Raises ``ProjectionRefused`` when a newer program has been here, ``ProjectionUnavailable``; with ``only_new``
        also while an older one's tables are there.
        """
        # SQLite does not wait for a lock when a file changes to WAL, as it does once, after it was made.
        async for attempt in retry_context(
            on=_is_locked, attempts=None, timeout=self._deadline, wait_initial=0.02, wait_max=0.5, wait_jitter=0.1
        ):
            with attempt:
                async with self.writing(_MIGRATION_DEADLINE) as connection:
                    await _exclude_other_migrations(connection)
                    await connection.run_sync(partial(upgrade, only_new=only_new), self.name)

    async def close(self) -> None:
        """Its connections are closed. Raises ``ProjectionUnavailable`` when that takes longer than the deadline."""
        try:
            async with asyncio.timeout(self._deadline):
                await self._engine.dispose()
        except TimeoutError as error:
            raise self._silent(self._deadline) from error

    @asynccontextmanager
    async def _transaction(self, engine: AsyncEngine, deadline: float) -> AsyncIterator[AsyncConnection]:
        with self._explained(deadline):
            async with asyncio.timeout(deadline), engine.begin() as connection:
                yield connection

    @contextmanager
    def _explained(self, deadline: float) -> Iterator[None]:
        """The driver's errors leave here as ours."""
        try:
            yield
        except DBAPIError as error:
            raise _explained(self.name, error) from error
        except (TimeoutError, PoolTimeout) as error:
            raise self._silent(deadline) from error
        except OSError as error:
            raise ProjectionUnavailable(
                f"{self.name}: not reached ({type(error).__name__}); see whether it runs and the address is right"
            ) from error

    def _silent(self, deadline: float) -> ProjectionUnavailable:
        return ProjectionUnavailable(
            f"{self.name}: no answer within {deadline:g} s; see whether it is overloaded or locked"
        )


@asynccontextmanager
async def open_store(url: str, *, deadline: float = DEFAULT_DEADLINE, migrates: bool = True) -> AsyncIterator[Store]:
    """The read model at this URL, its tables made or migrated; closed when the context ends.

    Without ``migrates`` nothing is asked of the database yet, so that it may also be away.

    ``sqlite:///relative.db`` and ``sqlite:////absolute.db``, or ``postgresql://user@host/name``. ``deadline`` bounds
    each transaction, in seconds. Raises ``ProjectionRefused``, ``ProjectionUnavailable``.
    """
    store = Store(_engine(_url(url), deadline), deadline)
    try:
        if migrates:
            await store.migrate()
        yield store
    finally:
        await store.close()


def _url(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise ProjectionRefused(
            "projections url: not a URL; write sqlite:///path/to/file.db or postgresql://user@host/name"
        ) from error
    driver = _DRIVERS.get(url.get_backend_name())
    if driver is None or not url.database:
        raise ProjectionRefused(
            f"projections url {_shown(url)}: not one that Hookline can open; write sqlite:///path/to/file.db or postgresql://user@host/name"
        )
    if url.get_backend_name() == "sqlite" and not Path(url.database).absolute().parent.is_dir():
        raise ProjectionRefused(f"{_shown(url)}: its folder is not there; make it, or name another")
    return _as_the_driver_says(url.set(drivername=driver))


def _as_the_driver_says(url: URL) -> URL:
    """How a connection is encrypted has a word of libpq's in everybody's URLs; this driver has another one."""
    mode = url.query.get("sslmode")
    return url if mode is None else url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})


def _shown(url: URL) -> str:
    """The URL as the settings have it, without its password."""
    return url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)


def _engine(url: URL, deadline: float, schema: str = "") -> AsyncEngine:
    is_sqlite = url.get_backend_name() == "sqlite"
    server_settings = _POSTGRESQL | ({"search_path": schema} if schema else {})
    options = {} if is_sqlite else {"server_settings": server_settings, "timeout": deadline}
    try:
        engine = create_async_engine(
            url,
            hide_parameters=True,
            pool_pre_ping=not is_sqlite,
            connect_args=options,
            json_serializer=lambda value: orjson.dumps(value).decode(),
            json_deserializer=orjson.loads,
        )
    except ModuleNotFoundError as error:
        raise ProjectionRefused(f"{_shown(url)}: needs the package {error.name}; install it") from error
    if is_sqlite:
        event.listen(engine.sync_engine, "connect", partial(_prepare_sqlite, deadline / 2))
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(patience: float, connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own
    """Transactions are begun by ``_begin_sqlite``, not by the driver; readers and the writer do not stop each other.

    ``patience``: how many seconds a statement waits for another program's lock, less than the deadline of it all.
    """
    connection.isolation_level = None
    try:
        connection.execute(f"PRAGMA busy_timeout = {round(patience * 1000)}").close()
        connection.execute("PRAGMA journal_mode = WAL").close()
        # A power cut may take the last transactions away, positions and rows together: the log still has them.
        connection.execute("PRAGMA synchronous = NORMAL").close()
    except BaseException:
        connection.close()  # the pool does not know it yet
        raise


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("hookline_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


async def _exclude_other_migrations(connection: AsyncConnection) -> None:
    """Until the transaction ends. SQLite's has excluded every other writer when it began."""
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)))


def _is_locked(error: Exception) -> bool:
    driver = error.__cause__
    return isinstance(driver, DBAPIError) and getattr(driver.orig, "sqlite_errorname", "").startswith("SQLITE_BUSY")


def _explained(name: str, error: DBAPIError) -> ProjectionRefused | ProjectionUnavailable | Unstorable:
    if isinstance(error, DataError | IntegrityError) or str(getattr(error.orig, "sqlstate", "")).startswith(
        _UNSTORABLE
    ):
        return Unstorable(f"{name}: a value that none of its columns can hold")
    said = str(error.orig).partition("\n")[0]
    word = getattr(error.orig, "sqlite_errorname", "")
    if word.startswith(_DAMAGED):
        return ProjectionRefused(
            f"{name}: not a usable database ({said}); move it away: a new one will be filled from the log"
        )
    return ProjectionUnavailable(
        f"{name}: {said}; see that it is there, not locked, has space, and may be written by this user"
    )
