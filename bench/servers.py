"""The two servers that ``bench/receiver.py`` compares, a process each: ``servers.py bare|hookline FOLDER``."""

from __future__ import annotations

import asyncio
import hmac
import sys
from pathlib import Path

import uvloop
from aiohttp import web

from bench.load import KEY
from ingest.receive import Receiver, serve, sources_of
from runtime.eventlog import open_log
from runtime.settings import ReceiverSettings, SourceSettings


async def bare(_folder: Path) -> None:
    """Reads the body and checks its HMAC: the least that any receiver must do."""

    async def handle(request: web.Request) -> web.Response:
        body = await request.read()
        signature = hmac.digest(KEY.encode(), body, "sha256").hex()
        good = hmac.compare_digest(signature, request.headers.get("Idenfy-Signature", ""))
        return web.Response(status=200 if good else 401)

    app = web.Application()
    app.router.add_post("/callbacks/{source}", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await _serve(int(runner.addresses[0][1]))


async def hookline(folder: Path) -> None:
    """The receiver as it is shipped, on the embedded log."""
    log = await open_log(f"sqlite:///{folder}/bench.db")
    sources = sources_of([SourceSettings(name="idenfy", vendor="idenfy", secrets=(KEY,))])
    settings = ReceiverSettings(listen="127.0.0.1:0")
    async with serve(Receiver(log, sources, settings), settings) as url:
        await _serve(int(url.rpartition(":")[2]))


async def _serve(port: int) -> None:
    print(port, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run({"bare": bare, "hookline": hookline}[sys.argv[1]](Path(sys.argv[2])))
