"""A broker to measure on, and topics on it that nobody else has."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.servers.local_kafka import local_broker

PARTITIONS = 6


def parsed(description: str | None) -> argparse.Namespace:
    """The command line, the same for every benchmark on Kafka: ``kafka`` is the address that was given, or ``None``."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kafka", metavar="HOST:PORT", help="a broker that runs; without it one is started here")
    return parser.parse_args()


@asynccontextmanager
async def broker(given: str | None) -> AsyncIterator[str]:
    """A broker's address: the one that was given, else that of one which is gone afterwards."""
    if given is not None:
        yield given
        return
    with TemporaryDirectory() as folder, local_broker(Path(folder)) as started:
        yield started.bootstrap


@asynccontextmanager
async def log_with(bootstrap: str, topics: Iterable[str]) -> AsyncIterator[str]:
    """The URL of a log with these topics, each of six partitions, empty; they are gone afterwards."""
    prefix = f"bench-{uuid4().hex[:8]}"
    names = [f"{prefix}.{topic}" for topic in topics]
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        answer = await admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in names])
        assert not any(code for _, code, *_ in answer.topic_errors), answer.topic_errors
        try:
            yield f"kafka://{bootstrap}/{prefix}"
        finally:
            await admin.delete_topics(names)
    finally:
        await admin.close()
