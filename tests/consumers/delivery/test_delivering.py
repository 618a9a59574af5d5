"""Alerts on their way to channels: outages, refusals, restarts, and what people did about them meanwhile."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from consumers.alerts.delivery.courier import Deliveries
from consumers.alerts.delivery.outbox import Outbox
from consumers.alerts.delivery.requests import EXPIRED, NO_CHANNEL, Delivery, request_for
from runtime.eventlog import Record
from schemas import handling, topics
from schemas.codec import alert_to_message
from schemas.deadletter import DeadLetterReason
from schemas.handling import Acknowledgement, Silence
from schemas.message import Message
from tests.consumers.delivery.alerts import alert, channel
from tests.consumers.delivery.conftest import Desk
from tests.consumers.delivery.receivers import Receiver, drops, hangs, says
from tests.waiting import until

NOW = datetime.now(UTC)


def ids(*numbers: int) -> set[str]:
    return {alert(number).alert_id for number in numbers}


def silence(**changes: object) -> Silence:
    made = Silence("s1", "ada", NOW - timedelta(minutes=1), NOW + timedelta(hours=1))
    return replace(made, **changes)  # type: ignore[arg-type]


def results(name: str, *wanted: str) -> list[float]:
    found = [
        REGISTRY.get_sample_value("hookline_alert_deliveries_total", {"channel": name, "result": result})
        for result in wanted
    ]
    return [value or 0.0 for value in found]


async def test_an_alert_reaches_each_channel_once(desk: Desk, heard: Receiver, other: Receiver) -> None:
    async with desk.running(channel("ops", heard.url), channel("chat", other.url)):
        await desk.raise_(alert(1), alert(2))
        await desk.done()
    assert ids(1, 2) == set(heard.ids) == set(other.ids)
    assert (2, 2) == (len(heard.heard), len(other.heard))


async def test_a_rule_without_channels_tells_nobody(desk: Desk, heard: Receiver) -> None:
    async with desk.running(channel("ops", heard.url), told=()):
        await desk.raise_(alert())
        await desk.routed()
    assert ([], []) == (heard.heard, await desk.deliveries())


async def test_a_channel_is_not_told_of_what_it_does_not_want(desk: Desk, heard: Receiver) -> None:
    async with desk.running(channel("ops", heard.url, min_severity="CRITICAL")):
        await desk.raise_(alert())
        await desk.routed()
    assert [] == heard.heard


@pytest.mark.parametrize("lie", [says(500), says(429), drops, says(301, "Location: /x"), hangs])
async def test_after_an_outage_everything_arrives_under_its_own_id(desk: Desk, heard: Receiver, lie: object) -> None:
    """Ten alerts while nothing is taken; none is lost, and none is taken twice."""
    heard.mood = lie  # type: ignore[assignment]
    async with desk.running(channel("ops", heard.url, timeout=0.2)):
        await desk.raise_(*(alert(number) for number in range(10)))
        await until(lambda: len(heard.heard) >= 8)
        before = len(heard.heard)
        taken = says(200)
        heard.mood = taken
        await desk.done()
    assert ids(*range(10)) <= set(heard.ids)
    assert 10 >= len(set(heard.ids[before:]))
    assert [] == await desk.dead_letters()


async def test_one_channels_outage_delays_no_other(desk: Desk, heard: Receiver, other: Receiver) -> None:
    """Nor is it the process's trouble: it is ready all the while."""
    heard.mood = hangs
    async with desk.running(channel("ops", heard.url, timeout=1), channel("chat", other.url)):
        await desk.raise_(*(alert(number) for number in range(20)))
        await until(lambda: len(other.heard) == 20)
        assert [None, None] == [health.trouble for health in desk.healths]


async def test_no_more_attempts_at_once_than_the_channel_allows(desk: Desk, heard: Receiver) -> None:
    async with desk.running(channel("ops", heard.url, parallel=2)):
        await desk.raise_(*(alert(number) for number in range(30)))
        await desk.done()
    assert (30, True) == (len(heard.heard), heard.most_at_once <= 2)


async def test_what_a_channel_refuses_is_a_dead_letter_at_once(desk: Desk, heard: Receiver) -> None:
    heard.mood = says(410)
    async with desk.running(channel("ops", heard.url)):
        await desk.raise_(alert())
        await desk.done()
    (letter,) = await desk.dead_letters()
    assert ("alert-deliver", DeadLetterReason.REFUSED) == (letter.stage, letter.reason)
    assert "ops answers 410; see the channel's url and secrets, then redrive" == letter.detail
    assert (1, f"{alert().alert_id}/ops") == (len(heard.heard), letter.key)


async def test_a_dead_letter_that_is_redriven_is_delivered_like_any_other(desk: Desk, heard: Receiver) -> None:
    heard.moods.append(says(404))
    async with desk.running(channel("ops", heard.url)):
        await desk.raise_(alert())
        await desk.done()
        (letter,) = await desk.dead_letters()
        await desk.redrive(letter)
        await until(lambda: len(heard.heard) == 2)
        await desk.done()
    assert [alert().alert_id] * 2 == heard.ids
    assert 1 == len(await desk.dead_letters())


async def test_after_its_horizon_it_is_a_dead_letter_and_with_it_all_whose_time_is_over(
    desk: Desk, heard: Receiver
) -> None:
    """Though a channel in trouble is tried but once in a while, nothing waits longer for an attempt of its own."""
    heard.mood = says(500)
    async with desk.running(channel("ops", heard.url, horizon=2.0, longest_pause=0.5)):
        await desk.raise_(*(alert(number) for number in range(40)))
        await desk.done()
    letters = await desk.dead_letters()
    assert {EXPIRED} == {letter.reason for letter in letters}
    assert {f"{each}/ops" for each in ids(*range(40))} == {letter.key for letter in letters}
    assert {"ops answers 500; not taken for 2 s"} == {letter.detail for letter in letters}
    assert len(heard.heard) < 40


async def test_what_is_being_given_up_is_not_begun_again_while_the_log_is_read_for_more(
    desk: Desk, heard: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than memory holds, and all of it too late: each is one dead letter, and nobody is told of it afterwards."""
    monkeypatch.setattr("runtime.errands.waiting.MOST", 12)
    heard.mood = says(500)
    for number in range(60):
        record = Record(topics.ALERTS, 0, 0, "", (), alert_to_message(alert(number)).value, 0)
        await desk.log.append(*request_for(record, alert(number).alert_id, "ops"))
    async with desk.running(channel("ops", heard.url, horizon=1.0, first_pause=0.3, longest_pause=0.3)):
        await desk.done()
    letters = Counter(letter.key for letter in await desk.dead_letters())
    assert dict.fromkeys((f"{each}/ops" for each in ids(*range(60))), 1) == letters


async def test_an_alert_that_is_older_than_the_horizon_goes_nowhere(desk: Desk, heard: Receiver) -> None:
    """So that whoever adds a channel, or starts after a long stop, is not told of the whole past."""
    await desk.raise_(alert())
    (record,) = [record async for record in desk.log.scan(topics.ALERTS)]
    await until(lambda: datetime.now(UTC).timestamp() * 1e6 - record.appended_at > 2e4)
    async with desk.running(channel("late-ops", heard.url, horizon=0.01)):
        await desk.routed()
    assert ([], [1.0]) == (heard.heard, results("late-ops", "late"))


async def test_what_waits_is_delivered_by_whoever_starts_next(desk: Desk, heard: Receiver) -> None:
    heard.mood = says(503)
    async with desk.running(channel("ops", heard.url)):
        await desk.raise_(*(alert(number) for number in range(5)))
        await until(lambda: len(heard.heard) >= 5)
    heard.mood = says(200)
    before = len(heard.heard)
    async with desk.running(channel("ops", heard.url)):
        await desk.done()
    assert Counter(ids(*range(5))) == Counter(heard.ids[before:])


async def test_more_than_memory_holds_is_delivered_all_the_same(
    desk: Desk, heard: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each once: what is on its way while the log is read again is not begun again."""
    monkeypatch.setattr("runtime.errands.waiting.MOST", 4)
    async with desk.running(channel("ops", heard.url, parallel=2)):
        await desk.raise_(*(alert(number) for number in range(60)))
        await desk.done()
    assert Counter(ids(*range(60))) == Counter(heard.ids)


async def test_a_retry_after_is_honoured(desk: Desk, heard: Receiver) -> None:
    """The whole channel is left alone for so long, whatever its own pauses are."""
    heard.moods.append(says(429, "Retry-After: 3600"))
    async with desk.running(channel("ops-limited", heard.url, parallel=1)):
        await desk.raise_(*(alert(number) for number in range(3)))
        await desk.routed()
        await until(lambda: paused("ops-limited") > 3000)
        assert 1 == len(heard.heard)


def paused(name: str) -> float:
    return REGISTRY.get_sample_value("hookline_alert_channel_paused_seconds", {"channel": name}) or 0.0


async def test_who_speaks_to_a_channel_no_more_tells_of_no_trouble_of_its(desk: Desk, heard: Receiver) -> None:
    """Another process does by now, and what this one saw last would be there for ever."""
    heard.moods.append(says(429, "Retry-After: 3600"))
    async with desk.running(channel("ops-moved", heard.url, parallel=1)):
        await desk.raise_(alert())
        await until(lambda: paused("ops-moved") > 3000)
    waiting = REGISTRY.get_sample_value("hookline_alert_deliveries_waiting", {"channel": "ops-moved"})
    assert (0.0, 0.0) == (paused("ops-moved"), waiting)


async def test_what_is_silenced_reaches_no_channel(desk: Desk, heard: Receiver) -> None:
    await desk.log.append(topics.alert_handling(), handling.to_message(silence(rule="rejected-for-fraud")))
    async with desk.running(channel("ops-quiet", heard.url)):
        await desk.raise_(alert(1), alert(2, rule="contradicting-decisions"))
        await until(lambda: len(heard.heard) == 1)
        await desk.done()
    assert ([alert(2).alert_id], [1.0, 1.0]) == (heard.ids, results("ops-quiet", "silenced", "taken"))


async def test_a_silence_that_was_ended_silences_no_more(desk: Desk, heard: Receiver) -> None:
    await desk.log.append(topics.alert_handling(), handling.to_message(silence()))
    async with desk.running(channel("ops", heard.url)):
        await desk.raise_(alert(1))
        await desk.routed()
        await desk.log.append(topics.alert_handling(), handling.end_of_silence("s1"))
        await desk.raise_(alert(2))
        await until(lambda: len(heard.heard) == 1)
    assert [alert(2).alert_id] == heard.ids


async def test_nothing_is_left_out_for_a_silence_that_has_ended_just_now(desk: Desk, heard: Receiver) -> None:
    """What was seen a moment ago is good enough to bring an alert, and not to leave it."""
    await desk.log.append(topics.alert_handling(), handling.to_message(silence(source="idenfy-us")))
    async with desk.running(channel("ops", heard.url)):
        await desk.raise_(alert(1))
        await until(lambda: len(heard.heard) == 1)
        await desk.log.append(topics.alert_handling(), handling.end_of_silence("s1"))
        await desk.raise_(alert(2, source="idenfy-us"))
        await until(lambda: len(heard.heard) == 2)


async def test_a_silence_that_is_over_or_about_others_silences_nothing(desk: Desk, heard: Receiver) -> None:
    over = silence(id="over", at=NOW - timedelta(hours=2), until=NOW - timedelta(hours=1))
    for each in (over, silence(id="others", source="idenfy-us")):
        await desk.log.append(topics.alert_handling(), handling.to_message(each))
    async with desk.running(channel("ops", heard.url)):
        await desk.raise_(alert(1))
        await until(lambda: len(heard.heard) == 1)


async def test_what_somebody_acknowledged_while_a_channel_was_out_is_told_no_more(desk: Desk, heard: Receiver) -> None:
    heard.mood = says(500)
    async with desk.running(channel("ops-out", heard.url)):
        await desk.raise_(alert(1))
        await until(lambda: len(heard.heard) >= 2)
        done = Acknowledgement(alert(1).alert_id, "ada", datetime.now(UTC))
        await desk.log.append(topics.alert_handling(), handling.to_message(done))
        await desk.done()
    assert ([1.0], []) == (results("ops-out", "acknowledged"), await desk.dead_letters())


async def test_an_alert_about_dead_letters_that_is_not_taken_is_none_itself(desk: Desk, heard: Receiver) -> None:
    """A channel that refuses everything: one dead letter, the alert about it, and no more for ever."""
    heard.mood = says(410)
    async with desk.running(channel("ops-loop", heard.url)):
        await desk.raise_(alert(1), alert(2, rule="dead-letters"))
        await desk.done()
    assert [f"{alert(1).alert_id}/ops-loop"] == [letter.key for letter in await desk.dead_letters()]
    assert [1.0, 1.0] == results("ops-loop", "dropped", "given-up")


async def test_a_channel_that_the_settings_no_longer_have_makes_dead_letters(desk: Desk, heard: Receiver) -> None:
    """Whether a delivery to it was begun before, or comes only now."""
    heard.mood = says(500)
    async with desk.running(channel("gone", heard.url)):
        await desk.raise_(alert(1))
        await until(lambda: len(heard.heard) >= 2)
    async with desk.running():
        await desk.done()
        (letter,) = await desk.dead_letters()
        await desk.redrive(letter)
        await desk.routed()
        await desk.done()
    assert [NO_CHANNEL] * 2 == [each.reason for each in await desk.dead_letters()]
    assert "channel gone is not in the settings; add it, then redrive" == letter.detail


async def test_what_is_no_alert_is_a_dead_letter_and_the_rest_goes_on(desk: Desk, heard: Receiver) -> None:
    torn = Message("torn", "torn", (("ce_id", b"1"),), b"\x00\x00\x00\x00\x04torn")
    await desk.log.append(topics.ALERTS, torn)
    await desk.log.append(topics.ALERT_DELIVERIES, replace(torn, key="torn/ops", partition_key="ops"))
    async with desk.running(channel("ops", heard.url)):
        await desk.raise_(alert(1))
        await until(lambda: len(heard.heard) == 1)
        await desk.done()
    letters = await desk.dead_letters()
    assert {"alert-route", "alert-deliver"} == {letter.stage for letter in letters}
    assert {DeadLetterReason.UNDECODABLE_RECORD} == {letter.reason for letter in letters}


async def test_what_is_settled_while_the_log_is_being_read_is_not_given_any_more(desk: Desk) -> None:
    """Else a courier that works while the log is read for it would bring it twice."""
    for number in range(3):
        record = Record(topics.ALERTS, 0, 0, "", (), alert_to_message(alert(number)).value, 0)
        await desk.log.append(*request_for(record, alert(number).alert_id, "ops"))
    partition = (await desk.log.append(*request_for(record, alert(9).alert_id, "ops"))).partition
    outbox = Outbox(desk.log, partition)
    given = []
    async for delivery in outbox.unsettled():
        given.append(delivery.record.key)
        if len(given) == 1:
            asked = [record async for record in desk.log.scan(topics.ALERT_DELIVERIES)]
            await outbox.settle(asked[1])
    assert [f"{alert(number).alert_id}/ops" for number in (0, 2, 9)] == given


def delivery(key: str, offset: int) -> Delivery:
    return Delivery(alert(), Record(topics.ALERT_DELIVERIES, 0, offset, key, (), b"", 0), 0.0, 0.0)


def test_a_tombstone_ends_what_stands_before_it_and_nothing_that_was_asked_for_again() -> None:
    """A dead letter that was redriven has the key of what was settled before it."""
    waiting = Deliveries()
    waiting.add(delivery("a/ops", 7))
    waiting.settled("a/ops", "a/ops", 6)
    assert 1 == len(waiting)
    waiting.settled("a/ops", "a/ops", 8)
    assert 0 == len(waiting)
