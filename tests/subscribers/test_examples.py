"""What docs/events.md promises to other services, seen through the example programs: real broker, real processes."""

from __future__ import annotations

import asyncio
import json
import signal
import struct
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import reduce
from io import BytesIO
from random import Random
from typing import Any
from uuid import NAMESPACE_OID, uuid4, uuid5

import fastavro
from aiohttp import ClientSession
from aiokafka import AIOKafkaProducer

from consumers.projections import fold
from normalizers import stage as normalizer
from runtime.eventlog import EventLog
from runtime.stage import Health, run_stage
from schemas import callback as callbacks
from schemas import topics
from schemas.codec import event_from_record, event_to_message, event_to_record
from schemas.event import EventKind, Outcome, VerificationEvent
from schemas.message import Message
from schemas.registry import newest
from tests.examples import NOON, callback, event
from tests.servers.registry import Registry
from tests.subscribers.conftest import Stream
from tests.subscribers.programs import Subscriber
from tests.waiting import until

START = 60.0
"""Seconds that a program has until it is through with what lies there: joining a group takes some."""


def decided(number: int, **changes: Any) -> VerificationEvent:  # noqa: ANN401 - any field
    """Each of a verification of its own."""
    return event(
        event_id=str(uuid5(NAMESPACE_OID, f"event {number}")),
        **{"verification_id": f"scan-{number}", "raw": replace(event().raw, offset=number)} | changes,
    )


async def append(log: EventLog, events: Sequence[VerificationEvent]) -> None:
    for start in range(0, len(events), 200):
        part = events[start : start + 200]
        await asyncio.gather(*[log.append(topics.VERIFICATION_EVENTS, event_to_message(each)) for each in part])


def ids(events: Sequence[VerificationEvent]) -> list[str]:
    return sorted(each.event_id for each in events)


async def test_what_hookline_made_of_callbacks_comes_once_and_not_again_after_a_restart(stream: Stream) -> None:
    """Retries are no events, later decisions are: a real normalizer wrote them, in its transactions."""
    for number in range(30):
        await _called_back(stream.log, number, "SUSPECTED", 0)
        await _called_back(stream.log, number, "APPROVED" if number % 2 else "DENIED", 60)
        await _called_back(stream.log, number, "APPROVED" if number % 2 else "DENIED", 90)
    await _normalized(stream.log)
    events = [event_from_record(each) async for each in stream.log.scan(topics.VERIFICATION_EVENTS)]
    async with stream.service.running() as process:
        await until(lambda: stream.service.seen() == ids(events), START)
        lines = await stream.service.stopped(process)
    assert (60, sorted(each["event_id"] for each in lines)) == (len(events), ids(events))
    order = {
        str(number): [e["outcome"] for e in lines if e["verification_id"] == f"scan-{number}"] for number in (1, 2)
    }
    assert {"1": ["NEEDS_REVIEW", "VERIFIED"], "2": ["NEEDS_REVIEW", "REJECTED"]} == order
    ends = {f"idenfy:scan-{n}": ("VERIFIED" if n % 2 else "REJECTED", True) for n in range(30)}
    assert ends == stream.service.standing()
    await append(stream.log, [decided(99)])
    async with stream.service.running() as process:
        await until(lambda: decided(99).event_id in stream.service.seen(), START)
        assert [decided(99).event_id] == [each["event_id"] for each in await stream.service.stopped(process)]


async def _called_back(log: EventLog, number: int, overall: str, seconds: int) -> None:
    document = {"final": True, "scanRef": f"scan-{number}", "status": {"overall": overall}}
    arrived = callback(
        id=f"callback-{number}-{seconds}",
        verification_id=f"scan-{number}",
        body=json.dumps(document).encode(),
        received_at=NOON + timedelta(seconds=seconds),
        http_headers=(("Idenfy-Event-Type", "IDENTIFICATION"),),
    )
    await log.append(topics.callbacks("idenfy"), callbacks.to_message(arrived))


async def _normalized(log: EventLog) -> None:
    """The normalizing stage has finished what there is."""
    (stage,) = normalizer.stages(["idenfy"], log)
    stop = asyncio.Event()
    running = asyncio.create_task(run_stage(stage, log, stop, Health(stage.name)))

    async def done() -> bool:
        return running.done() or await log.lag(topics.callbacks("idenfy"), stage.name) == 0

    await until(done)
    stop.set()
    await running


async def test_kill_9_loses_nothing_and_does_nothing_twice(stream: Stream) -> None:
    """Killed three times while 2,000 events come, some of which stand on the topic twice."""
    events, service = [decided(number) for number in range(2000)], stream.service
    await append(stream.log, events[:1])
    for kills in range(3):
        start = 1 + kills * 600
        coming = asyncio.create_task(append(stream.log, [*events[start : start + 600], *events[:20]]))
        async with service.running() as process:
            await _has_seen_more(service)
            process.send_signal(signal.SIGKILL)
            assert -signal.SIGKILL == await process.wait()
        await coming
    await append(stream.log, events[1801:])
    async with service.running() as process:
        await until(lambda: len(service.seen()) == len(events), START)
        await service.stopped(process)
    assert ids(events) == service.seen()
    assert len(events) == len(service.standing())


async def test_it_stands_where_hookline_says_whatever_order_its_events_came_in(stream: Stream) -> None:
    """Sixty verifications of up to six events, told late, early, twice and reopened, against Hookline's own fold."""
    dice = Random(7)  # noqa: S311 - orders, not secrets
    events = [each for number in range(60) for each in _history(number, dice)]
    arriving = events + dice.sample(events, 40)
    dice.shuffle(arriving)
    for start in range(0, len(arriving), 50):
        await append(stream.log, arriving[start : start + 50])
    async with stream.service.running() as process:
        await until(lambda: stream.service.seen() == ids(events), START)
        await stream.service.stopped(process)
    assert _folded(events) == stream.service.standing()


def _history(number: int, dice: Random) -> list[VerificationEvent]:
    return [
        decided(
            number * 10 + each,
            verification_id=f"scan-{number}",
            outcome=dice.choice(list(Outcome)),
            final=dice.random() < 0.5,
            reopens=dice.random() < 0.2,
            occurred_at=None if dice.random() < 0.3 else NOON + timedelta(minutes=dice.randrange(5)),
            received_at=NOON + timedelta(minutes=each),
        )
        for each in range(dice.randrange(1, 7))
    ]


def _folded(events: Sequence[VerificationEvent]) -> dict[str, tuple[str, bool]]:
    found: dict[str, tuple[str, bool]] = {}
    by_id = {each.event_id: each for each in events}
    for key in {each.key for each in events}:
        status = reduce(fold.join, [fold.of(each) for each in events if each.key == key], fold.Status())
        assert status.current is not None
        current = by_id[status.current.event_id]
        found[key] = current.outcome.value, current.final
    return found


async def _has_seen_more(service: Subscriber) -> None:
    before = len(service.seen())
    await until(lambda: len(service.seen()) > before, START)


async def test_what_was_aborted_is_no_event(stream: Stream) -> None:
    """A transaction that was given up lies between two events."""
    first, never, last = (event_to_message(decided(number)) for number in range(3))
    producer = AIOKafkaProducer(bootstrap_servers=stream.bootstrap, transactional_id=f"{stream.prefix}-aborts")
    await producer.start()
    try:
        for message, kept in ((first, True), (never, False), (last, True)):
            await producer.begin_transaction()
            await producer.send_and_wait(stream.topic, message.value, message.key.encode(), partition=0)
            await (producer.commit_transaction() if kept else producer.abort_transaction())
    finally:
        await producer.stop()
    async with stream.service.running() as process:
        await until(lambda: len(stream.service.seen()) == 2, START)
        lines = await stream.service.stopped(process)
    assert ["scan-0", "scan-2"] == [each["verification_id"] for each in lines]


async def test_events_of_test_accounts_are_left_out_unless_they_are_asked_for(stream: Stream) -> None:
    trial, real = decided(1, test=True), decided(2)
    await append(stream.log, [trial, real])
    async with stream.service.running() as process:
        await until(lambda: stream.service.seen() == ids([real]), START)
        await stream.service.stopped(process)
    again = replace_group(stream)
    async with again.service.running("--include-test") as process:
        await until(lambda: again.service.seen() == ids([trial, real]), START)
        await again.service.stopped(process)


def replace_group(stream: Stream) -> Stream:
    """The same stream, and a service that has a database and a group of its own."""
    folder = stream.service.folder / "another"
    folder.mkdir()
    return replace(stream, service=replace(stream.service, folder=folder, group="another"))


async def test_what_is_erased_leaves_nothing_behind(stream: Stream) -> None:
    """By the vendor's word (an event of kind ERASED), and by a tombstone of the verification's key."""
    kept, gone, taken = decided(1), decided(2), decided(3)
    await append(stream.log, [kept, gone, taken])
    erased = replace(gone, event_id=str(uuid4()), kind=EventKind.ERASED, outcome=Outcome.UNKNOWN)
    await append(stream.log, [erased])
    await stream.log.append(topics.VERIFICATION_EVENTS, Message(taken.key, taken.key, (), None))
    async with stream.service.running() as process:
        await until(lambda: len(stream.service.seen()) == 4, START)
        await until(lambda: set(stream.service.standing()) == {kept.key}, START)
        lines = await stream.service.stopped(process)
    assert [(kept.event_id,)] == stream.service.rows("SELECT event_id FROM decisions")
    assert [{"forgotten": taken.key}] == [each for each in lines if "forgotten" in each]


async def test_what_is_no_event_is_written_down_and_stops_nothing(stream: Stream) -> None:
    """Torn bytes, and another format."""
    for value in (b"{}", b"\x00\x00\x00\x00\x03torn"):
        await stream.log.append(topics.VERIFICATION_EVENTS, Message("idenfy:scan-1", "idenfy:scan-1", (), value))
    await append(stream.log, [decided(1)])
    async with stream.service.running() as process:
        await until(lambda: stream.service.seen() == ids([decided(1)]), START)
        await stream.service.stopped(process)
    assert 2 == len(stream.service.rows("SELECT why FROM unreadable"))


async def test_a_later_schema_is_read_by_the_program_of_today(stream: Stream, registry: Registry) -> None:
    """A field and two words more: the field is left out, the words are UNKNOWN. The registry knows who wrote it."""
    today, later = newest("verification-events-value").schema(), later_schema()
    subject = f"example-{uuid4()}-value"
    ids_of = [await _register(registry, subject, each) for each in (today, later)]
    old = event_to_message(decided(1))
    assert old.value is not None
    await _put(stream.log, old, struct.pack(">bI", 0, ids_of[0]) + old.value[5:])
    grim = event_to_record(decided(2)) | {"kind": "DREAM", "outcome": "DEFERRED", "mood": "grim"}
    await _put(stream.log, event_to_message(decided(2)), _encoded(later, ids_of[1], grim))
    stream.service.registry = registry.url
    async with stream.service.running() as process:
        await until(lambda: stream.service.seen() == ids([decided(1), decided(2)]), START)
        lines = await stream.service.stopped(process)
    words = {each["verification_id"]: (each["kind"], each["outcome"]) for each in lines}
    assert {"scan-1": ("VERIFICATION", "REJECTED"), "scan-2": ("UNKNOWN", "UNKNOWN")} == words


def later_schema() -> dict[str, Any]:
    schema = newest("verification-events-value").schema()
    grown = {"kind": "DREAM", "outcome": "DEFERRED"}
    for field in schema["fields"]:
        if field["name"] in grown:
            field["type"]["symbols"] = [*field["type"]["symbols"], grown[field["name"]]]
    schema["fields"] = [*schema["fields"], {"name": "mood", "type": "string", "default": "calm"}]
    return schema


def _encoded(schema: dict[str, Any], schema_id: int, record: dict[str, Any]) -> bytes:
    value = BytesIO(struct.pack(">bI", 0, schema_id))
    value.seek(0, 2)
    fastavro.schemaless_writer(value, fastavro.parse_schema(schema), record)
    return value.getvalue()


async def _put(log: EventLog, message: Message, value: bytes) -> None:
    await log.append(topics.VERIFICATION_EVENTS, replace(message, value=value))


async def _register(registry: Registry, subject: str, schema: dict[str, Any]) -> int:
    url, body = f"{registry.url}/subjects/{subject}/versions", {"schema": json.dumps(schema)}
    async with ClientSession() as http, http.post(url, json=body) as answer:
        assert answer.ok, await answer.text()
        return int((await answer.json())["id"])
