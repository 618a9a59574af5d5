"""Pages that bring themselves up to date: one look a second at the read model for all who are connected."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from time import monotonic

import structlog
from aiohttp import web

from consumers.console.console import CONSOLE, STOPPING
from consumers.errors import ProjectionRefused, ProjectionUnavailable
from consumers.projections import queries
from runtime.access.http import identified
from runtime.access.identity import Identity, Role

_log = structlog.get_logger(__name__)

_EVERY = 1.0
_PACE = 2.0
"""Seconds after a change before the next one is told: a page that shows thousands of events a second helps nobody."""
_PACE_OF_ONE = 0.05
"""Seconds of that for each connection, where this is more: all of them ask for their pages anew."""
_STILL_HERE = 15.0
"""Seconds after which a connection says something, so that proxies keep it."""
_LONGEST = 600.0
"""Seconds after which a connection ends and its browser comes again: who it is is looked up anew then."""
_MOST = 200
_MOST_OF_ONE = 20
"""Connections at once: of everybody, and of one person."""

AWAY = ""
"""The version of a read model that does not answer."""


class Watcher:
    """Knows the read model's version while anybody is connected. ``ask`` raises ``ProjectionUnavailable``."""

    def __init__(self, ask: Callable[[], Awaitable[str]]) -> None:
        self.version: str | None = None
        self._ask = ask
        self._listening: dict[asyncio.Event, str] = {}
        self._task: asyncio.Task[None] | None = None

    def has_room(self, name: str) -> bool:
        of_one = sum(each == name for each in self._listening.values())
        return len(self._listening) < _MOST and of_one < _MOST_OF_ONE

    @asynccontextmanager
    async def listening(self, name: str) -> AsyncIterator[asyncio.Event]:
        """The event is set whenever the version is another one, or the watching ends by a fault of ours."""
        news = asyncio.Event()
        self._listening[news] = name
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch(), name="read model watcher")
            self._task.add_done_callback(self._ended)
        try:
            yield news
        finally:
            del self._listening[news]
            if not self._listening:
                await self.close()

    async def seen(self) -> str:
        """The version now, or one that is a little older: what a page that is rendered now will at least show."""
        if self._listening and self.version is not None:
            return self.version
        return await self._asked()

    async def close(self) -> None:
        task, self._task, self.version = self._task, None, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _watch(self) -> None:
        while True:
            version = await self._asked()
            is_new = version != self.version
            if is_new:
                self.version = version
                self._tell()
            await asyncio.sleep(max(_PACE, _PACE_OF_ONE * len(self._listening)) if is_new else _EVERY)

    async def _asked(self) -> str:
        try:
            return await self._ask()
        except (ProjectionUnavailable, ProjectionRefused):
            return AWAY

    def _tell(self) -> None:
        for news in self._listening:
            news.set()

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            _log.error("the watcher of the read model ended", exc_info=task.exception())
            self.version = AWAY
            self._tell()


WATCHER: web.AppKey[Watcher] = web.AppKey("watcher", Watcher)
SEEN: web.RequestKey[str] = web.RequestKey("seen", str)
"""The version of the read model that a page shows at least."""


async def watching(app: web.Application) -> AsyncIterator[None]:
    """For ``cleanup_ctx``: nobody watches after the application has ended."""
    yield
    await app[WATCHER].close()


def watcher_of(app: web.Application) -> Watcher:
    return Watcher(lambda: queries.version(app[CONSOLE].store))


async def begun(request: web.Request, role: Role = Role.VIEWER) -> Identity:
    """How each page begins: who asks, with that role at least, and what the page shows at least.

    Raises as ``identified`` does.
    """
    me = await identified(request, role)
    request[SEEN] = await request.config_dict[WATCHER].seen()
    return me


async def live(request: web.Request) -> web.StreamResponse:
    """Server-sent events: ``state`` with words for whoever looks, ``changed`` whenever a page should look again.

    The query's ``seen`` is the version that the page shows.
    """
    me = await identified(request, Role.VIEWER)
    watcher: Watcher = request.config_dict[WATCHER]
    if not watcher.has_room(me.name):
        raise web.HTTPServiceUnavailable(reason="too many pages are live already; this one stays as it is")
    headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    with suppress(ConnectionError):
        async with watcher.listening(me.name) as news:
            await _tell(response, watcher, news, request)
    return response


async def _tell(response: web.StreamResponse, watcher: Watcher, news: asyncio.Event, request: web.Request) -> None:
    ends, quiet_since = monotonic() + _LONGEST, monotonic()
    stopping, seen, is_live = request.config_dict[STOPPING], request.query.get("seen"), None
    while not stopping.is_set() and monotonic() < ends and not _has_left(request):
        news.clear()
        version = watcher.version
        if version is not None and is_live is not (version != AWAY):
            is_live = version != AWAY
            await _send(response, "state", "Live" if is_live else "Not live: the read model does not answer")
        if version not in {None, AWAY, seen}:
            seen, quiet_since = version, monotonic()
            await _send(response, "changed", version or "")
        if not await _either(news, stopping, _EVERY) and monotonic() - quiet_since > _STILL_HERE:
            quiet_since = monotonic()
            await response.write(b": still here\n\n")


def _has_left(request: web.Request) -> bool:
    """Nobody is told of a browser that left, so each look asks."""
    return request.transport is None or request.transport.is_closing()


async def _send(response: web.StreamResponse, event: str, data: str) -> None:
    await response.write(f"event: {event}\ndata: {data}\n\n".encode())


async def _either(one: asyncio.Event, other: asyncio.Event, seconds: float) -> bool:
    """Whether one of them was set within so many seconds."""
    waits = [asyncio.ensure_future(each.wait()) for each in (one, other)]
    try:
        done, _ = await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        return bool(done)
    finally:
        for each in waits:
            each.cancel()
