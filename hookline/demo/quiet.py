"""When a vendor's callbacks have come to all that they will come to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic

from hookline.demo.tellers import Sandbox
from hookline.serving import Running
from runtime.errors import HooklineError, LogUnavailable
from runtime.eventlog import EventLog
from runtime.stage import Stage
from schemas import topics

_DEADLINE = 30.0
_LOOK_AGAIN = 0.02


class DemoFailed(HooklineError):
    """Something did not arrive, or arrived wrong: look at the table above."""


async def until(condition: Callable[[], Awaitable[bool]], otherwise: str) -> None:
    """Returns when the condition holds. Raises ``DemoFailed`` with ``otherwise`` where it does not in time.

    A log that is not there just now is waited for: a new broker has nobody yet who coordinates groups.
    """
    deadline = monotonic() + _DEADLINE
    while True:
        with suppress(LogUnavailable):
            if await condition():
                return
        if monotonic() > deadline:
            raise DemoFailed(f"{otherwise} within {_DEADLINE:.0f} s")
        await asyncio.sleep(_LOOK_AGAIN)


async def is_quiet(process: Running, sandbox: Sandbox, vendor: str) -> bool:
    """Whether the vendor has delivered all, and every stage has finished all there is.

    Asked in the order in which records travel; what was fetched meanwhile travels once more.
    """
    if not await sandbox.delivered():
        return False
    before = await _stored(process.log, vendor)
    for stage in process.stages:
        if _works_for(stage, vendor) and not await _is_done(process.log, stage, vendor):
            return False
    return before == await _stored(process.log, vendor)


def _works_for(stage: Stage, vendor: str) -> bool:
    """A stage of one vendor's has its name behind a dot."""
    return stage.name.partition(".")[2] in {"", vendor}


async def _is_done(log: EventLog, stage: Stage, vendor: str) -> bool:
    for topic in stage.topics:
        if await log.lag(topic, stage.name):
            return False
    return topics.fetch_requests(vendor) not in stage.topics or not await _asks(log, vendor)


async def _asks(log: EventLog, vendor: str) -> bool:
    """Whether anything is still to be read at the vendor."""
    newest = {record.key: record.value async for record in log.scan(topics.fetch_requests(vendor))}
    return any(value is not None for value in newest.values())


async def _stored(log: EventLog, vendor: str) -> list[tuple[int, int]]:
    return [(record.partition, record.offset) async for record in log.scan(topics.callbacks(vendor))]
