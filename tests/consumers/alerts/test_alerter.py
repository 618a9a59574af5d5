from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from consumers.alerts import alerter
from consumers.alerts.alerter import Alerter, stage
from consumers.alerts.rule import BUILT_IN
from runtime.eventlog import EventLog
from schemas import deadletter
from schemas.alert import Alert
from schemas.codec import alert_from_record
from schemas.event import Outcome
from schemas.message import Message
from schemas.topics import ALERTS, DEAD_LETTERS, memory
from tests.consumers.making import TORN, append, next_batch, records, told, work
from tests.examples import event

VERIFIED = told(1, Outcome.VERIFIED)
REJECTED = told(2, Outcome.REJECTED)
RULE = {"rule": "contradicting-decisions", "severity": "CRITICAL"}


async def alerts(log: EventLog) -> list[Alert]:
    return [alert_from_record(record) for record in await records(log, ALERTS)]


async def test_a_contradiction_is_found_across_batches_and_restarts(log: EventLog) -> None:
    """What was seen lies on the log: a new process knows it."""
    await append(log, VERIFIED)
    await work(log, stage(log))
    await append(log, REJECTED)
    await work(log, stage(log))
    assert ["contradicting-decisions"] == [alert.rule for alert in await alerts(log)]


async def test_events_that_come_again_raise_no_second_alert(log: EventLog) -> None:
    """Both rules, in one batch and in a later one."""
    await append(log, VERIFIED, event(), VERIFIED, event())
    await work(log, stage(log))
    await append(log, event(), VERIFIED)
    await work(log, stage(log))
    expected = ["rejected-for-fraud", "contradicting-decisions"]
    assert expected == [alert.rule for alert in await alerts(log)]


async def test_a_batch_that_was_not_finished_is_repeated_with_the_same_alerts(log: EventLog) -> None:
    """Nothing of the first attempt stays: neither its alerts, nor its log line, nor what it remembered."""
    await append(log, VERIFIED, REJECTED)
    alerting = stage(log)
    with capture_logs() as lines:
        async with next_batch(log, alerting) as batch:
            first = (await alerting.handle(batch)).emits
        assert [] == lines
        await work(log, alerting)
        assert 1 == len(lines)
    assert [message.value for topic, message in first if topic == ALERTS] == [
        record.value for record in await records(log, ALERTS)
    ]


async def test_an_alert_is_logged_and_counted_once_it_is_finished(log: EventLog) -> None:
    """With references only: no subject reference, and nothing out of the checks."""
    before = REGISTRY.get_sample_value("hookline_alerts_total", RULE) or 0
    await append(log, VERIFIED, REJECTED)
    with capture_logs() as lines:
        await work(log, stage(log))
    (line,) = lines
    (alert,) = await alerts(log)
    assert {
        "event": "alert",
        "log_level": "warning",
        "rule": "contradicting-decisions",
        "severity": "CRITICAL",
        "alert_id": alert.alert_id,
        "about": "idenfy:scan-1",
        "event_ids": alert.event_ids,
        "count": 1,
        "test": False,
    } == line
    assert before + 1 == REGISTRY.get_sample_value("hookline_alerts_total", RULE)


async def test_a_record_that_is_no_event_becomes_a_dead_letter_and_the_rest_goes_on(log: EventLog) -> None:
    """Whole, and named after this stage."""
    await append(log, VERIFIED, TORN, REJECTED)
    await work(log, stage(log))
    (record,) = await records(log, DEAD_LETTERS)
    letter = deadletter.from_record(record)
    assert ("alert", TORN.key, TORN.value) == (letter.stage, letter.key, letter.value)
    assert 1 == len(await alerts(log))


async def test_a_tombstone_makes_it_forget_the_verification(log: EventLog) -> None:
    """What was seen before it is gone from the log too, so a later contrary decision stands alone."""
    await append(log, VERIFIED)
    await work(log, stage(log))
    await append(log, Message(VERIFIED.key, VERIFIED.key, (), None), REJECTED)
    await work(log, stage(log))
    assert [] == await alerts(log)
    assert [] == await records(log, DEAD_LETTERS)


async def test_verifications_that_were_quiet_for_long_are_forgotten(log: EventLog) -> None:
    """So that memory is bounded: by the log's own clock, at the next batch."""
    await append(log, VERIFIED)
    await work(log, stage(log))
    await append(log, told(3, Outcome.VERIFIED, verification_id="scan-2"))
    alerting = Alerter(log, tuple(BUILT_IN.values()))
    async with next_batch(log, stage(log)) as batch:
        late = [
            replace(record, appended_at=record.appended_at + alerter.REMEMBER_FOR // timedelta(microseconds=1) + 1)
            for record in batch.records
        ]
        emits = (await alerting.handle(replace(batch, records=tuple(late)))).emits
    remembered = {message.key: message.value is not None for topic, message in emits if topic == memory("alerts")}
    assert {"idenfy:scan-1": False, "idenfy:scan-2": True} == remembered
