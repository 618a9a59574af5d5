"""The settings' log, for whoever only looks: it knows no stage, so that such a command starts at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from runtime.errors import LogRefused
from runtime.eventlog import EventLog, open_log
from runtime.settings import Settings
from schemas.topics import is_compacted


@asynccontextmanager
async def opened_log(settings: Settings, *, existing: bool = False) -> AsyncIterator[EventLog]:
    """The settings' log, closed when the context ends. ``existing`` refuses to create one just to look at it."""
    path = settings.log.sqlite_path
    if existing and path is not None and not path.exists():
        raise LogRefused(f"{path}: no such log; start the stages first, or name their settings with --settings")
    log = await open_log(
        settings.log.url,
        is_compacted=is_compacted,
        deadline=settings.log.deadline,
        max_record_bytes=settings.log.max_record_bytes,
        kafka=settings.kafka,
    )
    try:
        yield log
    finally:
        await log.close()
