"""Alerts: raised, and brought to their channels."""

from __future__ import annotations

from contextlib import AsyncExitStack

from consumers.alerts.delivery import stage as delivery
from consumers.alerts.wiring import alerting
from hookline.parts import Begin, Work
from runtime.eventlog import EventLog
from runtime.settings import Settings


def prepared(settings: Settings) -> Begin:
    async def begin(log: EventLog, stack: AsyncExitStack) -> Work:
        alerts = await stack.enter_async_context(alerting(settings, log))
        return Work((*delivery.stages(settings, log), *alerts.stages), alerts.again)

    return begin
