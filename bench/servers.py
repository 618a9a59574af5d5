"""The processes that the benchmarks load: ``servers.py bare|send-and-wait|hookline|normalizer LOG_URL``.

Each prints its port once it serves; the normalizer, which has none, prints 0 once it reads.
"""

from __future__ import annotations

import asyncio
import hmac
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import orjson
import uvloop
from aiohttp import web
from aiokafka import AIOKafkaProducer

from bench.load import KEY
from ingest.receive import Receiver, serve, sources_of
from normalizers.stage import stages
from runtime.eventlog import open_log
from runtime.settings import KafkaSettings, ReceiverSettings, SourceSettings
from runtime.stage import Health, run_stage
from schemas import topics
from tests.waiting import until

Handler = Callable[[web.Request], Awaitable[web.Response]]

_MEBIBYTE = 1024 * 1024


async def bare(_log_url: str) -> None:
    """Reads the body and checks its HMAC: the least that any receiver must do."""

    async def handle(request: web.Request) -> web.Response:
        return web.Response(status=200 if _is_signed(request, await request.read()) else 401)

    await _serve(handle)


async def send_and_wait(log_url: str) -> None:
    """The same, and the body is on Kafka before the answer: what one writes first."""
    bootstrap, _, prefix = log_url.removeprefix("kafka://").partition("/")
    topic = f"{prefix}.{topics.callbacks('idenfy')}"

    async def handle(request: web.Request) -> web.Response:
        body = await request.read()
        if not _is_signed(request, body):
            return web.Response(status=401)
        key = orjson.loads(body)["scanRef"].encode()
        headers = [(name.decode("latin-1"), value) for name, value in request.raw_headers]
        await producer.send_and_wait(topic, body, key=key, headers=headers)
        return web.Response(status=200)

    async with _producer(bootstrap) as producer:
        await _serve(handle)


async def hookline(log_url: str) -> None:
    """The receiver as it is shipped."""
    log = await open_log(log_url)
    sources = sources_of([SourceSettings(name="idenfy", vendor="idenfy", secrets=(KEY,))])
    settings = ReceiverSettings(listen="127.0.0.1:0")
    async with serve(Receiver(log, sources, settings), settings) as url:
        await _ready(int(url.rpartition(":")[2]))


async def normalizer(log_url: str) -> None:
    """The normalizing stage as it is shipped."""
    log = await open_log(log_url, is_compacted=topics.is_compacted, kafka=KafkaSettings(session_timeout=6))
    [stage] = stages(["idenfy"], log)
    health = Health(stage.name)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(run_stage(stage, log, asyncio.Event(), health))
        await until(lambda: health.trouble is None)
        await _ready(0)


def _is_signed(request: web.Request, body: bytes) -> bool:
    signature = hmac.digest(KEY.encode(), body, "sha256").hex()
    return hmac.compare_digest(signature, request.headers.get("Idenfy-Signature", ""))


@asynccontextmanager
async def _producer(bootstrap: str) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, max_batch_size=_MEBIBYTE, linger_ms=0
    )
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def _serve(handle: Handler) -> None:
    app = web.Application()
    app.router.add_post("/callbacks/{source}", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await _ready(int(runner.addresses[0][1]))


async def _ready(port: int) -> None:
    print(port, flush=True)
    await asyncio.Event().wait()


SERVERS: dict[str, Callable[[str], Awaitable[None]]] = {
    "bare": bare,
    "send-and-wait": send_and_wait,
    "hookline": hookline,
    "normalizer": normalizer,
}

if __name__ == "__main__":
    uvloop.run(SERVERS[sys.argv[1]](sys.argv[2]))  # type: ignore[arg-type]
