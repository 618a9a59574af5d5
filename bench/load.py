"""A load of signed callbacks over kept-alive connections, and how long each answer took."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

import orjson

KEY = "bench-key"
PATH = "/callbacks/idenfy"
BODY_BYTES = 2800


@dataclass(frozen=True, slots=True)
class Round:
    """One round of load: answers with 200, seconds in all, each answer's seconds in ascending order."""

    answers: int
    seconds: float
    latencies: tuple[float, ...]

    @property
    def per_second(self) -> float:
        return self.answers / self.seconds

    def percentile(self, share: float) -> float:
        return percentile(self.latencies, share)


def percentile(ascending: Sequence[float], share: float) -> float:
    return ascending[min(len(ascending) - 1, int(len(ascending) * share))]


def body(number: int) -> bytes:
    """A result webhook of iDenfy's shape and usual size, about a verification of its own."""
    data = {"docType": "ID_CARD", "docSex": "FEMALE", "padding": ""}
    document = {
        "final": True,
        "platform": "MOBILE",
        "status": {"overall": "APPROVED", "fraudTags": [], "mismatchTags": [], "autoFace": "FACE_MATCH"},
        "data": data,
        "scanRef": f"bench-{number:032d}",
        "clientId": f"customer-{number}",
    }
    data["padding"] = "x" * (BODY_BYTES - len(orjson.dumps(document)))
    return orjson.dumps(document)


def requests(count: int, start: int = 0) -> list[bytes]:
    """So many signed requests, as bytes on the wire."""
    return [_request(body(number)) for number in range(start, start + count)]


def _request(content: bytes) -> bytes:
    signature = hmac.digest(KEY.encode(), content, "sha256").hex()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Idenfy-Event-Type: IDENTIFICATION_MANUAL_FINISHED\r\nIdenfy-Signature: {signature}\r\n"
        f"User-Agent: bench\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


async def run_round(port: int, wire: list[bytes], connections: int) -> Round:
    """Sends every request once, ``connections`` at a time; raises when an answer is not 200."""
    latencies: list[float] = []
    waiting = iter(wire)
    began = perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(connections):
            tasks.create_task(_one_connection(port, waiting, latencies))
    return Round(len(latencies), perf_counter() - began, tuple(sorted(latencies)))


async def run_at(port: int, wire: Sequence[bytes], per_second: float, connections: int) -> float:
    """Sends every request once, evenly over time, over at most so many connections; raises as ``run_round`` does.

    Gives the time (of ``perf_counter``) at which the first one was due; the others were due one after another since.
    """
    began = perf_counter()
    waiting = iter([(began + number / per_second, request) for number, request in enumerate(wire)])
    async with asyncio.TaskGroup() as tasks:
        for _ in range(connections):
            tasks.create_task(_one_connection_in_time(port, waiting))
    return began


async def _one_connection(port: int, waiting: Iterator[bytes], latencies: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in waiting:
        began = perf_counter()
        writer.write(request)
        await _answered(reader)
        latencies.append(perf_counter() - began)
    writer.close()
    await writer.wait_closed()


async def _one_connection_in_time(port: int, waiting: Iterator[tuple[float, bytes]]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for due, request in waiting:
        await asyncio.sleep(due - perf_counter())
        writer.write(request)
        await _answered(reader)
    writer.close()
    await writer.wait_closed()


async def _answered(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0))
