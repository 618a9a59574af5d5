"""What is no success, as a problem of RFC 9457 with the error's own code."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import orjson
from aiohttp import web

from ingest.act.errors import ActionError
from ingest.act.told import error_row

_TYPE = "application/problem+json"


def problem(status: int, code: str, detail: str, **more: object) -> web.Response:
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail, **more}
    response = web.Response(status=status, body=orjson.dumps(body), content_type=_TYPE)
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def problem_of(error: ActionError) -> web.Response:
    row: Mapping[str, object] = error_row(error)
    more = {"fields": row["fields"], "vendor_says": row["vendor_says"], "action_id": error.action_id}
    return problem(int(error.http_status), error.code, str(error), **more)
