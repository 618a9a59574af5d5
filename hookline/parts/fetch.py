"""What thin callbacks left out, read at the vendors."""

from __future__ import annotations

from contextlib import AsyncExitStack

from hookline.parts import Begin, Work
from ingest.calling import accounts_of
from ingest.fetch import stage as fetcher
from runtime.eventlog import EventLog
from runtime.settings import Settings


def prepared(settings: Settings) -> Begin:
    accounts = accounts_of(settings.source)

    async def begin(log: EventLog, _stack: AsyncExitStack) -> Work:
        return Work(stages=tuple(fetcher.stages(accounts, settings.vendors, log, settings.fetch)))

    return begin
