"""The loop that every stage runs: read a batch, handle it, finish it; on trouble wait, and begin again from the log."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog

from runtime import metrics
from runtime.errors import Fenced, LogUnavailable
from runtime.eventlog import Batch, Emit, EventLog, Reader

_log = structlog.get_logger(__name__)

_WAIT = 0.1
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 10.0


@dataclass(slots=True)
class Health:
    """Whether a stage makes progress. ``trouble`` says in words what it waits for, or is ``None``."""

    name: str
    trouble: str | None = "starting"


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Handled:
    """What a batch came to. ``finished`` is called once the batch is finished, for what may be counted once only."""

    emits: Sequence[Emit] = ()
    finished: Callable[[], None] = _nothing


Handle = Callable[[Batch], Awaitable[Handled]]


async def _ready() -> None:
    return None


Owned = Mapping[tuple[str, int], int]
"""Partitions by topic and number, each with the epoch under which it is owned: see ``Reader.owned``."""


async def _indifferent(_owned: Owned) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Stage:
    """What a stage reads, and what it makes of a batch. Its name is also its group's.

    ``begin`` comes before the first batch, and again whenever the stage begins anew. ``handle`` must be safe to repeat:
    its emits and the group's position are finished together, but a batch whose finish failed is handled again. It is
    called for one batch at a time. ``owning`` is told again and again, before each batch and several times a second,
    which partitions are this member's, and at last that none is: for work that goes on beside the batches, whose
    failure it raises. ``retriable`` are the errors of the stage's own dependencies (a database) that pass by
    themselves.
    """

    name: str
    topics: tuple[str, ...]
    handle: Handle
    begin: Callable[[], Awaitable[None]] = _ready
    owning: Callable[[Owned], Awaitable[None]] = _indifferent
    retriable: tuple[type[Exception], ...] = ()


async def run_stage(stage: Stage, log: EventLog, stop: asyncio.Event, health: Health) -> None:
    """Runs until ``stop`` is set; the batch in hand is finished first.

    The log's troubles and the stage's ``retriable`` errors are waited out with a growing, jittered pause, then a new
    reader begins: state kept from the log is read anew. Any other error is a fault of the program and leaves here.
    """
    retriable: tuple[type[Exception], ...] = (LogUnavailable, Fenced, *stage.retriable)
    pause = _FIRST_PAUSE
    while not stop.is_set():
        try:
            await stage.begin()
            async with log.read(stage.topics, stage.name) as reader:
                await _work(stage, log, reader, stop, health)
        except retriable as error:
            pause = _FIRST_PAUSE if health.trouble is None else min(pause * 2, _LONGEST_PAUSE)
            health.trouble = str(error)
            metrics.STAGE_RETRIES.labels(stage.name, type(error).__name__).inc()
            _log.warning("stage waits", stage=stage.name, error=str(error), seconds=round(pause, 1))
            await _sleep(pause * random.uniform(0.5, 1.0), stop)  # noqa: S311 - jitter, not a secret


async def _work(stage: Stage, log: EventLog, reader: Reader, stop: asyncio.Event, health: Health) -> None:
    """While a batch is being finished the next one, of another partition, is handled."""
    finishing: set[asyncio.Task[None]] = set()
    try:
        while not stop.is_set():
            batch = await reader.next_batch(_WAIT)
            finishing -= _finished(finishing)
            await stage.owning(reader.owned)
            if batch is not None:
                handled = await stage.handle(batch)
                finishing.add(asyncio.create_task(_finish(stage, log, batch, handled), name=f"finish {stage.name}"))
                await asyncio.sleep(0)  # it begins before the next batch is asked for: see ``Reader.next_batch``
            health.trouble = reader.trouble
    finally:
        failures = await _failures(finishing)
        await stage.owning({})
    if failures:
        raise failures[0]


def _finished(tasks: set[asyncio.Task[None]]) -> set[asyncio.Task[None]]:
    """Those that are done; raises what one of them raised."""
    done = {task for task in tasks if task.done()}
    for task in done:
        task.result()
    return done


async def _failures(tasks: set[asyncio.Task[None]]) -> list[BaseException]:
    """Returns when all of them are done, with what they raised."""
    if tasks:
        await asyncio.wait(tasks)
    errors = (task.exception() for task in tasks)
    return [error for error in errors if error is not None]


async def _finish(stage: Stage, log: EventLog, batch: Batch, handled: Handled) -> None:
    await log.finish(batch, handled.emits)
    handled.finished()
    metrics.RECORDS.labels(stage.name, batch.topic).inc(len(batch.records))


async def _sleep(seconds: float, stop: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
