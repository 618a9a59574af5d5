from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from runtime.eventlog import EventLog, open_log
from runtime.settings import KafkaSettings
from schemas import topics
from tests.eventlog.backends import kafka_place
from tests.servers.kafka import Kafka
from tests.subscribers.programs import Subscriber, program

TOPICS = (
    topics.callbacks("idenfy"),
    topics.memory("idenfy"),
    topics.VERIFICATION_EVENTS,
    topics.DEAD_LETTERS,
)


@dataclass(frozen=True, slots=True)
class Stream:
    """Hookline's log on a real Kafka, and a service that follows it; each topic has three partitions."""

    log: EventLog
    bootstrap: str
    prefix: str
    service: Subscriber

    @property
    def topic(self) -> str:
        """The name that Kafka knows the events by."""
        return f"{self.prefix}.{topics.VERIFICATION_EVENTS}"


PROGRAMS = ("aiokafka", "confluent", "java")


@asynccontextmanager
async def streaming(name: str, kafka: Kafka, folder: Path) -> AsyncIterator[Stream]:
    """A log of its own, and the example of that name to follow it."""
    chosen = program(name)
    async with kafka_place(folder, kafka.url, 3, TOPICS) as url:
        log = await open_log(url, is_compacted=topics.is_compacted, kafka=KafkaSettings(session_timeout=6.0))
        prefix = url.rpartition("/")[2]
        service = Subscriber(chosen, kafka.bootstrap, f"{prefix}.{topics.VERIFICATION_EVENTS}", folder)
        yield Stream(log, kafka.bootstrap, prefix, service)
        await log.close()


@pytest.fixture(params=PROGRAMS)
async def stream(request: pytest.FixtureRequest, tmp_path: Path, kafka: Kafka) -> AsyncIterator[Stream]:
    """The same of every example."""
    async with streaming(request.param, kafka, tmp_path) as stream:
        yield stream
