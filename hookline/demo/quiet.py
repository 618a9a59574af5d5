"""When a vendor's callbacks have come to all that they will come to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
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
    """Whether the vendor has delivered all, and its own stages have made events of it.

    Asked in the order in which records travel; what was fetched meanwhile travels once more.
    """
    if not await sandbox.delivered():
        return False
    before = await _stored(process.log, vendor)
    for stage in process.stages:
        if stage.name.endswith(f".{vendor}") and not await _is_done(process.log, stage):
            return False
    return not await _asks(process.log, vendor) and before == await _stored(process.log, vendor)


async def is_all_done(process: Running) -> bool:
    """Whether every stage has finished all there is, and nothing came meanwhile."""
    before = await _ends(process)
    for stage in process.stages:
        if not await _is_done(process.log, stage):
            return False
    return before == await _ends(process)


async def _ends(process: Running) -> list[Mapping[int, int]]:
    names = {topic for stage in process.stages for topic in stage.topics}
    return [await process.log.ends(topic) for topic in sorted(names)]


async def _is_done(log: EventLog, stage: Stage) -> bool:
    for topic in stage.topics:
        if await log.lag(topic, stage.name):
            return False
    return True


async def _asks(log: EventLog, vendor: str) -> bool:
    """Whether anything is still to be read at the vendor."""
    newest = {record.key: record.value async for record in log.scan(topics.fetch_requests(vendor))}
    return any(value is not None for value in newest.values())


async def _stored(log: EventLog, vendor: str) -> list[tuple[int, int]]:
    return [(record.partition, record.offset) async for record in log.scan(topics.callbacks(vendor))]
