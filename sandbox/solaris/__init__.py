"""Solaris with IDnow, played truthfully over HTTP: token, persons, identifications, webhooks, and its faults.

``make_app`` gives an aiohttp application: Solaris' own paths, and under ``/_sandbox/`` the control API with which a
demo or a test plays the customer, IDnow and time (``sandbox.solaris.control`` lists it). Persons named
``X-AUTOTEST-<scenario>`` or ``X-MANUALTEST-<scenario>`` start the scenarios of the video identification guide. What
Solaris' pages leave open is decided in one place each, and said there.
"""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from sandbox.lifecycle import living
from sandbox.solaris import api, businesses, control, plays, subscriptions, tokens
from sandbox.solaris.account import Account, Behaviour
from sandbox.solaris.guard import WORLD
from sandbox.solaris.world import World

_LOOK_AT_CLOCK_EVERY = 0.05


def make_app(
    account: Account | None = None, behaviour: Behaviour | None = None, clock: Callable[[], float] | None = None
) -> web.Application:
    """The application; its cleanup stops every delivery within ``courier.STOP_WITHIN`` seconds.

    ``clock`` gives Unix seconds and defaults to the real one; the vendor's time passes ``1 / time_scale`` as fast.
    """
    app = web.Application()
    app[WORLD] = world = World(account or Account(), behaviour or Behaviour(), clock)
    app.add_routes([*tokens.routes(), *subscriptions.routes(), *api.routes(), *businesses.routes(), *control.routes()])
    app.on_shutdown.append(_end_hanging_calls)
    living(app, world.courier, lambda: plays.play_due(world), _LOOK_AT_CLOCK_EVERY)
    return app


async def _end_hanging_calls(app: web.Application) -> None:
    app[WORLD].stopping.set()


__all__ = ["Account", "Behaviour", "make_app"]
