"""One asks, another confirms, within a time, and it is done once, however many confirm it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.act import asks
from ingest.act.acting import Acting, acting
from ingest.act.asks import Ask, Asks
from ingest.act.errors import CannotConfirm, InvalidOrder, NotPermitted
from ingest.act.operators import Operator
from ingest.act.remembered import Remembered
from runtime.errors import LogUnavailable
from runtime.eventlog import EventLog, Record, open_log
from runtime.settings import ActSettings, KafkaSettings
from schemas import topics
from schemas.action import ActionState
from tests.eventlog.backends import kafka_place
from tests.ingest.act.conftest import ANN, BOB, Desk, asking, good, source_at
from tests.ingest.act.counter import VENDOR, Counter, says
from tests.servers.kafka import Kafka
from tests.waiting import until

ASKED, BEGUN, DONE = ActionState.ASKED, ActionState.BEGUN, ActionState.DONE
Guarded = Callable[..., Desk]


async def test_what_needs_two_persons_waits_and_is_done_by_the_second_ones_word(guarded: Guarded) -> None:
    """The log has both names; what was asked for is gone from what waits."""
    desk = guarded()
    asked = await desk.acting.perform(good())
    assert (ASKED, []) == (asked.state, desk.vendor.calls)
    assert [asked.action_id] == [each.id for each in await desk.acting.waiting()]
    done = await desk.acting.confirm(asked.action_id, BOB)
    assert (DONE, asked.action_id) == (done.state, done.action_id)
    assert [(ASKED, "ann", None), (BEGUN, "ann", "bob"), (DONE, "ann", "bob")] == [
        (step.state, step.operator, step.confirmed_by) for step in await desk.steps()
    ]
    assert [] == await desk.acting.waiting()
    assert {"thing-1": "good"} == desk.vendor.states


async def test_nobody_confirms_what_they_asked_for_or_may_not_do(guarded: Guarded) -> None:
    """It still waits afterwards, and both attempts are on the log."""
    desk = guarded()
    asked = await desk.acting.perform(good())
    with pytest.raises(CannotConfirm, match="you asked for it yourself"):
        await desk.acting.confirm(asked.action_id, ANN)
    with pytest.raises(NotPermitted):
        await desk.acting.confirm(asked.action_id, Operator("rita", ("counter.look",)))
    with pytest.raises(CannotConfirm, match="no such action waits"):
        await desk.acting.confirm("never-was", BOB)
    with pytest.raises(CannotConfirm, match="you asked for it yourself"):
        await desk.acting.confirm(asked.action_id, Operator("Ann"))
    assert [asked.action_id] == [each.id for each in await desk.acting.waiting()]
    assert [] == desk.vendor.calls
    refused = [step for step in await desk.steps() if step.name == "confirm"]
    assert [("ann", "not-confirmable"), ("rita", "not-permitted"), ("Ann", "not-confirmable")] == [
        (step.operator, step.code) for step in refused
    ]
    assert [{"action_id": asked.action_id}] * 3 == [step.arguments for step in refused]


async def test_what_is_wrong_is_said_to_whoever_asks_and_not_to_the_second(guarded: Guarded) -> None:
    desk = guarded()
    with pytest.raises(InvalidOrder):
        await desk.acting.perform(replace(good(), reason=""))
    assert [] == await desk.acting.waiting()


async def test_what_is_read_needs_one_person(guarded: Guarded) -> None:
    """Only the actions that the settings name wait."""
    desk = guarded()
    assert DONE == (await desk.acting.perform(asking("look", thing="thing-1"))).state


async def test_after_its_time_it_is_neither_confirmed_nor_shown(
    log: EventLog, vendor: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It must be asked for again."""
    settings = ActSettings(two_persons=("*.*",), confirm_within=60)
    async with acting([source_at(vendor.url)], settings, log) as ready:
        asked = await ready.perform(good())
        monkeypatch.setattr("ingest.act.acting.datetime", _Later)
        with pytest.raises(CannotConfirm, match="more than 60 s ago"):
            await ready.confirm(asked.action_id, BOB)
        assert [] == await ready.waiting()
        assert [] == vendor.calls


class _Later(datetime):
    by = timedelta(seconds=61)

    @classmethod
    def now(cls, tz: Any = None) -> Self:  # noqa: ANN401 - as datetime has it
        return super().now(tz) + cls.by


async def test_what_failed_is_asked_for_anew(guarded: Guarded) -> None:
    """A second word counts once, also when the vendor refused."""
    desk = guarded()
    asked = await desk.acting.perform(good())
    desk.vendor.mood = says(400, {})
    with pytest.raises(Exception, match="answers 400"):
        await desk.acting.confirm(asked.action_id, BOB)
    with pytest.raises(CannotConfirm):
        await desk.acting.confirm(asked.action_id, BOB)


async def test_of_many_who_confirm_at_once_one_does_it(guarded: Guarded) -> None:
    """On the embedded log."""
    desk = guarded()
    await _confirmed_by_many(desk.acting, desk.vendor)


async def test_of_many_who_confirm_at_once_one_does_it_on_kafka(tmp_path: Path, kafka: Kafka, vendor: Counter) -> None:
    """From two processes' worth of logs; the log itself says who was first."""
    names = topics.callbacks(VENDOR), topics.fetch_requests(VENDOR), topics.asked_actions()
    async with kafka_place(tmp_path, kafka.url, 3, names) as place:
        settings = ActSettings(two_persons=("*.*",), confirm_within=60)
        async with (
            _opened(place) as one,
            _opened(place) as other,
            acting([source_at(vendor.url)], settings, one) as first,
            acting([source_at(vendor.url)], settings, other) as second,
        ):
            await _confirmed_by_many(first, vendor, second)


class _opened:  # noqa: N801 - used as a function
    def __init__(self, place: str) -> None:
        self._place = place

    async def __aenter__(self) -> EventLog:
        self._log = await open_log(
            self._place, is_compacted=topics.is_compacted, kafka=KafkaSettings(session_timeout=6.0, partitions=3)
        )
        return self._log

    async def __aexit__(self, *_ended: object) -> None:
        await self._log.close()


async def _confirmed_by_many(one: Acting, vendor: Counter, other: Acting | None = None) -> None:
    asked = await one.perform(good())
    desks = [one, other or one] * 4
    confirmed = (desk.confirm(asked.action_id, Operator(f"op-{number}")) for number, desk in enumerate(desks))
    results = await asyncio.gather(*confirmed, return_exceptions=True)
    refused = [each for each in results if isinstance(each, CannotConfirm)]
    assert (1, 7) == (len([each for each in results if not isinstance(each, BaseException)]), len(refused)), results
    assert 1 == vendor.calls.count("PUT /things/thing-1/state")


VALUES = st.one_of(st.text(), st.binary(), st.integers(-(2**53), 2**53), st.booleans(), st.lists(st.text()))


@given(st.dictionaries(st.text(min_size=1), VALUES))
def test_what_waits_is_what_was_asked_for(arguments: dict[str, Any]) -> None:
    """Texts, files' bytes and everything else come back as they were."""
    ask = Ask("1", "v", "s", "a", "ann", "why", arguments, datetime(2025, 1, 1, tzinfo=UTC))
    assert ask == asks._load(Record(topics.asked_actions(), 0, 0, ask.id, (), asks._dump(ask), 0))


async def test_nothing_that_was_confirmed_stays_readable(guarded: Guarded) -> None:
    """Arguments may say who somebody is: a tombstone takes them away."""
    desk = guarded()
    asked = await desk.acting.perform(asking("create", customer="Ann Canary"))
    await desk.acting.confirm(asked.action_id, BOB)
    assert b"Canary" not in b"".join([value for _, value in await left(desk.log)])


async def left(log: EventLog) -> list[tuple[str, bytes]]:
    """What holds, by key."""
    return [(each.key, each.value) async for each in log.scan(topics.asked_actions()) if each.value is not None]


async def test_what_somebody_died_over_does_not_stay_readable_either(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after their claim and before the end: whoever looks an hour later takes it away, and a day later the
    claim. What was claimed a moment ago is left to whoever does it, and it is done by nobody else.
    """
    desk = guarded()
    asked = await desk.acting.perform(asking("create", customer="Ann Canary"))
    [ask] = await desk.acting.waiting()
    await desk.acting.asks.claim(ask, "bob")
    seen = []
    for hours in (0, 2, 26):
        monkeypatch.setattr("ingest.act.acting.datetime", type("Clock", (_Later,), {"by": timedelta(hours=hours)}))
        assert [] == await desk.acting.waiting()
        seen.append([b"Canary" in value for _, value in await left(desk.log)])
    assert [[True, False], [False], []] == seen
    with pytest.raises(CannotConfirm):
        await desk.acting.confirm(asked.action_id, Operator("eve"))
    assert [] == desk.vendor.calls


async def test_what_waits_is_told_the_oldest_first(log: EventLog) -> None:
    """However it lies on the log: each one's partition is another."""
    waiting = Asks(Remembered(log))
    for second in (2, 0, 1):
        asked_at = datetime(2025, 1, 1, second=second, tzinfo=UTC)
        await waiting.put(Ask(str(second), "v", "s", "a", "ann", "why", {}, asked_at))
    assert ["0", "1", "2"] == [ask.id for ask in await waiting.waiting()]


async def test_an_id_that_is_none_of_an_ask_confirms_nothing(guarded: Guarded) -> None:
    """Claims, and what is remembered of keys, lie beside what waits."""
    desk = guarded()
    await desk.acting.repeats.begin("digest", "act-1", "asked")
    [(key, _)] = await left(desk.log)
    with pytest.raises(CannotConfirm, match="no such action waits"):
        await desk.acting.confirm(key, BOB)


async def test_what_is_remembered_is_read_once(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then only what is new, whoever wrote it; after an hour without a look all of it, as tombstones go in time."""
    now, read = [0.0], list[str]()
    remembered, other = Remembered(log, lambda: now[0]), Remembered(log)
    scan = log.scan

    async def counted(topic: str, **more: Any) -> AsyncIterator[Record]:  # noqa: ANN401 - as scan has it
        async for record in scan(topic, **more):
            read.append(record.key)
            yield record

    monkeypatch.setattr(log, "scan", counted)
    for key in ("one", "two"):
        await remembered.put(key, key, b"{}")
    found = [list(await remembered.look())]
    await other.put("three", "three", b"{}")
    await other.put("one", "one", None)
    found.append(list(await remembered.look()))
    now[0] = 3601.0
    found.append(list(await remembered.look()))
    assert [["one", "two"], ["two", "three"], ["two", "three"]] == found
    assert ["one", "two", "three", "one", "two", "three"] == read[:6]


@pytest.mark.parametrize("in_vain", [False, True])
async def test_of_many_who_look_at_once_one_reads_for_all(
    log: EventLog, monkeypatch: pytest.MonkeyPatch, *, in_vain: bool
) -> None:
    """What was appended before they came is in it, though somebody else was reading then; whoever reads in vain leaves
    it to the next.
    """
    remembered, scans, gate, trouble = Remembered(log), list[str](), asyncio.Event(), [in_vain, False]
    scan = log.scan

    async def slowly(topic: str, **more: Any) -> AsyncIterator[Record]:  # noqa: ANN401 - as scan has it
        found = [record async for record in scan(topic, **more)]
        scans.append(topic)
        await gate.wait()
        if trouble.pop(0):
            raise LogUnavailable("no answer within 5 s")
        for record in found:
            yield record

    monkeypatch.setattr(log, "scan", slowly)
    first = asyncio.create_task(remembered.look())
    await until(lambda: len(scans) == 1)
    await remembered.put("late", "late", b"{}")
    others = [asyncio.create_task(remembered.look()) for _ in range(10)]
    await asyncio.sleep(0)
    gate.set()
    ended = await asyncio.gather(first, return_exceptions=True)
    assert in_vain is isinstance(ended[0], LogUnavailable)
    assert ([["late"]] * 10, 2) == ([list(await other) for other in others], len(scans))
