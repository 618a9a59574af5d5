"""What every sandbox's application does beside answering: deliveries are under way, and time passes by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from aiohttp import web

from sandbox.courier import Courier


def living(app: web.Application, courier: Courier, tick: Callable[[], object], every: float) -> None:
    """While the application runs the courier is open, and ``tick`` is called every so many seconds.

    A failure of ``tick`` is raised by the application's cleanup.
    """

    async def deliveries(_app: web.Application) -> AsyncIterator[None]:
        courier.open()
        yield
        await courier.close()

    async def passing_time(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(_ticking(tick, every), name="sandbox clock")
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    app.cleanup_ctx.append(deliveries)
    app.cleanup_ctx.append(passing_time)


async def _ticking(tick: Callable[[], object], every: float) -> None:
    while True:
        tick()
        await asyncio.sleep(every)
