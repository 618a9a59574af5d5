"""Work that is done again and again, beside the stages: on trouble it waits for its next time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog

from runtime import metrics
from runtime.errors import LogUnavailable
from runtime.stage import Health

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Periodic:
    """``work`` is done at once and then every so many seconds; it must be safe to repeat.

    ``retriable`` are the errors of its own dependencies that pass by themselves.
    """

    name: str
    every: float
    work: Callable[[], Awaitable[None]]
    retriable: tuple[type[Exception], ...] = ()


async def run_periodically(periodic: Periodic, stop: asyncio.Event, health: Health) -> None:
    """Runs until ``stop`` is set; what is being done then is finished. A fault of the program leaves here."""
    retriable: tuple[type[Exception], ...] = (LogUnavailable, *periodic.retriable)
    while not stop.is_set():
        try:
            await periodic.work()
        except retriable as error:
            health.trouble = str(error)
            metrics.STAGE_RETRIES.labels(periodic.name, type(error).__name__).inc()
            _log.warning("stage waits", stage=periodic.name, error=str(error), seconds=periodic.every)
        else:
            health.trouble = None
        with suppress(TimeoutError):
            async with asyncio.timeout(periodic.every):
                await stop.wait()
