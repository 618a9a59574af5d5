"""Lists in pages: ``page[number]`` and ``page[size]``, with the response headers of facts 7, conventions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from sandbox.solaris.refusal import invalid

_SIZE, _LARGEST = 10, 1000


def page(request: web.Request, everything: Sequence[dict[str, Any]]) -> web.Response:
    """The asked page as a bare array. Raises ``Refused`` for a number or size that is none."""
    number = _positive(request, "page[number]", 1)
    size = min(_positive(request, "page[size]", _SIZE), _LARGEST)
    start = (number - 1) * size
    headers = {"total": str(len(everything)), "per-page": str(size)}
    if start + size < len(everything):
        following = request.url.update_query({"page[number]": str(number + 1), "page[size]": str(size)})
        headers["link"] = f'<{following}>; rel="next"'
    return web.json_response(list(everything[start : start + size]), headers=headers)


def _positive(request: web.Request, name: str, default: int) -> int:
    given = request.query.get(name, str(default))
    if not (given.isascii() and given.isdigit() and 0 < int(given) < 10**9):
        raise invalid(name, "must be a positive number")
    return int(given)
