"""The receiver on a socket: starts, says where, and stops without losing what it has in hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from aiohttp import web

from ingest.receive.receiver import Receiver
from runtime.listening import listening
from runtime.settings import ReceiverSettings


@asynccontextmanager
async def serve(receiver: Receiver, settings: ReceiverSettings) -> AsyncIterator[str]:
    """Serves while the context is open and gives the address, ``http://host:port``.

    On leaving, no new connection is accepted, callbacks in flight are answered within ``shutdown_timeout`` seconds, and
    what is left then is cut off unanswered. Raises ``SettingsInvalid`` when the address cannot be listened on.
    """
    runner = web.ServerRunner(
        web.Server(
            receiver.handle,
            auto_decompress=False,
            access_log=None,
            keepalive_timeout=settings.keepalive_timeout,
            lingering_time=1.0,
        ),
        shutdown_timeout=1.0,
    )
    async with listening(runner, settings.listen, "receiver.listen") as url:
        yield url
        for site in tuple(runner.sites):
            await site.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(settings.shutdown_timeout):
                await receiver.drain()
