from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Table, text

from consumers.errors import ProjectionUnavailable
from consumers.projections.projector import stage
from consumers.projections.store import Store, open_store
from consumers.projections.tables import METADATA
from consumers.projections.views import VIEWS, as_markdown
from runtime.eventlog import EventLog
from schemas.event import Outcome, Reason, ReasonClass
from tests.consumers.making import append, told, work

DOCUMENTATION = Path(__file__).parents[3] / "docs" / "read-model.md"


def test_the_documentation_has_every_view_and_column() -> None:
    """Word for word, from the table that the views are made from."""
    assert as_markdown().strip() in DOCUMENTATION.read_text()


async def test_every_view_has_its_columns_and_rows(log: EventLog, store: Store) -> None:
    """In the order in which they are documented. Reasons are apart from the counts, so that nobody adds them up."""
    reasons = (Reason(ReasonClass.FRAUD, "FAKE_FACE"), Reason(ReasonClass.FRAUD, "DOC_FAKE"))
    await append(log, told(1, Outcome.REJECTED, reasons=reasons), told(2, Outcome.PENDING, verification_id="scan-2"))
    await work(log, stage(store, log))
    found = {}
    async with store.reading() as connection:
        for view in VIEWS:
            result = await connection.execute(text(f"SELECT * FROM {view.name}"))  # noqa: S608 - ours
            assert list(view.columns) == list(result.keys())
            found[view.name] = len(result.all())
    expected = {
        "hookline_verifications": 2,
        "hookline_timeline": 2,
        "hookline_subjects": 2,
        "hookline_open_work": 1,
        "hookline_daily_counts": 2,
        "hookline_daily_reasons": 2,
        "hookline_source_activity": 1,
        "hookline_sources": 1,
        "hookline_alerts": 0,
        "hookline_dead_letters": 0,
        "hookline_progress": 1,
    }
    assert expected == found


@pytest.mark.parametrize("own_read_model", ["sqlite"], indirect=True)
async def test_sqlite_keeps_the_comments_in_the_views_own_text(store: Store) -> None:
    """As ``.schema`` shows them."""
    async with store.reading() as connection:
        texts = (await connection.scalars(text("SELECT sql FROM sqlite_master WHERE type = 'view'"))).all()
    for view in VIEWS:
        (told_of,) = [each for each in texts if each.startswith(f"CREATE VIEW {view.name} ")]
        assert view.about in told_of
        assert all(view.words(column) in told_of for column in view.columns)


async def test_postgresql_keeps_comments_on_views_columns_and_tables(own_database: str) -> None:
    """As psql shows them when it describes a view."""
    of_columns = text(
        "SELECT attname, col_description(attrelid, attnum) FROM pg_attribute "
        "WHERE attrelid = CAST(:name AS regclass) AND attnum > 0 ORDER BY attnum"
    )
    of_whole = text("SELECT obj_description(CAST(:name AS regclass), 'pg_class')")
    async with open_store(own_database) as store, store.reading() as connection:
        for view in VIEWS:
            assert view.about == await connection.scalar(of_whole, {"name": view.name})
            columns = (await connection.execute(of_columns, {"name": view.name})).all()
            assert [(name, view.words(name)) for name in view.columns] == [tuple(each) for each in columns]
        for table in METADATA.sorted_tables:
            assert table.comment == await connection.scalar(of_whole, {"name": table.name})


@asynccontextmanager
async def analyst(store: Store) -> AsyncIterator[str]:
    """A role that may read the views and nothing else, as the documentation grants it."""
    role = f"analyst_{uuid4().hex[:12]}"
    async with store.writing() as connection:
        await connection.execute(text(f"CREATE ROLE {role}"))
        await connection.execute(text(f"GRANT SELECT ON {', '.join(view.name for view in VIEWS)} TO {role}"))
    try:
        yield role
    finally:
        async with store.writing() as connection:
            await connection.execute(text(f"DROP OWNED BY {role}"))
            await connection.execute(text(f"DROP ROLE {role}"))


async def test_an_analyst_needs_the_views_alone(log: EventLog, own_database: str) -> None:
    """Reading them is granted, the tables stay closed; reasons can be asked for as JSON."""
    async with open_store(own_database) as store, analyst(store) as role:
        await append(log, told(1, Outcome.REJECTED, reasons=(Reason(ReasonClass.FRAUD, "FAKE_FACE"),)))
        await work(log, stage(store, log))
        for_fraud = """SELECT count(*) FROM hookline_verifications WHERE reasons @> '[{"class": "FRAUD"}]'"""
        async with store.reading() as connection:
            await connection.execute(text(f"SET LOCAL ROLE {role}"))
            for view in VIEWS:
                await connection.execute(text(f"SELECT * FROM {view.name}"))  # noqa: S608 - ours
            assert 1 == (await connection.exec_driver_sql(for_fraud)).scalar()
        for table in METADATA.sorted_tables:
            with pytest.raises(ProjectionUnavailable, match="permission denied"):
                await read_as(store, role, table)


async def read_as(store: Store, role: str, table: Table) -> None:
    async with store.reading() as connection:
        await connection.execute(text(f"SET LOCAL ROLE {role}"))
        await connection.execute(table.select())
