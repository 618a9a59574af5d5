"""The audit from its end, on both logs and over several partitions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from consumers.console.looking_back import looks_before
from consumers.projections.queries import InvalidCursor
from runtime.eventlog import EventLog
from schemas import audit, topics
from schemas.audit import Look
from schemas.message import Message
from tests.eventlog.backends import kafka_place, open_at
from tests.examples import NOON


@pytest.fixture(params=["sqlite", "kafka"])
async def log(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[EventLog]:
    async with AsyncExitStack() as stack:
        url = f"sqlite:///{tmp_path}/log.db"
        if request.param == "kafka":
            server = request.getfixturevalue("kafka").url
            url = await stack.enter_async_context(kafka_place(tmp_path, server, 3, [topics.AUDIT]))
        opened = await open_at(url)
        stack.push_async_callback(opened.close)
        yield opened


async def look(log: EventLog, number: int, who: str) -> None:
    at = NOON + timedelta(seconds=number)
    await log.append(topics.AUDIT, audit.to_message(Look(str(number), at, who, "viewer", "token", "search")))


async def pages(log: EventLog, limit: int) -> list[list[str]]:
    found, cursor = [], None
    while True:
        page = await looks_before(log, cursor, limit)
        found.append([each.id for each in page.items])
        if page.next is None:
            return found
        cursor = page.next


async def test_looks_are_told_the_newest_first_each_once(log: EventLog) -> None:
    """Whoever looked, and whatever else was appended in between that is no look."""
    for number in range(7):
        await look(log, number, f"person-{number % 4}")
        await log.append(topics.AUDIT, Message(f"torn-{number}", f"person-{number}", (), b"no look"))
    assert [["6", "5", "4"], ["3", "2", "1"], ["0"]] == await pages(log, 3)
    assert [[str(number) for number in reversed(range(7))]] == await pages(log, 7)


async def test_looks_that_come_meanwhile_change_no_later_page(log: EventLog) -> None:
    for number in range(4):
        await look(log, number, f"person-{number}")
    first = await looks_before(log, None, 2)
    await look(log, 9, "person-9")
    second = await looks_before(log, first.next, 2)
    assert (["1", "0"], None) == ([each.id for each in second.items], second.next)


async def test_a_log_without_looks_has_none(log: EventLog) -> None:
    assert [[]] == await pages(log, 3)


async def test_a_cursor_that_was_made_up_is_refused(log: EventLog) -> None:
    with pytest.raises(InvalidCursor):
        await looks_before(log, "made-up", 3)
