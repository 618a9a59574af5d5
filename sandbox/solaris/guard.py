"""What every call of the partner's API meets with: the limit of parallel calls, ordered faults, the bearer token."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import web

from sandbox.refusing import Handler, refusing
from sandbox.solaris.refusal import Refused, bad_gateway, generic_error, too_many
from sandbox.solaris.world import World

WORLD = web.AppKey("world", World)
STALE = web.RequestKey("stale", bool)
FAULTS = ("hang", "500", "429", "html", "content_type", "truncated", "error_body", "stale")
"""Faults that the control API can order; ``control`` says what each does."""

_HANG = 150.0
"""Seconds after which Solaris ends an idle call (facts 7, conventions)."""
_PAGE = "<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Service Unavailable</h1></body></html>"


def guarded(handler: Handler) -> Handler:
    """The handler behind limit, faults and token; every refusal is in Solaris' envelope."""

    async def answer(request: web.Request) -> web.Response:
        world = request.app[WORLD]
        async with _counted(world, request):
            return await _with_fault(world, request, handler)

    return refusing(answer)


@asynccontextmanager
async def _counted(world: World, request: web.Request) -> AsyncIterator[None]:
    usage, resource = world.usage, request.match_info.route.resource
    usage.calls[f"{request.method} {'' if resource is None else resource.canonical}"] += 1
    usage.under_way += 1
    usage.highest = max(usage.highest, usage.under_way)
    try:
        if usage.under_way > world.account.parallel:
            usage.refused += 1
            raise too_many()
        yield
    finally:
        usage.under_way -= 1


async def _with_fault(world: World, request: web.Request, handler: Handler) -> web.Response:
    if world.down_for():
        raise bad_gateway()
    fault = world.take_fault()
    await refuse_as_ordered(fault, world)
    _check_token(world, request.headers.get("Authorization"))
    request[STALE] = fault == "stale"
    return spoilt(fault, await handler(request))


async def refuse_as_ordered(fault: str | None, world: World) -> None:
    """Raises ``Refused`` where the fault takes the call's place, late where it hangs."""
    if fault == "hang":
        with suppress(TimeoutError):
            await asyncio.wait_for(world.stopping.wait(), _HANG * world.behaviour.time_scale)
        raise Refused(504, "gateway_timeout", "The request took too long.")
    if fault == "500":
        raise generic_error()
    if fault == "429":
        raise too_many()


def spoilt(fault: str | None, right: web.Response) -> web.Response:
    """The right answer, or what an ordered fault makes of it; the call itself has then happened."""
    body = right.body if isinstance(right.body, bytes) else b""
    if fault == "html":
        return web.Response(status=503, text=_PAGE, content_type="text/html")
    if fault == "content_type":
        return web.Response(status=right.status, body=body, content_type="text/plain")
    if fault == "truncated":
        return web.Response(status=right.status, body=body[: len(body) // 2], content_type="application/json")
    if fault == "error_body":
        return web.json_response(generic_error().envelope())
    return right


def _check_token(world: World, header: str | None) -> None:
    if not header:
        raise Refused(401, "token_required", "An access token is required.")
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or world.tokens.get(token, 0) <= world.clock.seconds():
        raise Refused(401, "invalid_token", "The access token is invalid or expired.")


async def json_object(request: web.Request) -> dict[str, Any]:
    """The request's JSON object, empty without a body. Raises ``Refused`` with invalid_json for anything else."""
    raw = await request.read()
    try:
        body = await request.json() if raw else {}
    except (ValueError, RecursionError):
        raise Refused(400, "invalid_json", "The request body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise Refused(400, "invalid_json", "The request body is not a JSON object.")
    return body
