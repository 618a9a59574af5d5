"""Who looked at what, written down before it is shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from hashlib import sha256

from aiohttp import web

from consumers.console.console import CONSOLE
from runtime.access.http import known
from runtime.eventlog import EventLog
from runtime.eventlog.api import Start
from schemas import audit, topics
from schemas.audit import Look
from schemas.message import Undecodable


async def audited(request: web.Request, what: str, about: str = "") -> None:
    """The log has who looks at what now. Raises ``LogUnavailable``: nothing is shown then."""
    who = (await known(request)).identity
    look = audit.new_look(who.name, who.role, who.via, what, about)
    await request.config_dict[CONSOLE].log.append(topics.AUDIT, audit.to_message(look))


def digest(text: str) -> str:
    """What stands in the audit for what was searched for: people type names."""
    return "sha256:" + sha256(text.strip().encode("utf-8", "surrogateescape")).hexdigest()[:16]


async def looks(log: EventLog, *, start: Start = 0, follow: bool = False) -> AsyncIterator[Look]:
    """Those on the log from ``start`` on, a person's in order. Raises ``LogUnavailable``."""
    async for record in log.scan(topics.AUDIT, start=start, follow=follow):
        try:
            yield audit.from_record(record)
        except Undecodable:
            continue
