from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from schemas.registry.client import Registry, open_registry
from schemas.registry.transport import Access
from tests.schemas.registry.front import Front, front_of
from tests.servers.registry import Registry as Server


@pytest.fixture
async def client(registry: Server) -> AsyncIterator[Registry]:
    """The program's own client of the registry that all tests share."""
    async with open_registry(Access(registry.url)) as client:
        yield client


@pytest.fixture
async def front(registry: Server) -> AsyncIterator[Front]:
    """A gateway before that registry."""
    async with front_of(registry.url) as front:
        yield front
