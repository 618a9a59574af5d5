from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from runtime.settings import environment
from tests.servers.docker import container, engine_answers
from tests.servers.local_kafka import QUICK, STARTED, VERSION, local_broker
from tests.servers.ports import HOST, free_ports


@dataclass(frozen=True, slots=True)
class Kafka:
    bootstrap: str

    @property
    def url(self) -> str:
        return f"kafka://{self.bootstrap}"


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """The broker that all tests share, started when the first one asks; nobody may harm it."""
    with any_kafka(tmp_path_factory) as broker:
        with ThreadPoolExecutor(1) as beside:  # a test that asks for the broker may be running a loop already
            beside.submit(asyncio.run, _has_coordinator(broker.bootstrap)).result()
        yield broker


async def _has_coordinator(bootstrap: str) -> None:
    """A new broker makes the topic of groups when it is first asked for one, and has nobody for them until then."""
    async with asyncio.timeout(60):
        while True:
            admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
            try:
                await admin.start()
                await admin.list_consumer_group_offsets("nobody")
            except KafkaError:
                await asyncio.sleep(0.2)
            else:
                return
            finally:
                await admin.close()


@contextmanager
def any_kafka(folders: pytest.TempPathFactory) -> Iterator[Kafka]:
    """The one at HOOKLINE_TEST_KAFKA (``host:port``), else one in Docker, else one of this machine's own.

    Skips the test where there is none.
    """
    given = environment().get("HOOKLINE_TEST_KAFKA")
    if given:
        yield Kafka(given.removeprefix("kafka://"))
    elif engine_answers():
        with _in_docker() as bootstrap:
            yield Kafka(bootstrap)
    else:
        with local_broker(folders.mktemp("kafka")) as local:
            yield Kafka(local.bootstrap)


@contextmanager
def _in_docker() -> Iterator[str]:
    (port,) = free_ports(1)
    properties = {
        **QUICK,
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": "1@localhost:9093",
        "listeners": "PLAINTEXT://0.0.0.0:9092,CONTROLLER://localhost:9093",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{port}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
    }
    environ = {"KAFKA_" + key.replace(".", "_").upper(): value for key, value in properties.items()}
    with container(f"apache/kafka:{VERSION}", (9092, port), STARTED, environ):
        yield f"{HOST}:{port}"
