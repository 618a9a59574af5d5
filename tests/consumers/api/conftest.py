from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from consumers.projections.store import Store
from runtime.eventlog import EventLog
from tests.consumers.api.api_served import Api, served
from tests.consumers.read_models import read_model_in


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """What the databases do differently is tested where they are asked."""
    async with read_model_in(tmp_path) as opened:
        yield opened


@pytest.fixture
async def api(log: EventLog, store: Store) -> AsyncIterator[Api]:
    async with served(log, store) as opened:
        yield opened
