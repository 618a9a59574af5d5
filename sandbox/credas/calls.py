"""What surrounds every call: it is counted, meets with the faults that were ordered, and needs the key."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiohttp import web

from sandbox.credas import faults
from sandbox.credas.models import Entity, Process
from sandbox.credas.refusal import Refused, forbidden
from sandbox.credas.world import World
from sandbox.refusing import Handler, refusing

WORLD = web.AppKey("world", World)
FAULT = web.RequestKey("fault", str)
"""The fault with which the call meets, empty without one."""
BASE = "/api/v2/ci"

Call = Callable[[World, web.Request], Awaitable[web.Response]]


def surrounded(name: str, call: Call) -> Handler:
    """The call under that name of ``faults.CALLS``: outage, then faults, then the key, then the call itself."""

    async def answer(request: web.Request) -> web.Response:
        world = request.app[WORLD]
        with world.usage.under_way(name):
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
    if world.clock.now() < world.faults.down_until:
        return faults.outage()
    fault = world.faults.take(name, {each.lower() for each in request.match_info.values()})
    if fault == faults.HANG:
        return await faults.hang(request, world.closing)
    replaced = faults.instead(fault)
    if replaced is not None:
        return replaced
    request[FAULT] = fault or ""
    answer = faults.spoilt(fault, await _true_answer(world, call, request))
    return await faults.hang(request, world.closing) if fault == faults.HANG_AFTER else answer


async def _true_answer(world: World, call: Call, request: web.Request) -> web.Response:
    given = request.headers.get("X-API-KEY", "").encode(errors="surrogateescape")
    if not hmac.compare_digest(given, world.account.api_key.encode()):
        world.usage.forbidden += 1
        return forbidden().response()
    try:
        return await call(world, request)
    except Refused as refused:
        return refused.response()


def entity_of(world: World, request: web.Request) -> Entity:
    """The entity that the path names; read as it was before its last change where a stale answer was ordered."""
    return world.entities.find(request.match_info["entity_id"], stale=_is_stale(request))


def process_of(world: World, request: web.Request) -> Process:
    return world.processes.find(request.match_info["process_id"], stale=_is_stale(request))


def _is_stale(request: web.Request) -> bool:
    """Nothing that is old may be written back: a call that changes something sees what is true."""
    return request.method == "GET" and request[FAULT] == faults.STALE


def moment_of(world: World, request: web.Request) -> float:
    """The time by which results are shown: before all of them where an empty answer was ordered."""
    return float("-inf") if request[FAULT] == faults.EMPTY else world.clock.now()
