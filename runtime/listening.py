"""A server on an address of the settings: one way to start it, to say where it is, and to stop it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from runtime.errors import SettingsInvalid
from runtime.settings import host_and_port


@asynccontextmanager
async def listening(runner: web.BaseRunner, address: str, setting: str) -> AsyncIterator[str]:
    """The runner's server listens while the context is open; gives where, as ``http://host:port``.

    Raises ``SettingsInvalid``, naming the setting, when the address cannot be listened on.
    """
    await runner.setup()
    try:
        host, port = host_and_port(address)
        try:
            await web.TCPSite(runner, host, port, backlog=1024).start()
        except OSError as error:
            raise SettingsInvalid(f"{setting} {address}: {error.strerror}; choose another port") from None
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
