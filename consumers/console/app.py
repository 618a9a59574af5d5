"""The console's application: every route, what goes with every answer, and what is said of each request in the log."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from time import perf_counter
from typing import Any

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from consumers.console import api, pages, signing_in
from consumers.console.console import CONSOLE, STOPPING, Console
from consumers.console.failing import answer_to
from consumers.console.problems import MoreProblems
from consumers.console.rights import route_of
from consumers.console.security import LARGEST_FORM, add_headers, guarded, harden
from runtime import metrics
from runtime.access.http import ACCESS, KNOWN

__all__ = ["CONSOLE", "STOPPING", "Console", "make_app", "make_runner"]

_log = structlog.get_logger(__name__)

_KEPT_ALIVE = 30.0
"""Seconds that an idle connection is kept; also the bound on a request's headers."""
_WITHIN = 180.0
"""Seconds that any answer may take, but for those that go on until the browser leaves."""
_LAST_WORDS = 5.0
"""Seconds that requests which were broken off have to tell the log."""

_UNDER_WAY: web.AppKey[set[asyncio.Task[Any]]] = web.AppKey("under-way", set)
_MORE: web.AppKey[tuple[MoreProblems, ...]] = web.AppKey("more-problems", tuple)


def make_runner(app: web.Application, seconds: float) -> web.AppRunner:
    """When it stops, what is under way has so many seconds to end; then it is broken off, and the log is told so."""
    half = seconds / 2  # aiohttp waits for so long twice: for connections to end, then for each one's handler
    return _Runner(app, access_log=None, shutdown_timeout=half, keepalive_timeout=_KEPT_ALIVE)


class _Runner(web.AppRunner):
    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        server.request_factory = partial(self.app._make_request, _cls=_Request)  # noqa: SLF001 - no other way in
        return server


class _Request(web.Request):
    """What is no HTTP is answered by aiohttp itself, and no application is asked about that answer's headers."""

    async def _prepare_hook(self, response: web.StreamResponse) -> None:
        if self._match_info is None:
            harden(response)
        await super()._prepare_hook(response)


def make_app(
    console: Console,
    more_routes: Sequence[web.RouteDef] = (),
    more_problems: MoreProblems | None = None,
    more_paths: Mapping[str, Mapping[str, Any]] | None = None,
) -> web.Application:
    """Answers the API under ``/api/v1``, the pages, and ``more_routes`` of those whom the console does not know.

    ``more_problems`` gives the answers to their errors, ``more_paths`` describe them in the API's description.
    """
    app = web.Application(middlewares=[_under_way, _told, _problems, guarded], client_max_size=LARGEST_FORM)
    app[CONSOLE], app[ACCESS] = console, console.access
    app[STOPPING], app[_UNDER_WAY] = asyncio.Event(), set()
    app[api.MORE_PATHS] = more_paths or {}
    app[_MORE] = () if more_problems is None else (more_problems,)
    app.on_response_prepare.append(add_headers)
    app.on_shutdown.append(_stop)
    app.on_cleanup.append(_last_words)
    app.add_routes([*api.routes(), *signing_in.routes(), *more_routes, *pages.routes()])
    pages.setup(app)
    return app


async def _stop(app: web.Application) -> None:
    app[STOPPING].set()


@web.middleware
async def _under_way(request: web.Request, handler: Handler) -> web.StreamResponse:
    task, tasks = asyncio.current_task(), request.app[_UNDER_WAY]
    assert task is not None  # noqa: S101 - a handler runs in one
    tasks.add(task)
    try:
        return await handler(request)
    finally:
        tasks.discard(task)


async def _last_words(app: web.Application) -> None:
    """What aiohttp broke off is waited for, as aiohttp does not: whoever closes the log next would be too early."""
    left = app[_UNDER_WAY].copy()
    if left:
        await asyncio.wait(left, timeout=_LAST_WORDS)


@web.middleware
async def _told(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A line for each request: never its path, its query or a header, as ids and tokens stand there."""
    began = perf_counter()
    response = await handler(request)
    who, route = request.get(KNOWN), route_of(request) or "none"
    method = request.method if request.method in hdrs.METH_ALL else "other"
    metrics.CONSOLE_REQUESTS.labels(method, route, response.status).inc()
    _log.info(
        "request",
        method=method,
        route=route,
        status=response.status,
        operator=who.identity.name if who is not None else None,
        milliseconds=round((perf_counter() - began) * 1000),
    )
    return response


@web.middleware
async def _problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        async with asyncio.timeout(None if route_of(request) == "/live" else _WITHIN):
            return await handler(request)
    except Exception as error:
        more = request.app[_MORE]
        return await answer_to(request, error, more[0] if more else None)
