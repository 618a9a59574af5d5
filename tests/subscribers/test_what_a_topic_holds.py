"""What docs/events.md promises to other services, seen through the example programs: one run each over all of it."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import reduce
from io import BytesIO
from random import Random
from typing import Any
from uuid import uuid4

import fastavro
import pytest
from aiohttp import ClientSession
from aiokafka import AIOKafkaProducer

from consumers.projections import fold
from runtime.eventlog import EventLog
from schemas import topics
from schemas.codec import event_to_message, event_to_record
from schemas.event import EventKind, Outcome, VerificationEvent
from schemas.message import Message
from schemas.registry import newest
from tests.examples import NOON
from tests.servers.kafka import Kafka
from tests.servers.registry import Registry
from tests.subscribers.conftest import PROGRAMS, Stream, streaming
from tests.subscribers.making import START, append, decided, ids
from tests.waiting import until

SHUFFLED = 60
"""Verifications whose events come in any order; ``scan-0`` to ``scan-59``."""

FIRST, NEVER, LAST = (decided(number) for number in (700, 701, 702))
KEPT, GONE, TAKEN = (decided(number) for number in (710, 711, 712))
ERASED = replace(GONE, event_id=str(uuid4()), kind=EventKind.ERASED, outcome=Outcome.UNKNOWN)
TRIAL = decided(720, verification_id="scan-1", test=True)
TORN = (b"{}", b"\x00\x00\x00\x00\x03torn")


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


@dataclass(frozen=True, slots=True)
class Told:
    """What a program printed and has in its database after one run; ``shuffled`` is what came in any order."""

    lines: Sequence[dict[str, Any]]
    seen: Sequence[str]
    standing: dict[str, tuple[str, bool]]
    decisions: Sequence[tuple[str, str]]
    unreadable: int
    shuffled: Sequence[VerificationEvent] = ()


@pytest.fixture(scope="module", params=PROGRAMS)
def told(request: pytest.FixtureRequest, kafka: Kafka, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Of each example, after everything that may lie on the topic."""

    async def run() -> Told:
        async with streaming(request.param, kafka, tmp_path_factory.mktemp("service")) as stream:
            return await _told(stream)

    return asyncio.run(run())


async def _told(stream: Stream) -> Told:
    dice = Random(7)  # noqa: S311 - orders, not secrets
    shuffled = [each for number in range(SHUFFLED) for each in _history(number, dice)]
    for value in TORN:
        await stream.log.append(topics.VERIFICATION_EVENTS, Message("idenfy:scan-1", "idenfy:scan-1", (), value))
    await append(stream.log, [TRIAL, KEPT, GONE, TAKEN])
    await append(stream.log, [ERASED])
    await _given_up_between(stream)
    arriving = shuffled + dice.sample(shuffled, 40)
    dice.shuffle(arriving)
    for start in range(0, len(arriving), 50):
        await append(stream.log, arriving[start : start + 50])
    await stream.log.append(topics.VERIFICATION_EVENTS, Message(TAKEN.key, TAKEN.key, (), None))
    expected, service = ids([*shuffled, FIRST, LAST, KEPT, GONE, TAKEN, ERASED]), stream.service
    async with service.running() as process:
        await until(lambda: service.count() == len(expected) and TAKEN.key not in service.standing(), START)
        lines = await service.stopped(process)
    assert expected == service.seen()
    return _found(stream, lines, shuffled)


async def _given_up_between(stream: Stream) -> None:
    """A transaction that was given up lies between two events."""
    producer = AIOKafkaProducer(bootstrap_servers=stream.bootstrap, transactional_id=f"{stream.prefix}-aborts")
    await producer.start()
    try:
        for event, kept in ((FIRST, True), (NEVER, False), (LAST, True)):
            message = event_to_message(event)
            await producer.begin_transaction()
            await producer.send_and_wait(stream.topic, message.value, message.key.encode(), partition=0)
            await (producer.commit_transaction() if kept else producer.abort_transaction())
    finally:
        await producer.stop()


def _found(stream: Stream, lines: list[dict[str, Any]], shuffled: Sequence[VerificationEvent] = ()) -> Told:
    service = stream.service
    decisions = [(event_id, key) for event_id, key in service.rows("SELECT event_id, verification FROM decisions")]
    unreadable = len(service.rows("SELECT why FROM unreadable"))
    return Told(lines, service.seen(), service.standing(), decisions, unreadable, shuffled)


def test_each_event_is_told_once(told: Told) -> None:
    """Though forty of them stand on the topic twice."""
    assert told.seen == sorted(each["event_id"] for each in told.lines if "event_id" in each)


def test_it_stands_where_hookline_says_whatever_order_its_events_came_in(told: Told) -> None:
    """Sixty verifications of up to six events, told late, early, twice and reopened, against Hookline's own fold."""
    own = _folded(told.shuffled)
    assert (SHUFFLED, own) == (len(own), {key: told.standing[key] for key in own})


def _folded(events: Sequence[VerificationEvent]) -> dict[str, tuple[str, bool]]:
    found: dict[str, tuple[str, bool]] = {}
    by_id = {each.event_id: each for each in events}
    for key in {each.key for each in events}:
        status = reduce(fold.join, [fold.of(each) for each in events if each.key == key], fold.Status())
        assert status.current is not None
        current = by_id[status.current.event_id]
        found[key] = current.outcome.value, current.final
    return found


def test_what_was_aborted_is_no_event(told: Told) -> None:
    """What was committed around it is."""
    around = {each.verification_id for each in (FIRST, NEVER, LAST)}
    told_of = [each["verification_id"] for each in told.lines if each.get("verification_id") in around]
    assert [FIRST.verification_id, LAST.verification_id] == told_of
    assert NEVER.event_id not in told.seen


def test_events_of_test_accounts_are_left_out(told: Told) -> None:
    """Unless they are asked for; and the verification stands where the others left it."""
    assert (False, 0) == (TRIAL.event_id in told.seen, sum(each.get("test", False) for each in told.lines))


def test_what_is_erased_leaves_nothing_behind(told: Told) -> None:
    """By the vendor's word (an event of kind ERASED), and by a tombstone of the verification's key."""
    three = {KEPT.key, GONE.key, TAKEN.key}
    assert [KEPT.key] == [key for key in told.standing if key in three]
    assert [(KEPT.event_id, KEPT.key)] == [row for row in told.decisions if row[1] in three]
    assert [{"forgotten": TAKEN.key}] == [each for each in told.lines if "forgotten" in each]


def test_what_is_no_event_is_written_down_and_stops_nothing(told: Told) -> None:
    """Torn bytes, and another format."""
    assert len(TORN) == told.unreadable


OLD, GRIM, ASKED = decided(1), decided(2), decided(3, test=True)


@pytest.fixture(scope="module", params=PROGRAMS)
def told_of_tests(
    request: pytest.FixtureRequest, kafka: Kafka, registry: Registry, tmp_path_factory: pytest.TempPathFactory
) -> Told:
    """Of each example with a registry, asked for test accounts' events, too, after a program of tomorrow wrote one."""

    async def run() -> Told:
        async with streaming(request.param, kafka, tmp_path_factory.mktemp("service")) as stream:
            return await _told_of_tests(stream, registry)

    return asyncio.run(run())


async def _told_of_tests(stream: Stream, registry: Registry) -> Told:
    today, later = newest("verification-events-value").schema(), _later_schema()
    subject = f"example-{uuid4()}-value"
    ids_of = [await _register(registry, subject, each) for each in (today, later)]
    for one in (OLD, ASKED):
        await _put(stream.log, one, _encoded(today, ids_of[0], event_to_record(one)))
    grim = event_to_record(GRIM) | {"kind": "DREAM", "outcome": "DEFERRED", "mood": "grim", "waits_for": "GODOT"}
    await _put(stream.log, GRIM, _encoded(later, ids_of[1], grim))
    stream.service.registry = registry.url
    async with stream.service.running("--include-test") as process:
        await until(lambda: stream.service.count() == len((OLD, GRIM, ASKED)), START)
        return _found(stream, await stream.service.stopped(process))


def test_a_later_schema_is_read_by_the_program_of_today(told_of_tests: Told) -> None:
    """A field and three words more: the field is left out, the words are UNKNOWN. The registry knows who wrote it."""
    words = {each["verification_id"]: (each["kind"], each["outcome"]) for each in told_of_tests.lines}
    usual = "VERIFICATION", "REJECTED"
    assert {"scan-1": usual, "scan-2": ("UNKNOWN", "UNKNOWN"), "scan-3": usual} == words


def test_events_of_test_accounts_are_worked_on_when_they_are_asked_for(told_of_tests: Told) -> None:
    assert ids([OLD, GRIM, ASKED]) == told_of_tests.seen
    assert [ASKED.verification_id] == [each["verification_id"] for each in told_of_tests.lines if each["test"]]


def _later_schema() -> dict[str, Any]:
    schema = newest("verification-events-value").schema()
    grown = {"kind": "DREAM", "outcome": "DEFERRED", "waits_for": "GODOT"}
    for field in schema["fields"]:
        if field["name"] in grown:
            words = field["type"][0] if isinstance(field["type"], list) else field["type"]
            words["symbols"] = [*words["symbols"], grown[field["name"]]]
    schema["fields"] = [*schema["fields"], {"name": "mood", "type": "string", "default": "calm"}]
    return schema


def _encoded(schema: dict[str, Any], schema_id: int, record: dict[str, Any]) -> bytes:
    value = BytesIO(struct.pack(">bI", 0, schema_id))
    value.seek(0, 2)
    fastavro.schemaless_writer(value, fastavro.parse_schema(schema), record)
    return value.getvalue()


async def _put(log: EventLog, event: VerificationEvent, value: bytes) -> None:
    await log.append(topics.VERIFICATION_EVENTS, replace(event_to_message(event), value=value))


async def _register(registry: Registry, subject: str, schema: dict[str, Any]) -> int:
    url, body = f"{registry.url}/subjects/{subject}/versions", {"schema": json.dumps(schema)}
    async with ClientSession() as http, http.post(url, json=body) as answer:
        assert answer.ok, await answer.text()
        return int((await answer.json())["id"])
