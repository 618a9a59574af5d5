from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from consumers.projections.store import Store, open_store
from runtime.eventlog import EventLog, open_log
from schemas.topics import is_compacted


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[EventLog]:
    opened = await open_log(f"sqlite:///{tmp_path}/log.db", is_compacted=is_compacted)
    yield opened
    await opened.close()


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Where this test's read model lies."""
    return f"sqlite:///{tmp_path}/views.db"


@pytest.fixture(params=["sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, url: str) -> AsyncIterator[Store]:
    """The same promises on both databases."""
    async with AsyncExitStack() as stack:
        if request.param == "postgresql":
            url = await stack.enter_async_context(request.getfixturevalue("postgres").fresh_database())
        yield await stack.enter_async_context(open_store(url))
