from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.eventlog.backends import kafka_place
from tests.servers.kafka import Kafka
from tests.servers.local_kafka import LocalBroker, local_broker


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalBroker]:
    """A broker that this file's tests harm; each leaves it running."""
    with local_broker(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@pytest.fixture
async def place(broker: LocalBroker, tmp_path: Path) -> AsyncIterator[str]:
    async with kafka_place(tmp_path, broker.url) as url:
        yield url


@pytest.fixture
async def wide(kafka: Kafka, tmp_path: Path) -> AsyncIterator[str]:
    """A place with topics of four partitions, on the broker that nobody may harm."""
    async with kafka_place(tmp_path, kafka.url, 4) as url:
        yield url
