"""Dead letters go back to their topics: byte for byte, each once, and taken away only afterwards."""

from __future__ import annotations

import asyncio
import signal
import struct
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from consumers.alerts import alerter
from consumers.projections import projector, queries
from consumers.projections.store import Store
from consumers.redriving import NotRedrivable, letter_at, letters, redrive
from normalizers import stage as normalizer
from normalizers.reading import Recall
from normalizers.vendors import MAPPINGS
from runtime.eventlog import EventLog, Record, open_log
from runtime.settings import KafkaSettings
from runtime.stage import Health, Stage, run_stage
from schemas import callback as callbacks
from schemas import deadletter, topics, wire
from schemas.callback import Callback
from schemas.codec import event_from_record, event_to_message
from schemas.deadletter import DeadLetter, DeadLetterReason
from schemas.registry import newest
from schemas.registry.ids import LocalIds, Schema
from tests.consumers import making
from tests.eventlog.backends import kafka_place
from tests.examples import callback, event
from tests.waiting import until

CALLBACKS = topics.callbacks("idenfy")
BODY = b'{"final": true, "scanRef": "scan-1", "status": {"overall": "APPROVED"}}'


@dataclass(frozen=True, slots=True)
class Place:
    log: EventLog
    url: str


@pytest.fixture(params=["sqlite", "kafka"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    """The same promises on both logs; Kafka's topics have three partitions."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/log.db"
        log = await open_log(url, is_compacted=topics.is_compacted)
        yield Place(log, url)
        await log.close()
        return
    names = [CALLBACKS, topics.memory("idenfy"), topics.VERIFICATION_EVENTS, topics.DEAD_LETTERS, topics.OBSERVATIONS]
    server = request.getfixturevalue("kafka").url
    async with kafka_place(tmp_path, server, 3, names) as url:
        log = await open_log(url, is_compacted=topics.is_compacted, kafka=KafkaSettings(session_timeout=6.0))
        yield Place(log, url)
        await log.close()


def letter(record: Record, partition_key: str = "scan-1") -> DeadLetter:
    return deadletter.of_record(
        record,
        partition_key,
        stage="normalize",
        reason=DeadLetterReason.PROGRAM_ERROR,
        detail="KeyError",
        version="0",
    )


async def dead(log: EventLog, record: Record, partition_key: str = "scan-1") -> tuple[Record, DeadLetter]:
    """The record's dead letter, as it lies on the log."""
    await log.append(topics.DEAD_LETTERS, deadletter.to_message(letter(record, partition_key)))
    return [each async for each in letters(log)][-1]


async def scanned(log: EventLog, topic: str) -> list[Record]:
    return [record async for record in log.scan(topic)]


async def pending_keys(log: EventLog) -> list[str]:
    return [record.key async for record, _ in letters(log)]


async def test_a_record_goes_back_as_it_was_and_its_letter_is_gone(place: Place) -> None:
    """The same key, headers and bytes, behind what lies there, in the same partition."""
    await place.log.append(CALLBACKS, callbacks.to_message(callback(body=BODY)))
    (original,) = await scanned(place.log, CALLBACKS)
    found = await dead(place.log, original)
    position = await redrive(place.log, *found)
    before, after = await scanned(place.log, CALLBACKS)
    assert (before.key, before.headers, before.value) == (after.key, after.headers, after.value)
    assert (before.partition, position.offset) == (after.partition, after.offset)
    assert [] == await pending_keys(place.log)
    assert None is await letter_at(place.log, found[0].partition, found[0].offset)


async def test_a_letter_is_found_where_it_lies_and_nowhere_else(place: Place) -> None:
    await place.log.append(CALLBACKS, callbacks.to_message(callback()))
    (original,) = await scanned(place.log, CALLBACKS)
    record, own = await dead(place.log, original)
    assert (record, own) == await letter_at(place.log, record.partition, record.offset)
    assert None is await letter_at(place.log, record.partition, record.offset + 1)


async def test_what_all_lies_in_one_partition_goes_back_to_it(place: Place) -> None:
    """Whatever its key: one reader sees all of it."""
    keys = [f"observation-{number}" for number in range(6)]
    for key in keys:
        record = Record(topics.OBSERVATIONS, 0, 7, key, (), b"torn", 0)
        await redrive(place.log, *await dead(place.log, record, key))
    assert [(0, key) for key in keys] == [
        (record.partition, record.key) for record in await scanned(place.log, topics.OBSERVATIONS)
    ]


@pytest.mark.parametrize("topic", [topics.DEAD_LETTERS, topics.alert_handling()])
async def test_what_cannot_go_back_is_refused_in_words(log: EventLog, topic: str) -> None:
    """Nothing is written, and the letter stays."""
    found = await dead(log, Record(topic, 0, 7, "a-key", (), b"torn", 0))
    with pytest.raises(NotRedrivable, match=f"{topic}/0/7: .* instead|{topic}/0/7: .* whole"):
        await redrive(log, *found)
    assert [found[0].key] == await pending_keys(log)


async def work(log: EventLog, stage: Stage) -> None:
    """The stage has finished all there is."""
    stop = asyncio.Event()
    running = asyncio.create_task(run_stage(stage, log, stop, Health(stage.name)))

    async def done() -> bool:
        return running.done() or await log.lag(CALLBACKS, stage.name) == 0

    await until(done)
    stop.set()
    await running


def broken_stage(log: EventLog) -> Stage:
    """A program with a fault in this vendor's file."""

    def read(_callback: Callback, _recall: Recall) -> None:
        raise ZeroDivisionError

    worker = normalizer.Normalizer(replace(MAPPINGS["idenfy"], read=read), log)
    return Stage("normalize.idenfy", (CALLBACKS,), worker.handle)


async def events(log: EventLog) -> list[str]:
    return [event_from_record(record).verification_id for record in await scanned(log, topics.VERIFICATION_EVENTS)]


async def test_what_a_fault_of_the_program_stopped_is_one_event_after_it_was_mended(place: Place) -> None:
    """Redriven with the new program it is its event; redriven with the old one it is a dead letter again."""
    log = place.log
    await log.append(CALLBACKS, callbacks.to_message(callback(body=BODY)))
    await work(log, broken_stage(log))
    for _ in range(2):
        ((record, own),) = [each async for each in letters(log)]
        assert ("normalize", DeadLetterReason.PROGRAM_ERROR) == (own.stage, own.reason)
        await redrive(log, record, own)
        await work(log, broken_stage(log))
    ((record, own),) = [each async for each in letters(log)]
    await redrive(log, record, own)
    (stage,) = normalizer.stages(["idenfy"], log)
    await work(log, stage)
    assert (["scan-1"], []) == (await events(log), await pending_keys(log))


_KILLED_BETWEEN = """
import asyncio, os, signal, sys
from consumers.alerts import alerter
from consumers.projections import projector, queries
from consumers.projections.store import Store
from consumers.redriving import letters, redrive
from runtime.eventlog import open_log
from runtime.settings import KafkaSettings
from schemas import topics

class Killing:
    def __init__(self, log):
        self.scan, self._log = log.scan, log

    async def append(self, topic, message):
        if topic == topics.DEAD_LETTERS:
            os.kill(os.getpid(), signal.SIGKILL)
        return await self._log.append(topic, message)

async def main():
    log = Killing(await open_log(sys.argv[1], is_compacted=topics.is_compacted, kafka=KafkaSettings()))
    async for record, letter in letters(log):
        await redrive(log, record, letter)

asyncio.run(main())
"""


async def test_kill_9_between_the_two_writes_loses_nothing_and_doubles_no_event(place: Place) -> None:
    """The letter is still there, its record went back. Redriven by two at once it is one event all the same."""
    log = place.log
    await log.append(CALLBACKS, callbacks.to_message(callback(body=BODY)))
    await work(log, broken_stage(log))
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", _KILLED_BETWEEN, place.url)
    assert -signal.SIGKILL == await process.wait()
    ((record, own),) = [each async for each in letters(log)]
    assert 2 == len(await scanned(log, CALLBACKS))
    (stage,) = normalizer.stages(["idenfy"], log)
    await work(log, stage)
    await asyncio.gather(*(redrive(log, record, own) for _ in range(2)))
    await work(log, stage)
    assert 4 == len(await scanned(log, CALLBACKS))
    assert (["scan-1"], []) == (await events(log), await pending_keys(log))


class _Tomorrow(LocalIds):
    """The ids of a program that knows one schema more."""

    def schema(self, subject: str, schema_id: int) -> Schema | None:
        return newest(subject).schema() if schema_id == LATER else super().schema(subject, schema_id)


LATER = 1000


async def test_an_event_that_this_program_cannot_read_yet_is_shown_and_alerted_once_by_the_next(
    log: EventLog, store: Store
) -> None:
    """Two stages stopped at it, and both letters are redriven: its record stands there three times, its row once."""
    told = event_to_message(event())
    assert told.value is not None
    await log.append(topics.VERIFICATION_EVENTS, replace(told, value=struct.pack(">bI", 0, LATER) + told.value[5:]))
    stages = projector.stage(store, log), alerter.stage(log)
    for stage in stages:
        await making.work(log, stage)
    stopped = [each async for each in letters(log)]
    assert {"project", "alert"} == {own.stage for _, own in stopped}
    with wire.using(_Tomorrow()):
        for record, own in stopped:
            await redrive(log, record, own)
        for stage in stages:
            await making.work(log, stage)
    assert (3, []) == (len(await scanned(log, topics.VERIFICATION_EVENTS)), await pending_keys(log))
    assert [event().event_id] == [row.event_id for row in await queries.timeline(store, "idenfy", "scan-1")]
    assert 1 == len(await scanned(log, topics.ALERTS))
