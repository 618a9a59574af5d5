"""Answers: JSON with a strong tag, written down as a look before it is shown, and pages with the way to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import orjson
from aiohttp import hdrs, web

from consumers.console.api.operations import Asked
from consumers.console.auditing import audited
from consumers.projections.queries import Page, as_json
from runtime.access.http import ACCESS
from runtime.errors import HooklineError

_REVALIDATED = "private, no-cache"
"""Whoever keeps an answer asks whether it still holds before showing it again."""

_WHO_ASKS = f"{hdrs.AUTHORIZATION}, {hdrs.COOKIE}"

T = TypeVar("T")


class NothingThere(HooklineError):
    """Check what was asked for; or wait, where it has just been made: the read model follows the log."""


async def answer(asked: Asked, row: Mapping[str, Any], *, look: str | None, about: str = "") -> web.Response:
    """200 with the row, or 304 where that is what the caller holds already.

    What is shown is first written down as a ``look`` (``None``: it names no verification and nobody). Raises
    ``LogUnavailable``: nothing is shown then.
    """
    body = orjson.dumps(row)
    tag = _tag(asked, body)
    headers = {hdrs.ETAG: f'"{tag}"', hdrs.CACHE_CONTROL: _REVALIDATED, hdrs.VARY: _WHO_ASKS}
    if _is_held(asked.request, tag):
        return web.Response(status=304, headers=headers)
    if look is not None:
        await audited(asked.request, look, about)
    return web.Response(body=body, content_type="application/json", headers=headers)


async def answer_page(
    asked: Asked, page: Page[T], *, look: str | None, about: str = "", shown: Callable[[T], Mapping[str, Any]] = as_json
) -> web.Response:
    """The same for a page, with a ``Link`` to the next one where there is one."""
    row = {"items": [shown(item) for item in page.items], "next": page.next}
    response = await answer(asked, row, look=look, about=about)
    if page.next is not None:
        following = asked.request.rel_url.update_query(cursor=page.next)
        response.headers[hdrs.LINK] = f'<{following}>; rel="next"'
    return response


def written(row: Mapping[str, Any], status: int = 200) -> web.Response:
    """What came of a change; nobody may keep it."""
    return web.Response(status=status, body=orjson.dumps(row), content_type="application/json")


def _tag(asked: Asked, body: bytes) -> str:
    """Of the answer and of whoever asked: what one person was shown is no answer to another one who comes to the same
    browser, for that is a look of theirs. It cannot be worked out from what an answer might be: who could do that would
    be told by a 304, without a look, that they guessed right.
    """
    who = asked.who.name if asked.who is not None else ""
    sealer = asked.request.config_dict[ACCESS].sessions.sealer
    return sealer.mark(who.encode("utf-8", "surrogatepass") + b"\0" + body)


def _is_held(request: web.Request, tag: str) -> bool:
    """``*`` would ask whether there is anything at all, and nobody is told so without a look."""
    return any(each.value == tag for each in request.if_none_match or ())
