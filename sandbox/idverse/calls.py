"""What surrounds every call: it is counted, meets with the faults that were ordered, and refusals get their shape."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from aiohttp import web

from sandbox.idverse import faults
from sandbox.idverse.refusal import Refused
from sandbox.idverse.world import World
from sandbox.refusing import Handler, refusing

WORLD = web.AppKey("world", World)
STALE = web.RequestKey("stale", bool)
"""Whether the call shall answer with what was true before the last change."""

Call = Callable[[World, web.Request], Awaitable[web.Response]]


def surrounded(name: str, call: Call) -> Handler:
    """The call under that name of ``faults.CALLS``: quota, then outage, then faults, then the call itself."""

    async def answer(request: web.Request) -> web.Response:
        world = request.app[WORLD]
        with world.limits.under_way():
            await _latency(world)
            world.pass_time()
            return await _answer(world, name, call, request)

    return refusing(answer)


async def _latency(world: World) -> None:
    """What a call takes has passed, or the sandbox closes."""
    if world.behaviour.latency:
        with suppress(TimeoutError):  # the usual end: the sandbox did not close meanwhile
            await asyncio.wait_for(world.closing.wait(), world.scaled(world.behaviour.latency))


async def _answer(world: World, name: str, call: Call, request: web.Request) -> web.Response:
    world.limits.count(name, world.clock.now())
    if world.clock.now() < world.faults.down_until:
        return faults.outage()
    fault = world.faults.take(name, request.match_info.get("transaction_id"))
    if fault == faults.HANG:
        return await faults.hang(request, world.closing)
    replaced = faults.instead(fault)
    if replaced is not None:
        return replaced
    request[STALE] = fault == faults.STALE
    try:
        return faults.spoilt(fault, await call(world, request))
    except Refused as refused:
        return faults.spoilt(fault, refused.response())


def as_json(members: Any, status: int = 200) -> web.Response:  # noqa: ANN401 - any JSON
    return web.json_response(members, status=status)
