"""Kafka as processes of this machine: one broker, or a cluster of several, that a test may harm as it likes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from tests.servers.commands import run
from tests.servers.fetching import fetched, maven
from tests.servers.java import java_home
from tests.servers.missing import skipped_without
from tests.servers.ports import HOST, free_ports
from tests.servers.process import ServerProcess

VERSION = "4.1.1"
STARTED = "Kafka Server started"
_JAVA = 17
_FORMAT_SECONDS = 60
_POM = f"""<project>
  <modelVersion>4.0.0</modelVersion><groupId>tests</groupId><artifactId>kafka</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{VERSION}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
"""
_JVM = (
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info",
)

QUICK: Mapping[str, str] = {
    "auto.create.topics.enable": "false",
    "broker.heartbeat.interval.ms": "500",
    "broker.session.timeout.ms": "3000",  # a broker that was killed may not come back before
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "log.cleaner.backoff.ms": "200",
    "offsets.topic.num.partitions": "3",
    "transaction.state.log.num.partitions": "3",
}
"""What every broker of the tests is told: short waits, few internal partitions, and no topic that nobody asked for."""


class LocalBroker(ServerProcess):
    """A broker of a test's own at ``bootstrap``. What it is told is in ``folder``, and so is its data."""

    def __init__(self, bootstrap: str, command: Sequence[str], folder: Path) -> None:
        super().__init__(command, folder, lambda printed: STARTED in printed)
        self.bootstrap = bootstrap

    @property
    def url(self) -> str:
        return f"kafka://{self.bootstrap}"


@dataclass(frozen=True, slots=True)
class LocalCluster:
    """Several brokers that replicate to each other, each of them also a voter of the controllers' quorum."""

    brokers: tuple[LocalBroker, ...]

    @property
    def bootstrap(self) -> str:
        return ",".join(broker.bootstrap for broker in self.brokers)

    @property
    def url(self) -> str:
        return f"kafka://{self.bootstrap}"


@dataclass(frozen=True, slots=True)
class More:
    """What a broker has beyond the ordinary: server properties, listeners by name with their ports, and options of
    the command that formats its data folder.
    """

    properties: Mapping[str, str] | None = None
    listeners: Mapping[str, int] | None = None
    format_options: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Node:
    number: int
    port: int
    controller_port: int
    folder: Path


@contextmanager
def local_broker(
    folder: Path, properties: Mapping[str, str] | None = None, *, more: More | None = None
) -> Iterator[LocalBroker]:
    """A started broker with its files in ``folder``; gone afterwards. Skips the test where none can be run."""
    with _started(folder, 1, more or More(properties)) as (broker,):
        yield broker


@contextmanager
def local_cluster(folder: Path, size: int = 3, properties: Mapping[str, str] | None = None) -> Iterator[LocalCluster]:
    """So many started brokers. Internal topics are on all of them, and need all but one to take a write."""
    with _started(folder, size, More(properties)) as brokers:
        yield LocalCluster(brokers)


@contextmanager
def _started(folder: Path, size: int, more: More) -> Iterator[tuple[LocalBroker, ...]]:
    with skipped_without("local Kafka"):
        java = [str(java_home(_JAVA) / "bin/java"), *_JVM, "-cp", f"{_jars()}/*"]
    nodes = _nodes(folder, size)
    identity = uuid4().hex[:22]
    for node in nodes:
        _format(java, node, _properties(node, nodes, more), ["-t", identity, *more.format_options])
    command = [*java, f"-Xmx{512 if size == 1 else 256}m", "kafka.Kafka", "server.properties"]
    brokers = tuple(LocalBroker(f"{HOST}:{node.port}", command, node.folder) for node in nodes)
    try:
        for broker in brokers:
            broker.launch()
        for broker in brokers:
            broker.wait_until_ready()
        yield brokers
    finally:
        for broker in brokers:
            broker.kill()


def _jars() -> Path:
    def fetch(folder: Path) -> None:
        (folder / "pom.xml").write_text(_POM)
        arguments = ["-DincludeScope=runtime", f"-DoutputDirectory={folder}"]
        maven("copy-dependencies", arguments, folder, java_home(_JAVA))

    return fetched(f"kafka-{VERSION}", fetch)


def _nodes(folder: Path, size: int) -> list[_Node]:
    ports = free_ports(2 * size)
    pairs = zip(ports[:size], ports[size:], strict=True)
    return [_Node(number, *pair, folder / f"broker-{number}") for number, pair in enumerate(pairs, 1)]


def _properties(node: _Node, nodes: Sequence[_Node], more: More) -> dict[str, str]:
    size = len(nodes)
    ports = {"PLAINTEXT": node.port, **(more.listeners or {})}
    clients = ",".join(f"{name}://{HOST}:{port}" for name, port in ports.items())
    return {
        **QUICK,
        "process.roles": "broker,controller",
        "node.id": str(node.number),
        "controller.quorum.voters": ",".join(f"{each.number}@{HOST}:{each.controller_port}" for each in nodes),
        "listeners": f"{clients},CONTROLLER://{HOST}:{node.controller_port}",
        "advertised.listeners": clients,
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": ",".join(f"{name}:{name}" for name in ports) + ",CONTROLLER:PLAINTEXT",
        "log.dirs": str(node.folder / "data"),
        "offsets.topic.replication.factor": str(size),
        "transaction.state.log.replication.factor": str(size),
        "transaction.state.log.min.isr": str(max(1, size - 1)),
        **(more.properties or {}),
    }


def _format(java: Sequence[str], node: _Node, properties: Mapping[str, str], options: Sequence[str]) -> None:
    """The node's folder with its settings and an empty, formatted data folder in it."""
    node.folder.mkdir(parents=True)
    file = node.folder / "server.properties"
    file.write_text("".join(f"{key}={value}\n" for key, value in properties.items()))
    command: list[str | Path] = [*java, "kafka.tools.StorageTool", "format", "-c", file, *options]
    done = run(command, _FORMAT_SECONDS)
    if done.returncode:
        raise RuntimeError(f"Kafka's data folder could not be formatted: {done.stdout}")
