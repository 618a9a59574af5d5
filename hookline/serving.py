"""Wires the stages that a process runs to one log, and runs them until they are told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog

from hookline.logs import opened_log
from hookline.parts import CONSOLE, FETCH, NORMALIZE, PARTS, RECEIVE, RECONCILE, prepared
from hookline.registry import explained, schemas_ready
from hookline.topics import check_topics
from runtime.errors import SettingsInvalid
from runtime.eventlog import EventLog
from runtime.observability import serve_operations
from runtime.periodic import run_periodically
from runtime.settings import Settings
from runtime.stage import Health, Stage, run_stage
from schemas.registry import verify

_log = structlog.get_logger(__name__)

_OF_SOURCES = {RECEIVE, FETCH, RECONCILE, NORMALIZE, CONSOLE}
"""The parts that are of no use without a source."""


@dataclass(frozen=True, slots=True)
class Running:
    """Where the parts of this process answer. ``receiver`` is ``None`` where none runs here.

    What ``/ready`` asks are the ``healths``: whoever runs something beside the parts adds its own.
    """

    log: EventLog
    receiver: str | None
    operations: str
    stages: tuple[Stage, ...]
    healths: list[Health]


@asynccontextmanager
async def running(settings: Settings, parts: Collection[str]) -> AsyncIterator[Running]:
    """The named parts, running while the context is open.

    On leaving, the receiver answers what it has in hand, then every stage finishes its batch, then the log closes. A
    fault of the program in one of them ends the context's body and leaves here as an exception.
    """
    with explained():
        verify()
    if not settings.source and _OF_SOURCES & set(parts):
        raise SettingsInvalid("source: none configured; add a [[source]] with name, vendor and secrets")
    begins = [prepared(part, settings) for part in PARTS if part in parts]
    async with AsyncExitStack() as stack:
        if not set(parts) <= {RECEIVE, CONSOLE}:  # these store bytes as they came, whatever becomes of the registry
            await stack.enter_async_context(schemas_ready(settings.registry))
        for weakness in await check_topics(settings, parts):
            _log.warning("topics would not survive a broker's loss", weakness=weakness)
        log = await stack.enter_async_context(opened_log(settings))
        works = [await begin(log, stack) for begin in begins]
        staged = [(stage, Health(stage.name)) for work in works for stage in work.stages]
        repeated = [(each, Health(each.name)) for work in works for each in work.again]
        healths = [health for _, health in (*staged, *repeated)]
        operations = await stack.enter_async_context(serve_operations(settings.observability, log, healths))
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            for stage, health in staged:
                tasks.create_task(run_stage(stage, log, stop, health), name=stage.name)
            for each, health in repeated:
                tasks.create_task(run_periodically(each, stop, health), name=each.name)
            async with AsyncExitStack() as doors:
                open_doors = [await doors.enter_async_context(work.door()) for work in works if work.door is not None]
                receiver = open_doors[0] if open_doors else None
                yield Running(log, receiver, operations, tuple(stage for stage, _ in staged), healths)
            stop.set()
