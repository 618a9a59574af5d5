"""The example programs over restarts and kill -9: real broker, real processes, a real normalizer before them."""

from __future__ import annotations

import asyncio
import json
import signal
from datetime import timedelta

from normalizers import stage as normalizer
from runtime.eventlog import EventLog
from runtime.stage import Health, run_stage
from schemas import callback as callbacks
from schemas import topics
from schemas.codec import event_from_record
from tests.examples import NOON, callback
from tests.subscribers.conftest import Stream
from tests.subscribers.making import START, append, decided, ids
from tests.subscribers.programs import Subscriber
from tests.waiting import until


async def test_what_hookline_made_of_callbacks_comes_once_and_not_again_after_a_restart(stream: Stream) -> None:
    """Retries are no events, later decisions are: a real normalizer wrote them, in its transactions."""
    await asyncio.gather(*[_story(stream.log, number) for number in range(30)])
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


async def _story(log: EventLog, number: int) -> None:
    """In review, then an end that is told twice."""
    end = "APPROVED" if number % 2 else "DENIED"
    for seconds, overall in ((0, "SUSPECTED"), (60, end), (90, end)):
        await _called_back(log, number, overall, seconds)


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
    """Killed three times while 1,000 events come, some of which stand on the topic twice."""
    events, service = [decided(number) for number in range(1000)], stream.service
    await append(stream.log, events[:1])
    for kills in range(3):
        start = 1 + kills * 300
        coming = asyncio.create_task(append(stream.log, [*events[start : start + 300], *events[:20]]))
        async with service.running() as process:
            await _has_seen_more(service)
            process.send_signal(signal.SIGKILL)
            assert -signal.SIGKILL == await process.wait()
        await coming
    await append(stream.log, events[901:])
    async with service.running() as process:
        await until(lambda: service.count() == len(events), START)
        await service.stopped(process)
    assert ids(events) == service.seen()
    assert len(events) == len(service.standing())


async def _has_seen_more(service: Subscriber) -> None:
    before = service.count()
    await until(lambda: service.count() > before, START)
