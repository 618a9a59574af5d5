from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from consumers.projections.store import Store, open_store
from runtime.eventlog import EventLog, open_log
from schemas.topics import is_compacted
from tests.consumers.migrated import migrated_database, migrated_file, migrated_template
from tests.servers.postgres import Postgres


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[EventLog]:
    opened = await open_log(f"sqlite:///{tmp_path}/log.db", is_compacted=is_compacted)
    yield opened
    await opened.close()


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Where this test's read model lies."""
    return f"sqlite:///{tmp_path}/views.db"


@pytest.fixture(scope="session")
def template(postgres: Postgres) -> Iterator[str]:
    with migrated_template(postgres) as name:
        yield name


@pytest.fixture
async def own_database(postgres: Postgres, template: str) -> AsyncIterator[str]:
    """The URL of a read model on PostgreSQL without a row, this test's alone."""
    async with migrated_database(postgres, template) as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
async def own_read_model(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a read model without a row: the same promises on both databases."""
    async with AsyncExitStack() as stack:
        if request.param == "postgresql":
            server, name = request.getfixturevalue("postgres"), request.getfixturevalue("template")
            yield await stack.enter_async_context(migrated_database(server, name))
        else:
            yield migrated_file(tmp_path / "views.db")


@pytest.fixture
async def store(own_read_model: str) -> AsyncIterator[Store]:
    async with open_store(own_read_model) as opened:
        yield opened
