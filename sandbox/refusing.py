"""How a sandbox's handlers say no: by raising their vendor's refusal, which knows its answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.Response]]


class Refusal(Exception):
    """The request is answered with ``response``, in the vendor's own envelope."""

    def response(self) -> web.Response:
        raise NotImplementedError


def refusing(handler: Handler) -> Handler:
    """The handler, whose refusals are its answers."""

    async def answer(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except Refusal as refusal:
            return refusal.response()

    return answer
