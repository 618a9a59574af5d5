"""IDVerse, played truthfully over HTTP: IDKit's API and Enterprise 3.5, their notifications, limits and faults.

``make_app`` gives an aiohttp application: IDVerse's own paths, and under ``/_sandbox/`` the control API with which a
demo or a test plays the user, the network and time (``sandbox.idverse.control`` lists it). What IDVerse's pages leave
open is decided in one place each, and said there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from aiohttp import web

from sandbox.idverse import api, control, enterprise
from sandbox.idverse.account import NO_RETRY, Account, Behaviour
from sandbox.idverse.calls import WORLD
from sandbox.idverse.world import World

_LOOK_AT_CLOCK_EVERY = 0.05


def make_app(
    account: Account | None = None, behaviour: Behaviour | None = None, clock: Callable[[], float] | None = None
) -> web.Application:
    """The application; its cleanup ends hung calls, and every delivery within ``deliver.STOP_WITHIN`` seconds.

    ``clock`` gives Unix seconds and defaults to the real one.
    """
    app = web.Application()
    app[WORLD] = World(account or Account(), behaviour or Behaviour(), clock)
    app.add_routes([*api.routes(), *enterprise.routes(), *control.routes()])
    app.on_shutdown.append(_end_hung_calls)
    app.cleanup_ctx.append(_deliveries)
    app.cleanup_ctx.append(_passing_time)
    return app


async def _end_hung_calls(app: web.Application) -> None:
    app[WORLD].closing.set()


async def _deliveries(app: web.Application) -> AsyncIterator[None]:
    courier = app[WORLD].courier
    courier.open()
    yield
    await courier.close()


async def _passing_time(app: web.Application) -> AsyncIterator[None]:
    """Transactions go on by themselves; a failure of this task is raised by the cleanup."""
    task = asyncio.create_task(_watch_clock(app[WORLD]), name="idverse clock")
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _watch_clock(world: World) -> None:
    while True:
        world.pass_time()
        await asyncio.sleep(_LOOK_AT_CLOCK_EVERY)


__all__ = ["NO_RETRY", "Account", "Behaviour", "make_app"]
