"""Alerts, what people did about them, dead letters and observations, as rows."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
import structlog
from prometheus_client import REGISTRY

from consumers.errors import Unstorable
from consumers.projections import positions, tables
from consumers.projections.bulk import storable
from consumers.projections.projector import stage
from consumers.projections.store import Store
from runtime.eventlog import EventLog
from schemas import callback as callbacks
from schemas import deadletter, handling, observation
from schemas.alert import Alert, AlertScope, Severity
from schemas.codec import alert_to_message, alert_to_record
from schemas.deadletter import DeadLetterReason
from schemas.event import Outcome
from schemas.handling import Acknowledgement, Silence
from schemas.message import Message
from schemas.observation import Observation, ObservationKind
from schemas.topics import ALERTS, DEAD_LETTERS, OBSERVATIONS, alert_handling
from tests.consumers.making import append, records, told, work
from tests.consumers.projections.looking import everything, rows
from tests.examples import NOON, callback, stored

EVENT = told(1, Outcome.REJECTED)
ALERT = Alert(
    alert_id="alert-1",
    rule="rejected-for-fraud",
    severity=Severity.CRITICAL,
    provider="idenfy",
    source="idenfy-eu",
    verification_id="scan-1",
    event_ids=(EVENT.event_id,),
    message="rejected for fraud",
    outcome=Outcome.REJECTED,
    test=False,
    raised_at=NOON,
)
SILENT = replace(ALERT, alert_id="alert-2", verification_id="", scope=AlertScope.SOURCE, event_ids=(), count=3)
ACKNOWLEDGED = Acknowledgement("alert-1", "ada", NOON, "looking at it")
SILENCE = Silence("s-1", "ada", NOON, NOON + timedelta(hours=1), rule="rejected-for-fraud")
UNREADABLE = Message("k", "k", (), b"nothing that anybody wrote")


async def test_alerts_are_rows_once(log: EventLog, store: Store) -> None:
    """Field by field, about a verification or not, however often the topic has them."""
    for alert in (ALERT, SILENT, ALERT):
        await log.append(ALERTS, alert_to_message(alert))
    await work(log, stage(store, log), at_once=2)
    assert [alert_to_record(ALERT), alert_to_record(SILENT)] == [
        {name: row[name] for name in alert_to_record(ALERT)} for row in await rows(store, tables.ALERTS)
    ]


async def test_the_newest_that_was_done_about_alerts_holds(log: EventLog, store: Store) -> None:
    """A silence that was ended before its time is gone."""
    other = replace(SILENCE, id="s-2", note="for the night")
    later = replace(ACKNOWLEDGED, by="bob", note="")
    for done in (ACKNOWLEDGED, SILENCE, other, later):
        await log.append(alert_handling(), handling.to_message(done))
    await log.append(alert_handling(), handling.end_of_silence("s-1"))
    await work(log, stage(store, log))
    (acknowledgement,) = await rows(store, tables.ACKNOWLEDGEMENTS)
    (silence,) = await rows(store, tables.SILENCES)
    assert {"alert_id": "alert-1", "by": "bob", "at": NOON, "note": ""} == acknowledgement
    assert ("s-2", "for the night", other.until) == (silence["silence_id"], silence["note"], silence["until"])


async def test_alerts_of_an_erased_verification_go_with_it_and_stay_away(log: EventLog, store: Store) -> None:
    """Also one that was raised before and is read after it; one that is raised later is a new one."""
    await append(log, EVENT)
    await log.append(ALERTS, alert_to_message(ALERT))
    await log.append(alert_handling(), handling.to_message(ACKNOWLEDGED))
    await work(log, stage(store, log))
    await append(log, Message(EVENT.key, EVENT.key, (), None))
    await work(log, stage(store, log))
    gone = await everything(store)
    new = replace(ALERT, alert_id="alert-4", raised_at=datetime.now(UTC) + timedelta(minutes=1))
    for alert in (replace(ALERT, alert_id="alert-3"), new):
        await log.append(ALERTS, alert_to_message(alert))
    await work(log, stage(store, log))
    assert ([], []) == (gone["alerts"], gone["alert_acknowledgements"])
    assert ["alert-4"] == [row["alert_id"] for row in await rows(store, tables.ALERTS)]


async def test_a_dead_letter_is_a_row_until_its_tombstone(log: EventLog, store: Store) -> None:
    """It says where it lies and what of; its body stays on the topic."""
    original = stored(callbacks.to_message(callback()), "callbacks.idenfy", 7)
    letter = deadletter.of_record(
        original, "scan-1", stage="normalize", reason=DeadLetterReason.NOT_JSON, detail="line 1", version="1"
    )
    message = deadletter.to_message(letter)
    await log.append(DEAD_LETTERS, message)
    await work(log, stage(store, log))
    (row,) = await rows(store, tables.DEAD_LETTERS)
    await log.append(DEAD_LETTERS, Message(message.key, "scan-1", (), None))
    await work(log, stage(store, log))
    (record,) = await records(log, DEAD_LETTERS)
    assert (message.key, "normalize", "NOT_JSON", "line 1") == (
        *(row["letter_key"], row["stage"], row["reason"], row["detail"]),
    )
    assert ("idenfy", "idenfy-eu", callback().id) == (row["provider"], row["source"], row["callback_id"])
    assert ("callbacks.idenfy", 0, 7) == (row["of_topic"], row["of_partition"], row["of_offset"])
    assert len(callback().body) == row["bytes"]
    assert (None, []) == (record.value, await rows(store, tables.DEAD_LETTERS))


async def test_observations_add_up_by_account_and_hour(log: EventLog, store: Store) -> None:
    """Budgets are the newest one's; time alone is no row."""
    doors = [
        Observation(ObservationKind.DOORS, NOON, "idenfy", "idenfy-eu", {"stored": 3, "refused": 1}),
        Observation(
            ObservationKind.DOORS, NOON + timedelta(minutes=1), "idenfy", "idenfy-eu", {"stored": 2, "failed": 4}
        ),
        Observation(ObservationKind.DOORS, NOON + timedelta(hours=1), "idenfy", "idenfy-eu", {"limited": 5}),
        Observation(ObservationKind.TICK, NOON),
        Observation(ObservationKind.BUDGET, NOON, "idverse", "idverse", {"day_spent": 7, "day_most": 1500}),
        Observation(ObservationKind.BUDGET, NOON - timedelta(hours=1), "idverse", "idverse", {"day_spent": 6}),
    ]
    for each in doors:
        await log.append(OBSERVATIONS, observation.to_message(each))
    await work(log, stage(store, log), at_once=1)
    found = await rows(store, tables.ACTIVITY)
    assert [(5, 1, 0, 4), (0, 0, 5, 0)] == [tuple(row[name] for name in observation.DOORS) for row in found]
    idenfy, idverse = await rows(store, tables.SOURCES)
    assert (NOON + timedelta(minutes=1), None) == (idenfy["last_callback_at"], idenfy["budget_at"])
    assert (NOON, 7, 1500, None) == tuple(
        idverse[name] for name in ("budget_at", "day_spent", "day_most", "hour_spent")
    )


@pytest.mark.parametrize("topic", [ALERTS, alert_handling(), OBSERVATIONS])
async def test_a_record_that_no_topic_promises_is_a_dead_letter(log: EventLog, store: Store, topic: str) -> None:
    """Whole, and the rest goes on: the letter itself becomes a row."""
    await log.append(topic, UNREADABLE)
    await work(log, stage(store, log))
    (record,) = await records(log, DEAD_LETTERS)
    letter = deadletter.from_record(record)
    assert (UNREADABLE.value, topic, "project") == (letter.value, letter.topic, letter.stage)
    assert [topic] == [row["of_topic"] for row in await rows(store, tables.DEAD_LETTERS)]


async def test_a_dead_letter_that_nobody_can_read_is_counted_and_told_and_makes_no_other(
    log: EventLog, store: Store
) -> None:
    """Else it would be read here again, for ever."""
    labels = {"stage": "project", "reason": "UNDECODABLE_RECORD"}
    counted = REGISTRY.get_sample_value("hookline_dead_letters_total", labels) or 0
    await log.append(DEAD_LETTERS, UNREADABLE)
    with structlog.testing.capture_logs() as told_of:
        await work(log, stage(store, log))
    assert ["a dead letter that nobody can read stays where it is"] == [each["event"] for each in told_of]
    (record,) = await records(log, DEAD_LETTERS)
    assert record.offset + 1 == await positions.position(store, DEAD_LETTERS, 0)
    assert counted + 1 == REGISTRY.get_sample_value("hookline_dead_letters_total", labels)


def of_doors(stored: int) -> Message:
    """An observation as another program might write it."""
    seen = Observation(ObservationKind.DOORS, NOON, "idenfy", "idenfy-eu", {"stored": stored})
    return Message(f"{stored}", "0", (), json.dumps({**asdict(seen), "at": NOON.isoformat()}).encode())


async def test_a_record_that_the_database_cannot_hold_is_a_dead_letter_and_the_rest_goes_on(
    log: EventLog, store: Store
) -> None:
    """Its neighbours in the batch are applied, once."""
    too_much = 2**63 if store.file is None else 2**70  # what only PostgreSQL itself refuses, and what no JSON holds
    for number in (1, too_much, 2):
        await log.append(OBSERVATIONS, of_doors(number))
    await work(log, stage(store, log))
    assert [3] == [row["stored"] for row in await rows(store, tables.ACTIVITY)]
    (letter,) = await rows(store, tables.DEAD_LETTERS)
    assert ("project", OBSERVATIONS) == (letter["stage"], letter["of_topic"])


async def test_a_character_that_no_database_holds_is_shown_as_such(log: EventLog, store: Store) -> None:
    """Vendors' JSON may have NUL in any text; two events of such a verification are one status."""
    hostile: dict[str, Any] = {"verification_id": "scan\0-1", "vendor_status": "<script>\0", "subject_ref": "\0"}
    await append(log, told(1, Outcome.PENDING, **hostile))
    await work(log, stage(store, log))
    await append(log, told(2, Outcome.VERIFIED, **hostile))
    await work(log, stage(store, log))
    (status,) = await rows(store, tables.STATUS)
    assert ("scan\N{REPLACEMENT CHARACTER}-1", 2) == (status["verification_id"], status["events"])
    await append(log, Message("idenfy:scan\0-1", "k", (), None))
    await work(log, stage(store, log))
    assert ([], []) == (await rows(store, tables.STATUS), await rows(store, tables.TIMELINE))


async def test_what_the_database_cannot_hold_is_a_dead_letter_also_where_it_is_met_at_the_start(
    log: EventLog, store: Store
) -> None:
    """A start reads to the log's end before any batch comes: nobody else would write the letter."""
    await log.append(OBSERVATIONS, of_doors(2**63 if store.file is None else 2**70))
    begun = stage(store, log)
    await begun.begin()
    [letter] = [deadletter.from_record(record) for record in await records(log, DEAD_LETTERS)]
    assert (OBSERVATIONS, DeadLetterReason.UNDECODABLE_RECORD) == (letter.topic, letter.reason)
    await work(log, begun)
    assert 1 == len(await records(log, DEAD_LETTERS))


def test_what_no_json_holds_is_set_apart_before_the_database_is_asked() -> None:
    """Also where rows are only looked through for NUL."""
    with pytest.raises(Unstorable, match="a value that cannot be written as JSON"):
        storable([{"raw_offset": 2**70}])


async def test_a_reference_of_any_length_stops_nothing(log: EventLog, store: Store) -> None:
    """One that an index cannot hold is a dead letter, and the next event is there."""
    endless = "".join(sha256(b"%d" % number).hexdigest() for number in range(400))
    await append(
        log, told(1, Outcome.PENDING, subject_ref=endless), told(2, Outcome.VERIFIED, verification_id="scan-2")
    )
    await work(log, stage(store, log))
    assert {"scan-2"} <= {row["verification_id"] for row in await rows(store, tables.STATUS)}


@pytest.mark.parametrize("by", [None, 7])
async def test_an_acknowledgement_by_nobody_is_a_dead_letter(log: EventLog, store: Store, by: object) -> None:
    """It is none that Hookline writes."""
    members = {"alert_id": "alert-1", "by": by, "at": NOON.isoformat(), "note": ""}
    await log.append(alert_handling(), Message("acknowledgement/alert-1", "0", (), json.dumps(members).encode()))
    await work(log, stage(store, log))
    assert 1 == len(await records(log, DEAD_LETTERS))


async def test_a_vendors_time_before_all_calendars_is_read_again(log: EventLog, store: Store) -> None:
    """The year 1 is how some programs write that there is no time."""
    no_time = datetime(1, 1, 1, tzinfo=UTC)
    await append(log, told(1, Outcome.PENDING, occurred_at=no_time))
    await work(log, stage(store, log))
    await append(log, told(2, Outcome.VERIFIED))
    await work(log, stage(store, log))
    assert ["VERIFIED"] == [row["outcome"] for row in await rows(store, tables.STATUS)]
