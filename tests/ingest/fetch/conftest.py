from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from ingest.calling.account import Account
from ingest.fetch.stage import Fetching
from runtime.eventlog import EventLog, open_log
from runtime.settings import FetchSettings, KafkaSettings
from runtime.stage import Health, Stage, run_stage
from schemas import callback as callbacks
from schemas import deadletter, topics
from schemas.callback import Callback, CallbackKind
from schemas.deadletter import DeadLetter
from tests.eventlog.backends import kafka_place
from tests.ingest.fetch.thin import CALLBACKS, DOOR, REQUESTS, ThinVendor, account_at, callback, vendor
from tests.servers.kafka import Kafka
from tests.waiting import until


@dataclass(frozen=True, slots=True)
class Bench:
    """A log, a vendor, and the stage between them, as often as it is started."""

    log: EventLog
    vendor: ThinVendor
    start: Callable[..., AbstractAsyncContextManager[asyncio.Task[None]]]
    place: str = ""

    async def call_back(self, *says: str, source: str = "thin") -> None:
        for each in says:
            await self.log.append(CALLBACKS, callback(each, source))

    async def documents(self) -> list[Callback]:
        found = [callbacks.from_record(record) async for record in self.log.scan(CALLBACKS)]
        return [each for each in found if each.kind is CallbackKind.DOCUMENT]

    async def callbacks(self) -> list[Callback]:
        found = [callbacks.from_record(record) async for record in self.log.scan(CALLBACKS)]
        return [each for each in found if each.kind is CallbackKind.CALLBACK]

    async def dead_letters(self) -> list[DeadLetter]:
        return [deadletter.from_record(record) async for record in self.log.scan(topics.DEAD_LETTERS)]

    async def unsettled(self) -> list[str]:
        keys: dict[str, None] = {}
        async for record in self.log.scan(REQUESTS):
            keys.pop(record.key, None)
            if record.value is not None:
                keys[record.key] = None
        return list(keys)

    async def done(self) -> None:
        """Returns when every callback was taken in and every request is settled."""

        async def settled() -> bool:
            lags = [await self.log.lag(topic, "fetch.thin") for topic in (CALLBACKS, REQUESTS)]
            return not any(lags) and not await self.unsettled()

        await until(settled)


TOPICS = (CALLBACKS, REQUESTS, topics.fetch_memory("thin"), topics.DEAD_LETTERS, topics.OBSERVATIONS)


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[EventLog]:
    opened = await open_log(f"sqlite:///{tmp_path}/log.db", is_compacted=topics.is_compacted)
    yield opened
    await opened.close()


@pytest.fixture
async def bench(log: EventLog) -> AsyncIterator[Bench]:
    """``start`` runs the stage until the context that it gives ends; keyword arguments are the account's fields."""
    async with bench_on(log) as made:
        yield made


@pytest.fixture
async def on_kafka(tmp_path: Path, kafka: Kafka) -> AsyncIterator[Bench]:
    """The same on Kafka, where each topic has three partitions."""
    async with kafka_place(tmp_path, kafka.url, 3, TOPICS) as place:
        opened = await open_log(
            place, is_compacted=topics.is_compacted, kafka=KafkaSettings(session_timeout=6.0, partitions=3)
        )
        try:
            async with bench_on(opened) as made:
                yield replace(made, place=place)
        finally:
            await opened.close()


@asynccontextmanager
async def bench_on(log: EventLog) -> AsyncIterator[Bench]:
    async with vendor() as played:

        @asynccontextmanager
        async def start(
            *accounts: Account,
            horizon: float = 60.0,
            on: EventLog = log,
            **changes: Any,  # noqa: ANN401 - any field
        ) -> AsyncIterator[asyncio.Task[None]]:
            chosen = accounts or (account_at(played.url, **changes),)
            settings = FetchSettings(horizon=horizon, first_pause=0.01, longest_pause=0.05)
            fetching = Fetching(DOOR, {each.name: each for each in chosen}, on, settings)
            stage = Stage("fetch.thin", (CALLBACKS, REQUESTS), fetching.handle, owning=fetching.owning)
            stop = asyncio.Event()
            running = asyncio.create_task(run_stage(stage, on, stop, Health(stage.name)))
            try:
                yield running
            finally:
                stop.set()
                if not running.cancelled():
                    await running

        yield Bench(log, played, start)
