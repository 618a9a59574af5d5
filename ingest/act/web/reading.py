"""What a request asks for, read within bounds and checked as far as its form goes."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
from aiohttp import web

from ingest.act.errors import InvalidOrder
from ingest.act.operators import Operator
from ingest.act.planning import Asking
from ingest.action import FieldKind, InvalidArgument, VendorAction
from ingest.receive.body import BodyTooLarge, BodyTooSlow, read_body

BODY_WITHIN = 60.0
"""Seconds that a body may take: a file of 10 MB over a slow line."""

_MOST = 2 * 1024 * 1024
_MOST_WITH_FILE = 16 * 1024 * 1024
"""Bytes of a request: a file of 10 MB in base64, where the action takes one."""

_MEMBERS = {"arguments", "source", "reason", "dry_run"}
_LONGEST_KEY = 200

Body = Mapping[str, object]


async def body_of(request: web.Request, action: VendorAction) -> Body:
    """The request's JSON. Raises ``InvalidOrder``, and aiohttp's own where it is too large or too slow."""
    takes_file = any(field.kind is FieldKind.FILE for field in action.fields)
    content = await _content(request, _MOST_WITH_FILE if takes_file else _MOST)
    try:
        body = orjson.loads(content or b"{}")
    except orjson.JSONDecodeError:
        raise InvalidOrder([InvalidArgument("body", "not JSON")]) from None
    if not isinstance(body, dict):
        raise InvalidOrder([InvalidArgument("body", f"not an object with {', '.join(sorted(_MEMBERS))}")])
    if body.keys() - _MEMBERS:
        raise InvalidOrder([InvalidArgument("body", f"has other members than {', '.join(sorted(_MEMBERS))}")])
    return body


async def _content(request: web.Request, most: int) -> bytes:
    try:
        return await read_body(request, most, BODY_WITHIN)
    except BodyTooLarge:
        raise web.HTTPRequestEntityTooLarge(most, request.content_length or most) from None
    except BodyTooSlow:
        raise web.HTTPRequestTimeout from None
    except ConnectionError:  # nobody is there to be told
        raise web.HTTPBadRequest(reason="the connection ended within the body") from None


def asking_of(vendor: str, action: str, operator: Operator, body: Body) -> Asking:
    """Raises ``InvalidOrder``."""
    arguments, source, reason = body.get("arguments") or {}, body.get("source"), body.get("reason") or ""
    faults = [
        InvalidArgument(name, f"give {what}")
        for name, value, kind, what in (
            ("arguments", arguments, dict, "an object"),
            ("source", source or "", str, "a source's name"),
            ("reason", reason, str, "a text"),
            ("dry_run", body.get("dry_run") or False, bool, "true or false"),
        )
        if not isinstance(value, kind)
    ]
    if faults or not isinstance(arguments, dict):
        raise InvalidOrder(faults)
    return Asking(vendor, action, arguments, operator, str(source) if source else None, str(reason))


def key_of(request: web.Request) -> str | None:
    """The key under which it is done once. Raises ``InvalidOrder``."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (0 < len(key) <= _LONGEST_KEY and key.isprintable()):
        raise InvalidOrder([InvalidArgument("Idempotency-Key", f"give 1 to {_LONGEST_KEY} printable characters")])
    return key
