from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from consumers.projections.store import Store, open_store
from runtime.eventlog import EventLog
from tests.consumers.api.api_served import Api, served


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """What the databases do differently is tested where they are asked."""
    async with open_store(url) as opened:
        yield opened


@pytest.fixture
async def api(log: EventLog, store: Store) -> AsyncIterator[Api]:
    async with served(log, store) as opened:
        yield opened
