"""IDVerse, played truthfully over HTTP: IDKit's API and Enterprise 3.5, their notifications, limits and faults.

``make_app`` gives an aiohttp application: IDVerse's own paths, and under ``/_sandbox/`` the control API with which a
demo or a test plays the user, the network and time (``sandbox.idverse.control`` lists it). What IDVerse's pages leave
open is decided in one place each, and said there.
"""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from sandbox.idverse import api, control, enterprise
from sandbox.idverse.account import NO_RETRY, Account, Behaviour
from sandbox.idverse.calls import WORLD
from sandbox.idverse.world import World
from sandbox.lifecycle import living

_LOOK_AT_CLOCK_EVERY = 0.05


def make_app(
    account: Account | None = None, behaviour: Behaviour | None = None, clock: Callable[[], float] | None = None
) -> web.Application:
    """The application; its cleanup ends hung calls, and every delivery within ``courier.STOP_WITHIN`` seconds.

    ``clock`` gives Unix seconds and defaults to the real one.
    """
    app = web.Application()
    app[WORLD] = world = World(account or Account(), behaviour or Behaviour(), clock)
    app.add_routes([*api.routes(), *enterprise.routes(), *control.routes()])
    app.on_shutdown.append(_end_hung_calls)
    living(app, world.courier, world.pass_time, _LOOK_AT_CLOCK_EVERY)
    return app


async def _end_hung_calls(app: web.Application) -> None:
    app[WORLD].closing.set()


__all__ = ["NO_RETRY", "Account", "Behaviour", "make_app"]
