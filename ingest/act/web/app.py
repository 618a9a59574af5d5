"""The server's application: routes, what goes with every answer, and what is said of each request in the log."""

from __future__ import annotations

from importlib.resources import files
from time import perf_counter

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from ingest.act.acting import Acting
from ingest.act.errors import ActionError
from ingest.act.operators import Operators
from ingest.act.web.api import Api
from ingest.act.web.problems import problem, problem_of
from runtime.errors import SettingsInvalid

_log = structlog.get_logger(__name__)

_MOST = 16 * 1024 * 1024
"""Bytes of a request: a file of 10 MB in base64."""

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


def make_app(acting: Acting, operators: Operators) -> web.Application:
    """Answers ``/api/v1/…`` for those who hold an operator's token, and the page that asks it, for everybody."""
    api = Api(acting, operators)
    app = web.Application(client_max_size=_MOST, middlewares=[_told, _problems])
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
async def _told(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A line for each request: never its path, its query or a header, as ids and tokens stand there."""
    began = perf_counter()
    response = await handler(request)
    response.headers.update(_HEADERS)
    route = request.match_info.route.resource
    milliseconds = round((perf_counter() - began) * 1000)
    known = route.canonical if route is not None else "none"
    _log.info("request", method=request.method, route=known, status=response.status, milliseconds=milliseconds)
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
        return problem(error.status, "http", error.reason)
    except SettingsInvalid as error:
        _log.error("settings are wrong", error=str(error))
        return problem(500, "settings", "the settings of this account are wrong; its operator's log says how")
    except Exception:
        _log.exception("answering failed", method=request.method)
        return problem(500, "program-error", "a fault of ours; the log has it")
