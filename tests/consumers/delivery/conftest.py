from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from consumers.alerts.delivery import routing
from consumers.alerts.delivery.channel import Channel
from consumers.alerts.delivery.requests import STAGE
from consumers.alerts.delivery.stage import Delivering
from runtime.eventlog import EventLog, open_log
from runtime.settings import KafkaSettings
from runtime.stage import Health, Stage, run_stage
from schemas import deadletter, topics
from schemas.alert import Alert
from schemas.codec import alert_to_message
from schemas.deadletter import DeadLetter
from schemas.message import Message
from tests.consumers.delivery.receivers import Receiver, receiver
from tests.eventlog.backends import kafka_place
from tests.servers.kafka import Kafka
from tests.waiting import until

KAFKA = KafkaSettings(session_timeout=6.0, partitions=3)
TOPICS = (topics.ALERTS, topics.ALERT_DELIVERIES, topics.alert_handling(), topics.DEAD_LETTERS)


@dataclass(frozen=True, slots=True)
class Desk:
    """A log, and the stages between its alerts and their channels, as often as they are started."""

    log: EventLog
    place: str = ""
    healths: list[Health] = field(default_factory=list)
    members: list[Delivering] = field(default_factory=list)

    async def raise_(self, *alerts: Alert) -> None:
        for each in alerts:
            await self.log.append(topics.ALERTS, alert_to_message(each))

    async def redrive(self, letter: DeadLetter) -> None:
        """The record goes onto its topic again, as it was."""
        assert letter.topic == topics.ALERT_DELIVERIES
        await self.log.append(letter.topic, Message(letter.key, letter.partition_key, letter.headers, letter.value))

    async def dead_letters(self) -> list[DeadLetter]:
        return [deadletter.from_record(record) async for record in self.log.scan(topics.DEAD_LETTERS)]

    async def deliveries(self) -> list[str]:
        """Keys of all that was ever asked for, and is still there."""
        return [record.key async for record in self.log.scan(topics.ALERT_DELIVERIES) if record.value is not None]

    async def unsettled(self) -> list[str]:
        keys: dict[str, None] = {}
        async for record in self.log.scan(topics.ALERT_DELIVERIES):
            keys.pop(record.key, None)
            if record.value is not None:
                keys[record.key] = None
        return list(keys)

    async def routed(self) -> None:
        """Returns when every alert was looked at, and every delivery too."""

        async def no_lag() -> bool:
            lags = [await self.log.lag(topics.ALERTS, routing.NAME), await self.log.lag(topics.ALERT_DELIVERIES, STAGE)]
            return not any(lags)

        await until(no_lag)

    async def done(self) -> None:
        """Returns when every alert was looked at, and nothing is on its way to a channel."""

        async def settled() -> bool:
            return await self.log.lag(topics.ALERTS, routing.NAME) == 0 and not await self.unsettled()

        await until(settled)

    @asynccontextmanager
    async def running(
        self, *channels: Channel, told: Sequence[str] | None = None, on: EventLog | None = None
    ) -> AsyncIterator[list[asyncio.Task[None]]]:
        """Both stages, until the context ends. ``told``: the channels of every rule (not given: all)."""
        log = on or self.log
        by_name = {each.name: each for each in channels}
        names = tuple(by_name) if told is None else tuple(told)
        delivering = Delivering(log, by_name, lambda alert: alert.rule == "dead-letters")
        self.members.append(delivering)
        stages = [
            routing.stage(log, by_name, lambda _rule: names),
            Stage(STAGE, (topics.ALERT_DELIVERIES,), delivering.handle, owning=delivering.owning),
        ]
        stop = asyncio.Event()
        healths = [Health(stage.name) for stage in stages]
        self.healths.extend(healths)
        tasks = [
            asyncio.create_task(run_stage(stage, log, stop, health))
            for stage, health in zip(stages, healths, strict=True)
        ]
        try:
            yield tasks
        finally:
            stop.set()
            await asyncio.gather(*(task for task in tasks if not task.cancelled()))


@pytest.fixture
async def desk(log: EventLog) -> Desk:
    return Desk(log)


@pytest.fixture
async def on_kafka(tmp_path: Path, kafka: Kafka) -> AsyncIterator[Desk]:
    """The same on Kafka, where each topic has three partitions."""
    async with kafka_place(tmp_path, kafka.url, 3, TOPICS) as place:
        opened = await open_log(place, is_compacted=topics.is_compacted, kafka=KAFKA)
        try:
            yield replace(Desk(opened), place=place)
        finally:
            await opened.close()


@pytest.fixture
async def heard() -> AsyncIterator[Receiver]:
    async with receiver() as made:
        yield made


@pytest.fixture
async def other() -> AsyncIterator[Receiver]:
    async with receiver() as made:
        yield made
