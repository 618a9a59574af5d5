"""The backends that the promises are tested on, and in what each is allowed to differ."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from runtime.eventlog import EventLog, Record, open_log
from runtime.settings import KafkaSettings
from schemas.message import Headers, Message
from tests.waiting import until

COMPACTED = "memory.test"
"""The one topic that every log opened here declares compacted."""
TOPICS = (COMPACTED, "t", "a", "b", "in", "out", "other", "long", "short", "plain", "never-written")
"""Every topic of these tests; a backend that does not make topics by itself must make them first."""

_KAFKA_SETTINGS = KafkaSettings(session_timeout=6.0)

Open = Callable[..., Awaitable[EventLog]]


@dataclass(frozen=True, slots=True)
class Backend:
    """``place`` gives the URL of a log that does not exist yet, and takes whatever is there away afterwards.

    ``server`` is the fixture of the server that it needs, and then that server's URL. ``removes_at_once``: what a
    tombstone or compaction takes away is gone as soon as it is written. ``examples``: how many runs of the model its
    speed allows. ``differences`` are tests by name that must
    fail on this backend, each with the reason.
    """

    name: str
    place: Callable[[Path, str], AbstractAsyncContextManager[str]]
    server: str = ""
    removes_at_once: bool = True
    examples: int = 25
    differences: Mapping[str, str] = field(default_factory=dict)


def is_compacted(topic: str) -> bool:
    return topic == COMPACTED


async def open_at(url: str, deadline: float = 5.0, max_record_bytes: int = 1_000_000) -> EventLog:
    """The log at ``url``; opening it again finds what was stored before."""
    return await open_log(
        url, is_compacted=is_compacted, deadline=deadline, max_record_bytes=max_record_bytes, kafka=_KAFKA_SETTINGS
    )


@asynccontextmanager
async def _sqlite_place(folder: Path, _server: str) -> AsyncIterator[str]:
    yield f"sqlite:///{folder / 'log.db'}"


@asynccontextmanager
async def kafka_place(
    _folder: Path, server: str, partitions: int = 1, topics: Sequence[str] = TOPICS
) -> AsyncIterator[str]:
    """A part of the cluster under a prefix of its own, with the tests' topics in it."""
    prefix = f"test-{uuid4().hex[:12]}"
    names = [f"{prefix}.{topic}" for topic in topics]
    admin = AIOKafkaAdminClient(bootstrap_servers=server.removeprefix("kafka://"))
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, partitions, 1) for name in names])
        await until(lambda: _are_there(admin, names))
        yield f"{server}/{prefix}"
        await admin.delete_topics(names)
    finally:
        await admin.close()


async def _are_there(admin: AIOKafkaAdminClient, names: Sequence[str]) -> bool:
    """Brokers learn of a topic some time after the controller made it."""
    return set(names) <= set(await admin.list_topics())


SQLITE = Backend("sqlite", _sqlite_place)
_LATER = "Kafka removes at its next compaction, hours later; until then whoever scans sees the old records too"
KAFKA = Backend(
    "kafka",
    kafka_place,
    server="kafka",
    removes_at_once=False,
    examples=2,
    differences={
        "test_a_tombstone_takes_earlier_records_of_its_key_away_and_stays": _LATER,
        "test_keys_with_the_same_checksum_stay_apart": _LATER,
        "test_a_compacted_topic_keeps_the_newest_record_of_a_key": _LATER,
        "test_an_emit_compacts_like_an_append": _LATER,
        "test_a_tombstone_that_was_emitted_takes_earlier_records_away": _LATER,
    },
)
BACKENDS = (SQLITE, KAFKA)


def message(key: str, value: bytes | None = b"", headers: Headers = ()) -> Message:
    """A message whose partition is always the same one."""
    return Message(key, "one", headers, value)


async def stored(log: EventLog, topic: str) -> list[Record]:
    return [record async for record in log.scan(topic)]


def values(records: Sequence[Record]) -> list[bytes | None]:
    return [record.value for record in records]
