"""The receiver, and what it tells of itself."""

from __future__ import annotations

from contextlib import AsyncExitStack
from functools import partial

from hookline.parts import Begin, Work
from ingest.receive import Receiver, observing, serve, sources_of
from ingest.receive.observing import Doors
from runtime import metrics
from runtime.eventlog import EventLog
from runtime.settings import Settings


def prepared(settings: Settings) -> Begin:
    sources = sources_of(settings.source)

    async def begin(log: EventLog, stack: AsyncExitStack) -> Work:
        doors = Doors(log, metrics.RECEIVER, {source.name: source.vendor for source in settings.source})
        stack.push_async_callback(doors.tell)  # last words, when the receiver has answered what it had in hand
        door = partial(serve, Receiver(log, sources, settings.receiver), settings.receiver)
        return Work(again=(observing.periodic(doors),), door=door)

    return begin
