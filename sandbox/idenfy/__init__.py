"""iDenfy, played truthfully over HTTP: its partner API, its webhooks with signatures and retries, and its faults.

``make_app`` gives an aiohttp application: iDenfy's own paths, and under ``/_sandbox/`` the control API with which a
demo or a test plays the user, the reviewer and time (``sandbox.idenfy.control`` lists it). What iDenfy's pages leave
open is decided in one place each, and said there.
"""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from sandbox.idenfy import api, control, plays
from sandbox.idenfy.account import ONE_RETRY, TEN_RETRIES, THREE_TRIES, Account, Behaviour, Environment
from sandbox.idenfy.api import WORLD
from sandbox.idenfy.world import World
from sandbox.lifecycle import living

_LARGEST_REQUEST = 16 * 1024 * 1024
_LOOK_AT_CLOCK_EVERY = 1.0


def make_app(
    account: Account | None = None, behaviour: Behaviour | None = None, clock: Callable[[], float] | None = None
) -> web.Application:
    """The application; its cleanup stops every delivery within ``courier.STOP_WITHIN`` seconds.

    ``clock`` gives Unix seconds and defaults to the behaviour's: fixed at ``start`` with a seed, else the real one.
    """
    app = web.Application(client_max_size=_LARGEST_REQUEST)
    app[WORLD] = world = World(account or Account(), behaviour or Behaviour(), clock)
    app.add_routes([*api.routes(), *control.routes()])
    living(app, world.courier, lambda: plays.expire_due(world), _LOOK_AT_CLOCK_EVERY)
    return app


__all__ = [
    "ONE_RETRY",
    "TEN_RETRIES",
    "THREE_TRIES",
    "Account",
    "Behaviour",
    "Environment",
    "make_app",
]
