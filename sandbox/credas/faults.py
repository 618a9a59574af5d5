"""What goes wrong with calls, on request: whole answers replaced, true answers spoilt or withheld, an outage."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import web

from sandbox.credas.refusal import INTERNAL_ERROR, TOO_MANY

READS = ("journeys", "entity", "process", "details", "magic-link", "summary", "idv-entries", "idv-entry", "data-check")
WRITES = ("create-entity", "create-process", "delete-process", "reinvite", "resend-invite", "hard-delete")
OVERRIDES = ("liveness", "id-document", "supporting-documents", "data-check-status")
CALLS = (*READS, *WRITES, *OVERRIDES)

STALE, EMPTY, HANG, HANG_AFTER = "stale", "empty", "hang", "hang-after"
_LOOK_AFTER_CALLER_EVERY = 0.02
_PAGE = "<!DOCTYPE html>\n<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>\n"


def _page(status: int, title: str) -> web.Response:
    """What something in front answers in the vendor's place."""
    return web.Response(status=status, text=_PAGE.format(title), content_type="text/html")


_INSTEAD: dict[str, Callable[[], web.Response]] = {
    "500": lambda: web.json_response(INTERNAL_ERROR, status=500),
    "429": lambda: web.json_response(TOO_MANY, status=429),
    "html": lambda: _page(502, "502 Bad Gateway"),
    "html-200": lambda: _page(200, "Just a moment..."),
    "error-body": lambda: web.json_response({"errors": [INTERNAL_ERROR["title"]]}),
}
"""Answers that replace the call: it has no effect."""


def _retyped(status: int, body: bytes) -> web.Response:
    return web.Response(status=status, body=body, content_type="text/plain")


def _truncated(status: int, body: bytes) -> web.Response:
    return web.Response(status=status, body=body[: len(body) // 2], content_type="application/json")


def _failed(_status: int, _body: bytes) -> web.Response:
    return web.json_response(INTERNAL_ERROR, status=500)


_SPOILT: dict[str, Callable[[int, bytes], web.Response]] = {
    "wrong-content-type": _retyped,
    "truncated": _truncated,
    "500-after": _failed,
}
"""What becomes of the true answer: the call had its effect."""

KINDS = (HANG, HANG_AFTER, STALE, EMPTY, *_INSTEAD, *_SPOILT)


@dataclass(slots=True)
class Order:
    """A fault for ``times`` calls (0: until replaced) of that name and about that id; ``None`` is any."""

    fault: str
    call: str | None
    id: str | None
    times: int

    def fits(self, call: str, ids: Collection[str]) -> bool:
        return self.call in {None, call} and (self.id is None or self.id in ids)


class Faults:
    def __init__(self) -> None:
        self.orders: list[Order] = []
        self.down_until = 0.0

    def take(self, call: str, ids: Collection[str]) -> str | None:
        """The fault with which this call meets; the first order that fits is used up by one."""
        order = next((each for each in self.orders if each.fits(call, ids)), None)
        if order is None:
            return None
        if order.times == 1:
            self.orders.remove(order)
        order.times = max(order.times - 1, 0)
        return order.fault


def outage() -> web.Response:
    return _page(503, "503 Service Unavailable")


def instead(fault: str | None) -> web.Response | None:
    """The answer that replaces the call, ``None`` where the call is made."""
    make = _INSTEAD.get(fault or "")
    return None if make is None else make()


def spoilt(fault: str | None, answer: web.Response) -> web.Response:
    """The true answer after the fault."""
    spoil = _SPOILT.get(fault or "")
    if spoil is None:
        return answer
    return spoil(answer.status, answer.body if isinstance(answer.body, bytes) else b"")


async def hang(request: web.Request, closing: asyncio.Event) -> web.Response:
    """Returns once the caller gave up or the sandbox closes; nobody hears the answer."""
    while not closing.is_set() and request.transport is not None:
        with suppress(TimeoutError):  # time to look after the caller again
            await asyncio.wait_for(closing.wait(), _LOOK_AFTER_CALLER_EVERY)
    return outage()
