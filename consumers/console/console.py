"""What every handler of the console has at hand."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from consumers.console.desk import ActionDesk
from consumers.projections.store import Store
from runtime.access.access import Access
from runtime.eventlog import EventLog
from runtime.settings import SourceSettings


@dataclass(frozen=True, slots=True)
class Console:
    """``store`` is the read model, ``desk`` acts at vendors, where that can be done from here."""

    store: Store
    log: EventLog
    access: Access
    desk: ActionDesk | None = None
    sources: Sequence[SourceSettings] = ()
    title: str = "Hookline"


CONSOLE: web.AppKey[Console] = web.AppKey("console", Console)

STOPPING: web.AppKey[asyncio.Event] = web.AppKey("stopping", asyncio.Event)
"""Set when the server is told to stop: an answer that goes on for ever (server-sent events) ends then."""
