"""The server's application: routes, what goes with every answer, and what is said of each request in the log."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from importlib.resources import files
from time import perf_counter
from typing import Any

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from ingest.act.acting import Acting
from ingest.act.errors import ActionError
from ingest.act.operators import Operators
from ingest.act.web.api import OPERATOR, Api
from ingest.act.web.problems import problem, problem_of
from runtime.errors import SettingsInvalid

_log = structlog.get_logger(__name__)

_HTTP: Mapping[int, tuple[str, str]] = {
    404: ("no-such-path", "nothing here; the API is under /api/v1, the page is /actions"),
    408: ("body-too-slow", "the body did not come in time; send it again"),
    413: ("body-too-large", "the body has more bytes than may be sent here"),
}
"""Code and words of what is wrong before any action is asked for."""

_LAST_WORDS = 5.0
"""Seconds that requests which were broken off have to tell the log."""

_UNDER_WAY: web.AppKey[set[asyncio.Task[Any]]] = web.AppKey("under-way", set)

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_PAGE = {
    "/actions": ("actions.html", "text/html"),
    "/actions.js": ("actions.js", "text/javascript"),
    "/actions.css": ("actions.css", "text/css"),
}


def make_runner(acting: Acting, operators: Operators, seconds: float) -> web.AppRunner:
    """When it stops, what is under way has so many seconds to end; then it is broken off, and the log is told so."""
    half = seconds / 2  # aiohttp waits for so long twice: for connections to end, then for each one's handler
    return web.AppRunner(make_app(acting, operators), access_log=None, shutdown_timeout=half)


def make_app(acting: Acting, operators: Operators) -> web.Application:
    """Answers ``/api/v1/…`` for those who hold an operator's token, and the page that asks it, for everybody."""
    api = Api(acting, operators)
    app = web.Application(middlewares=[_under_way, _told, _problems])
    app[_UNDER_WAY] = set()
    app.on_cleanup.append(_last_words)
    app.add_routes(
        [
            web.get("/api/v1/actions", api.list_actions),
            web.post("/api/v1/vendors/{vendor}/actions/{action}", api.act),
            web.get("/api/v1/actions/waiting", api.list_waiting),
            web.post("/api/v1/actions/{id}/confirm", api.confirm),
            *(web.get(path, _file(*named)) for path, named in _PAGE.items()),
            web.get("/", _to_page),
            web.get("/favicon.ico", _nothing),
        ]
    )
    return app


async def _to_page(_request: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": "/actions"})


async def _nothing(_request: web.Request) -> web.Response:
    return web.Response(status=204)


def _file(name: str, media_type: str) -> Handler:
    content = (files(__package__) / "page" / name).read_bytes()

    async def serve(_request: web.Request) -> web.Response:
        return web.Response(body=content, content_type=media_type, charset="utf-8")

    return serve


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
    response.headers.update(_HEADERS)
    route = request.match_info.route.resource
    milliseconds = round((perf_counter() - began) * 1000)
    known = route.canonical if route is not None else "none"
    _log.info(
        "request",
        method=request.method,
        route=known,
        status=response.status,
        operator=request.get(OPERATOR),
        milliseconds=milliseconds,
    )
    return response


@web.middleware
async def _problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ActionError as error:
        return problem_of(error)
    except web.HTTPMethodNotAllowed as error:
        response = problem(error.status, "method-not-allowed", f"use {', '.join(sorted(error.allowed_methods))}")
        response.headers[hdrs.ALLOW] = ", ".join(sorted(error.allowed_methods))
        return response
    except web.HTTPException as error:
        return problem(error.status, *_HTTP.get(error.status, ("bad-request", error.reason)))
    except SettingsInvalid as error:
        _log.error("settings are wrong", error=str(error))
        return problem(500, "settings", "the settings of this account are wrong; its operator's log says how")
    except Exception:
        _log.exception("answering failed", method=request.method)
        return problem(500, "program-error", "a fault of ours; the log has it")
