"""The answer to every error, as a problem of RFC 9457."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus

import structlog
from aiohttp import hdrs, web

from consumers.alerts.handling import InvalidHandling
from consumers.console.desk import ActionFault
from consumers.errors import ProjectionRefused, ProjectionUnavailable
from consumers.projections.queries import InvalidCursor
from consumers.redriving import NotRedrivable
from runtime.access.errors import FromElsewhere, IssuerUnavailable, NotAllowed, NotAuthenticated, TooManyTries
from runtime.errors import LogRefused, LogUnavailable
from runtime.problems import problem

__all__ = ["MoreProblems", "problem", "problem_of"]

_log = structlog.get_logger(__name__)

_HTTP: Mapping[int, tuple[str, str]] = {
    408: ("body-too-slow", "the body did not come in time; send it again"),
    413: ("body-too-large", "the body has more bytes than may be sent here"),
}
"""Code and words of what is wrong before anything is asked for."""
API = "/api/"
_NO_PATH = "nothing here; see that the address is whole"
_NO_PATH_OF_API = "nothing here; the API is under /api/v1, its description is /api/v1/openapi.json"


MoreProblems = Callable[[Exception], web.Response | None]
"""The answer to an error that only others know; ``None`` where they do not know it either."""


def problem_of(error: Exception, more: MoreProblems | None = None, path: str = API) -> web.Response:
    """The answer to any error at this path. What is a fault of ours is logged, and its words are told to nobody."""
    if isinstance(error, TimeoutError):
        _log.error("answering took too long", exc_info=error)
        return problem(503, "too-slow", "this took longer than it may; ask for less, or again later")
    if isinstance(error, web.HTTPNotFound):
        return _not_found(error, path)
    for known in (_of_ours, more, _of_http):
        found = known(error) if known is not None else None
        if found is not None:
            return found
    _log.error("answering failed", exc_info=error)
    return problem(500, "program-error", "a fault of ours; the log has it")


_OURS: Mapping[type[Exception], tuple[int, str]] = {
    NotAuthenticated: (401, "unauthenticated"),
    NotAllowed: (403, "not-permitted"),
    FromElsewhere: (403, "from-elsewhere"),
    IssuerUnavailable: (503, "issuer-unavailable"),
    TooManyTries: (429, "too-many-tries"),
    LogUnavailable: (503, "log-unavailable"),
    LogRefused: (503, "log-refused"),
    ProjectionUnavailable: (503, "read-model-unavailable"),
    ProjectionRefused: (503, "read-model-refused"),
    InvalidCursor: (400, "invalid-cursor"),
    InvalidHandling: (400, "invalid-request"),
    NotRedrivable: (409, "not-redrivable"),
}


def _of_ours(error: Exception) -> web.Response | None:
    if isinstance(error, ActionFault):
        told = {"fields": error.fields, "vendor_says": error.vendor_says, "action_id": error.action_id}
        return problem(error.status, error.code, str(error), **told)
    for kind, (status, code) in _OURS.items():
        if isinstance(error, kind):
            response = problem(status, code, str(error))
            if isinstance(error, TooManyTries):
                response.headers[hdrs.RETRY_AFTER] = str(error.seconds)
            return response
    return None


def _not_found(error: web.HTTPNotFound, path: str) -> web.Response:
    """What a handler said of it; else that the program has no such path."""
    if error.reason != HTTPStatus.NOT_FOUND.phrase:
        return problem(error.status, "not-there", error.reason)
    return problem(error.status, "no-such-path", _NO_PATH_OF_API if path.startswith(API) else _NO_PATH)


def _of_http(error: Exception) -> web.Response | None:
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        response = problem(error.status, "method-not-allowed", f"use {allowed}")
        response.headers[hdrs.ALLOW] = allowed
        return response
    if isinstance(error, web.HTTPException):
        return problem(error.status, *_HTTP.get(error.status, ("bad-request", error.reason)))
    return None
