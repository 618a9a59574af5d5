"""Callbacks into verification events."""

from __future__ import annotations

from contextlib import AsyncExitStack

from hookline.parts import Begin, Work
from normalizers import stage as normalizer
from runtime.eventlog import EventLog
from runtime.settings import Settings


def prepared(settings: Settings) -> Begin:
    async def begin(log: EventLog, _stack: AsyncExitStack) -> Work:
        return Work(stages=tuple(normalizer.stages(settings.vendors, log)))

    return begin
