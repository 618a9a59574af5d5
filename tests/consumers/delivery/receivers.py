"""Whoever is told of alerts, on a real socket of loopback: what it heard, and the ways in which it lies."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import orjson
from standardwebhooks import Webhook

SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="
OTHER_SECRET = "whsec_" + "enl4d3Z1dHNycXBvbm1sa2ppaGdmZWRjYmE="

Mood = Callable[[asyncio.StreamWriter], Awaitable[None]]
"""What it does once it has read a request; the connection is closed afterwards."""


def says(status: int, *headers: str, body: bytes = b"") -> Mood:
    """An HTTP answer, whole."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        head = [f"HTTP/1.1 {status} Some Reason", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
        writer.write("\r\n".join(head).encode() + body)
        await writer.drain()

    return answer


async def hangs(_writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def drops(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def garbage(writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x16\x03\x01\x02\x00garbage\r\n\r\n")
    await writer.drain()


async def half_a_head(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Le")
    await writer.drain()


async def slow_body(writer: asyncio.StreamWriter) -> None:
    """Takes it at once, and never comes to an end of saying so."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    with suppress(ConnectionError):
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)


async def takes_too_long(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(1.0)
    await says(200)(writer)


@dataclass(frozen=True, slots=True)
class Heard:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def document(self) -> Any:  # noqa: ANN401 - any JSON
        return orjson.loads(self.body)

    def verified(self, secret: str = SECRET) -> Any:  # noqa: ANN401 - any JSON
        """What a receiver that knows the secret reads; raises where the signature is not its sender's."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass(slots=True)
class Receiver:
    """``moods`` are for the next requests, ``mood`` for all after them."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    moods: deque[Mood] = field(default_factory=deque)
    mood: Mood = field(default_factory=lambda: says(200))
    connections: int = 0
    at_once: int = 0
    most_at_once: int = 0

    @property
    def ids(self) -> list[str]:
        return [each.id for each in self.heard]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError, ValueError):
                self.heard.append(await _request(reader))
                await (self.moods.popleft() if self.moods else self.mood)(writer)
        finally:
            self.at_once -= 1
            writer.close()


async def _request(reader: asyncio.StreamReader) -> Heard:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Heard(first.split(" ")[1], headers, body)


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """It listens while the context is open."""
    made = Receiver()
    tasks: set[asyncio.Task[None]] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await made.answer(reader, writer)

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
