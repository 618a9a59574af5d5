from __future__ import annotations

from collections.abc import AsyncIterator
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


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    async with open_store(url) as opened:
        yield opened
