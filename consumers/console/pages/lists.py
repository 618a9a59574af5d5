"""Pages of rows: what a filter asked for, one page of it, and the way to the next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar
from urllib.parse import urlencode

from aiohttp import web

from consumers.console.pages import places
from consumers.projections.queries import InvalidCursor, Page

T = TypeVar("T")

PAGE = 50


async def page_of(request: web.Request, ask: Callable[[str | None], Awaitable[Page[T]]]) -> Page[T]:
    """The page that the query's cursor asks for. Whoever comes with an old one is sent to the beginning."""
    try:
        return await ask(request.query.get("cursor") or None)
    except InvalidCursor:
        raise web.HTTPSeeOther(places.without(request, "cursor")) from None


def next_of(request: web.Request, page: Page[T]) -> str | None:
    """The address of what follows."""
    if page.next is None:
        return None
    here = places.without(request, "cursor", "said")
    return f"{here}{'&' if '?' in here else '?'}{urlencode({'cursor': page.next})}"
