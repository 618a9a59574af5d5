"""Documents where they lie on the log: which may be opened, and what is there."""

from __future__ import annotations

import asyncio

from consumers.console.console import Console
from consumers.redriving import letter_at
from runtime.errors import LogUnavailable
from runtime.eventlog import EventLog, Record
from schemas import topics
from schemas.message import Undecodable

_WITHIN = 15.0
"""Seconds that the log may take to give a record."""


def is_openable(console: Console, topic: str) -> bool:
    """Whether documents lie there: of a vendor in the settings, or dead letters."""
    return topic == topics.DEAD_LETTERS or topic in {topics.callbacks(source.vendor) for source in console.sources}


async def record_at(log: EventLog, topic: str, partition: int, offset: int) -> Record | None:
    """The record that lies there, ``None`` where none does any more: a dead letter that was redriven or erased is gone,
    though a log may keep it until its next compaction. Raises ``LogUnavailable``.
    """
    try:
        async with asyncio.timeout(_WITHIN):
            if topic == topics.DEAD_LETTERS:
                found = await letter_at(log, partition, offset)
                return None if found is None else found[0]
            async for record in log.scan(topic, partition=partition, start=offset):
                return record if record.offset == offset and record.value is not None else None
    except Undecodable:
        return None
    except TimeoutError:
        where = f"{topic}/{partition}/{offset}"
        raise LogUnavailable(f"the log does not answer: {where} did not come within {_WITHIN:g} s") from None
    return None
