"""A gateway before a real registry, as operators put one there: it asks who comes, counts, and can be made to fail."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import ClientSession, web

from tests.servers.ports import HOST


@dataclass(slots=True)
class Front:
    """Forwards to ``behind`` what carries ``authorization``, if that is asked for, unless it has an answer of its own.

    ``answer`` (status, media type, body) is given to the next ``times`` requests whose path ends with ``only``;
    ``silent`` gives none at all. ``asked`` are the requests that came, as ``GET /subjects``. ``prefix`` stands before
    each subject's name over there, so that whoever comes this way finds a registry that knows none yet.
    """

    behind: str
    prefix: str = ""
    url: str = ""
    authorization: str | None = None
    answer: tuple[int, str, str] = (503, "text/plain", "")
    times: int = 0
    only: str = ""
    silent: bool = False
    asked: list[str] = field(default_factory=list)
    media_types: set[str] = field(default_factory=set)

    def answers(self, status: int, body: str = "", media_type: str = "application/json") -> None:
        """From now on every request has this answer."""
        self.answer, self.times = (status, media_type, body), 1_000_000

    async def handle(self, request: web.Request) -> web.Response:
        self.asked.append(f"{request.method} {request.path}")
        if self.silent:
            await asyncio.Event().wait()
        if self.times and request.path.endswith(self.only):
            self.times -= 1
            status, media_type, body = self.answer
            return web.Response(status=status, content_type=media_type, text=body)
        if self.authorization is not None and request.headers.get("Authorization") != self.authorization:
            return web.json_response({"error_code": 401, "message": "Unauthorized"}, status=401)
        return await self._forwarded(request)

    async def _forwarded(self, request: web.Request) -> web.Response:
        body = await request.read()
        if body:
            self.media_types.add(request.content_type)
        headers = {"Content-Type": request.content_type} if body else {}
        async with (
            ClientSession() as client,
            client.request(request.method, self._there(request.path_qs), data=body or None, headers=headers) as reply,
        ):
            return web.Response(status=reply.status, content_type=reply.content_type, body=await reply.read())

    def _there(self, path: str) -> str:
        return self.behind + re.sub(r"/(subjects|config)/", rf"/\1/{self.prefix}", path)


@asynccontextmanager
async def front_of(
    behind: str, tls: ssl.SSLContext | None = None, *, prefix: str = "", port: int = 0
) -> AsyncIterator[Front]:
    """A gateway before the registry at this address, listening while the context is open; at any port for 0."""
    front = Front(behind, prefix)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", front.handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port, ssl_context=tls).start()
        front.url = f"{'https' if tls else 'http'}://localhost:{runner.addresses[0][1]}"
        yield front
    finally:
        await runner.cleanup()
