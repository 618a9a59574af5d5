from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Dialect, Table, insert, select, text
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.schema import CreateTable

from consumers.errors import ProjectionRefused, ProjectionUnavailable, Unstorable
from consumers.projections.rows import timeline_row
from consumers.projections.store import Store, open_store
from consumers.projections.tables import METADATA, POSITIONS, TIMELINE, UtcDateTime
from tests.examples import event

POSTGRESQL: Dialect = PGDialect()  # type: ignore[no-untyped-call]


async def test_migrations_and_tables_agree(store: Store) -> None:
    """What the migrations build is what the program believes to have."""

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), METADATA))

    async with store.reading() as connection:
        assert [] == await connection.run_sync(differences)


async def test_a_second_start_finds_the_tables_and_their_rows(url: str) -> None:
    """Migrating again changes nothing."""
    async with open_store(url) as store, store.writing() as connection:
        await connection.execute(insert(POSITIONS).values(topic="t", partition=0, next_offset=2**40))
    async with open_store(url) as store, store.reading() as connection:
        assert 2**40 == await connection.scalar(select(POSITIONS.c.next_offset))


async def test_several_that_start_at_once_on_a_new_file_all_succeed(url: str) -> None:
    """One of them migrates, the others wait for it and find it done."""

    async def start() -> int:
        async with open_store(url) as store, store.reading() as connection:
            return len((await connection.execute(text("SELECT * FROM alembic_version"))).all())

    assert [1] * 6 == await asyncio.gather(*(start() for _ in range(6)))


async def test_whoever_only_looks_leaves_an_older_programs_tables_alone(url: str) -> None:
    """Its projector may be at work; a new database has its tables at once."""
    async with open_store(url, migrates=False) as store:
        await store.migrate(only_new=True)
        async with store.writing() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
        with pytest.raises(ProjectionUnavailable, match="of an older Hookline; start `hookline project` of this one"):
            await store.migrate(only_new=True)
        async with store.reading() as connection:
            assert "0002" == await connection.scalar(text("SELECT version_num FROM alembic_version"))


async def test_a_database_of_a_newer_program_is_refused(url: str) -> None:
    """Untouched, and the message says which program to start."""
    async with open_store(url) as store, store.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(
        ProjectionRefused, match=r"views\.db: written by a newer Hookline \(revision 9999\); start that"
    ):
        async with open_store(url):
            pass


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """It will not pass by itself; the message says what to do."""
    (tmp_path / "views.db").write_bytes(b"these are notes, and not a database of any kind" * 100)
    with pytest.raises(ProjectionRefused, match=r"views\.db: not a usable database \(.*\); move it away"):
        async with open_store(f"sqlite:///{tmp_path}/views.db"):
            pass


async def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    """It is never made by surprise."""
    with pytest.raises(ProjectionRefused, match=r"none/views\.db: its folder is not there; make it"):
        async with open_store(f"sqlite:///{tmp_path}/none/views.db"):
            pass


async def test_a_database_that_stays_locked_is_unavailable_within_the_deadline(url: str, tmp_path: Path) -> None:
    """Another program holds the write lock; readers go on."""
    async with open_store(url, deadline=2) as store:
        other = sqlite3.connect(tmp_path / "views.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            async with store.reading() as connection:
                assert 0 == await connection.scalar(text("SELECT count(*) FROM read_positions"))
            with pytest.raises(ProjectionUnavailable, match=r"views\.db: database is locked"):
                async with store.writing():
                    pass
        finally:
            other.close()


async def test_a_transaction_that_takes_too_long_is_unavailable(url: str) -> None:
    """Every transaction has a deadline, whatever it waits for."""
    async with open_store(url, deadline=0.3) as store:
        with pytest.raises(ProjectionUnavailable, match=r"views\.db: no answer within 0\.3 s"):
            async with store.reading():
                await asyncio.Event().wait()


async def test_an_error_of_the_driver_never_shows_what_was_written(store: Store) -> None:
    """Neither statement nor parameters are in the message; and a value that is missing is no trouble that passes."""
    with pytest.raises(Unstorable, match="a value that none of its columns can hold") as caught:
        async with store.writing() as connection:
            await connection.execute(text("INSERT INTO read_positions (topic) VALUES (:a)"), {"a": "a-secret"})
    assert "a-secret" not in str(caught.value)
    assert "a-secret" not in str(caught.value.__cause__)


@pytest.mark.parametrize("url", ["", "views.db", "sqlite://", "mysql://u:hunter2@host/db", "oracle:///x"])
async def test_a_url_that_names_no_usable_database_is_refused(url: str) -> None:
    """With the form to write, and without a password."""
    with pytest.raises(ProjectionRefused, match=r"write sqlite:///path/to/file\.db") as caught:
        async with open_store(url):
            pass
    assert "hunter2" not in str(caught.value)


async def test_an_instant_comes_back_in_utc_whatever_zone_it_was_given_in(store: Store) -> None:
    """To the microsecond."""
    moment = datetime(2026, 3, 1, 14, 0, 0, 1, tzinfo=timezone(timedelta(hours=2)))
    async with store.writing() as connection:
        await connection.execute(insert(TIMELINE).values(timeline_row(event(occurred_at=moment))))
    async with store.reading() as connection:
        found = await connection.scalar(select(TIMELINE.c.occurred_at))
    assert (moment, UTC) == (found, found.tzinfo if found else None)


def test_a_naive_instant_is_not_written() -> None:
    """Nobody knows which instant it means."""
    with pytest.raises(ValueError, match="naive datetime"):
        UtcDateTime().process_bind_param(datetime(2026, 3, 1), POSTGRESQL)  # noqa: DTZ001 - the point of it


@pytest.mark.parametrize("table", METADATA.sorted_tables, ids=lambda table: table.name)
def test_the_tables_have_a_postgresql_form(table: Table) -> None:
    """Instants are kept with their zone there, and offsets are 64 bits wide."""
    ddl = str(CreateTable(table).compile(dialect=POSTGRESQL))
    assert "TIMESTAMP WITHOUT TIME ZONE" not in ddl
    assert "INTEGER" not in [line.split()[1] for line in ddl.splitlines() if "offset" in line]
