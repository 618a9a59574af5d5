from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from runtime.eventlog import EventLog
from tests.eventlog.backends import BACKENDS, Backend, Open, open_at


@pytest.fixture(params=BACKENDS, ids=lambda backend: backend.name)
def backend(request: pytest.FixtureRequest) -> Backend:
    """Each backend in turn; where it is allowed to differ, the test must fail."""
    chosen: Backend = request.param
    reason = chosen.differences.get(request.node.originalname)
    if reason is not None:
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
    return replace(chosen, server=request.getfixturevalue(chosen.server).url) if chosen.server else chosen


@pytest.fixture
async def place(backend: Backend, tmp_path: Path) -> AsyncIterator[str]:
    async with backend.place(tmp_path, backend.server) as url:
        yield url


@pytest.fixture
async def opener(place: str) -> AsyncIterator[Open]:
    """Opens the log at this test's place, as often as wanted; all are closed afterwards."""
    logs: list[EventLog] = []

    async def open_here(**options: float) -> EventLog:
        logs.append(await open_at(place, **options))  # type: ignore[arg-type]
        return logs[-1]

    yield open_here
    for log in logs:
        await log.close()


@pytest.fixture
async def log(opener: Open) -> EventLog:
    return await opener()
