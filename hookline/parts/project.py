"""Events into the read model."""

from __future__ import annotations

from contextlib import AsyncExitStack, suppress

from consumers.errors import ProjectionUnavailable
from consumers.projections import projector
from consumers.projections.store import open_store
from hookline.parts import Begin, Work
from runtime.eventlog import EventLog
from runtime.settings import Settings


def prepared(settings: Settings) -> Begin:
    async def begin(log: EventLog, stack: AsyncExitStack) -> Work:
        store = await stack.enter_async_context(open_store(settings.projections_url, migrates=False))
        with suppress(ProjectionUnavailable):  # the stage waits for it, and says so
            await store.migrate()
        return Work(stages=(projector.stage(store, log),))

    return begin
