"""Credas' v2 API, played truthfully over HTTP: processes, entities, results, overrides, its webhooks and its faults.

``make_app`` gives an aiohttp application: Credas' own paths under ``/api/v2/ci``, and under ``/_sandbox/`` the control
API with which a demo or a test plays the person, the back office, the network and time (``sandbox.credas.control``
lists it). "Facts" are those of docs/vendors/credas.md. What Credas' pages leave open is decided in one place each, and
said there.
"""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from sandbox.credas import api, control, overrides
from sandbox.credas.account import Account, Behaviour
from sandbox.credas.calls import WORLD
from sandbox.credas.world import World
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
    app.add_routes([*overrides.routes(), *api.routes(), *control.routes()])
    app.on_shutdown.append(_end_hung_calls)
    living(app, world.courier, world.pass_time, _LOOK_AT_CLOCK_EVERY)
    return app


async def _end_hung_calls(app: web.Application) -> None:
    app[WORLD].closing.set()


__all__ = ["Account", "Behaviour", "make_app"]
