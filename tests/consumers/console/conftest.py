from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runtime.eventlog import EventLog
from tests.consumers.console.at_console import At, Browser, browser, console_at


@pytest.fixture
async def at(log: EventLog, tmp_path: Path) -> AsyncIterator[At]:
    async with console_at(log, tmp_path) as it:
        yield it


@pytest.fixture
async def visitor(at: At) -> AsyncIterator[Browser]:
    """Somebody whom the console does not know yet."""
    async with browser(at) as it:
        yield it
