"""Requests on a log: due until their tombstone, also while somebody reads them and others settle."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runtime.errands.requests import Requests
from runtime.eventlog import EventLog, Put, open_log

TOPIC = "requests"


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[EventLog]:
    """A log that keeps every record, as Kafka does until it compacts."""
    opened = await open_log(f"sqlite:///{tmp_path}/log.db", is_compacted=lambda _topic: False)
    yield opened
    await opened.close()


async def ask(log: EventLog, *keys: str) -> None:
    for key in keys:
        await log.append(TOPIC, Put(key, 0, b"{}"))


async def test_what_is_settled_while_they_are_read_is_not_given_any_more(log: EventLog) -> None:
    """Else whoever works while the log is read for more does it twice. Asked for again, it is due the next time."""
    await ask(log, "a", "b", "c", "d")
    requests = Requests(log, TOPIC, 0)
    given = []
    async for record in requests.unsettled():
        given.append(record.key)
        if record.key == "a":
            for key in ("b", "c"):
                await requests.settle(key)
            await ask(log, "c")
    assert ["a", "d"] == given
    assert ["a", "d", "c"] == [record.key async for record in requests.unsettled()]
