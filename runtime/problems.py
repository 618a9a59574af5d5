"""What is no success, as a problem of RFC 9457 with a code of ours."""

from __future__ import annotations

from http import HTTPStatus

import orjson
from aiohttp import hdrs, web

_TYPE = "application/problem+json"
_LATER = "5"
"""Seconds after which what was not there may be there again."""


def problem(status: int, code: str, detail: str, **more: object) -> web.Response:
    """An answer with the status, and what it says in a form for programs."""
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail, **more}
    response = web.Response(status=status, body=orjson.dumps(body), content_type=_TYPE)
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers[hdrs.WWW_AUTHENTICATE] = "Bearer"
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers[hdrs.RETRY_AFTER] = _LATER
    return response
