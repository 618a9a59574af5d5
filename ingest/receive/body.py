"""Reading a body within bounds: so many bytes, so many seconds, as it came."""

from __future__ import annotations

import asyncio

from aiohttp import web

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class BodyTooLarge(Exception):
    """More bytes than the limit were announced or sent."""


class BodyTooSlow(Exception):
    """The body was not complete within its time."""


async def read_body(request: web.BaseRequest, limit: int, seconds: float) -> bytes:
    """The body's bytes, exactly. No more than ``limit`` bytes and one chunk are ever held."""
    if (request.content_length or 0) > limit:
        raise BodyTooLarge
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(_CONTINUE)
    if request.content.is_eof():
        return _within(request.content.read_nowait(), limit)
    try:
        async with asyncio.timeout(seconds):
            return await _bounded(request, limit)
    except TimeoutError:
        raise BodyTooSlow from None


def _within(body: bytes, limit: int) -> bytes:
    if len(body) > limit:
        raise BodyTooLarge
    return body


async def _bounded(request: web.BaseRequest, limit: int) -> bytes:
    chunks, size = [], 0
    async for chunk in request.content.iter_any():
        size += len(chunk)
        if size > limit:
            raise BodyTooLarge
        chunks.append(chunk)
    return b"".join(chunks) if len(chunks) != 1 else chunks[0]
