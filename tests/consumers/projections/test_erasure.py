"""What people were told and said about an erased verification: gone with it, whatever is read first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

from consumers.projections import tables
from consumers.projections.projector import Projector, stage
from consumers.projections.store import Store, open_store
from runtime.eventlog import Batch, EventLog, Record
from runtime.eventlog import Message as Writable
from schemas import deadletter, handling
from schemas.codec import alert_to_message, event_to_message
from schemas.event import Outcome
from schemas.handling import Silence
from schemas.message import Message
from schemas.topics import ALERTS, DEAD_LETTERS, VERIFICATION_EVENTS, alert_handling
from tests.consumers.making import append, records, told, work
from tests.consumers.migrated import migrated_file
from tests.consumers.projections.looking import rows
from tests.consumers.projections.test_other_topics import ACKNOWLEDGED, ALERT, SILENCE
from tests.examples import NOON

EVENT = told(1, Outcome.REJECTED)
TOMBSTONE = Message(EVENT.key, EVENT.key, (), None)


async def tell(log: EventLog, topic: str, verification_id: str) -> None:
    """All that this topic ever says about the verification, its end among it."""
    alert_id = f"alert-{verification_id}"
    about = {"provider": "idenfy", "verification_id": verification_id}
    key = f"idenfy:{verification_id}"
    said: dict[str, list[Writable]] = {
        VERIFICATION_EVENTS: [
            event_to_message(replace(EVENT, event_id=alert_id, verification_id=verification_id)),
            Message(key, key, (), None),
        ],
        ALERTS: [alert_to_message(replace(ALERT, alert_id=alert_id, verification_id=verification_id))],
        alert_handling(): [
            handling.to_message(replace(ACKNOWLEDGED, alert_id=alert_id)),
            handling.to_message(Silence(f"of-{verification_id}", "ada", NOON, NOON, note="they called", **about)),
            handling.to_message(Silence(f"any-{verification_id}", "ada", NOON, NOON, verification_id=verification_id)),
        ],
    }
    for message in said[topic]:
        await log.append(topic, message)


async def handle(log: EventLog, store: Store, topic: str) -> None:
    """What is there of this topic, and of no other."""
    projecting = stage(store, log)
    async with log.read((topic,), projecting.name) as reader:
        while (batch := await reader.next_batch(0)) is not None:
            await log.finish(batch, (await projecting.handle(batch)).emits)


async def left(store: Store) -> dict[str, int]:
    """How many rows there are of what people are told and say."""
    found = {
        table.name: await rows(store, table) for table in (tables.ALERTS, tables.ACKNOWLEDGEMENTS, tables.SILENCES)
    }
    return {name: len(some) for name, some in found.items() if some}


async def test_erasing_takes_alerts_notes_and_silences_away_whatever_is_read_first(log: EventLog, store: Store) -> None:
    """They lie in partitions of their own, which several projectors read each at its own pace."""
    for number, order in enumerate(permutations((VERIFICATION_EVENTS, ALERTS, alert_handling()))):
        for topic in order:
            await tell(log, topic, f"scan-{number}")
            await handle(log, store, topic)
        assert {} == await left(store), order


async def test_what_is_about_something_else_or_came_later_stays(log: EventLog, store: Store) -> None:
    """Silences of whole vendors, alerts and notes of other verifications, and what is done after the erasure."""
    later = datetime.now(UTC) + timedelta(minutes=1)
    again = replace(SILENCE, id="s-2", rule="", verification_id="scan-1", at=later, until=later)
    other = replace(ALERT, alert_id="alert-2", verification_id="scan-2")
    await append(log, EVENT)
    for alert in (ALERT, other):
        await log.append(ALERTS, alert_to_message(alert))
    for done in (ACKNOWLEDGED, replace(ACKNOWLEDGED, alert_id="alert-2"), SILENCE, again):
        await log.append(alert_handling(), handling.to_message(done))
    await work(log, stage(store, log))
    await append(log, TOMBSTONE)
    await work(log, stage(store, log))
    assert ["alert-2"] == [row["alert_id"] for row in await rows(store, tables.ACKNOWLEDGEMENTS)]
    assert ["s-1", "s-2"] == [row["silence_id"] for row in await rows(store, tables.SILENCES)]


async def test_a_note_whose_alert_the_log_no_longer_has_does_not_come_back(
    log: EventLog, store: Store, tmp_path: Path
) -> None:
    """An embedded log has nothing of what was erased, so that nothing says what the note is about. One that was written
    a moment ago is kept: its alert may be on its way.
    """
    await log.append(ALERTS, alert_to_message(ALERT))
    new = replace(ACKNOWLEDGED, alert_id="alert-9", at=datetime.now(UTC))
    for done in (ACKNOWLEDGED, new):
        await log.append(alert_handling(), handling.to_message(done))
    await log.append(ALERTS, Message(ALERT.key, ALERT.key, (), None))
    await stage(store, log).begin()
    assert ["alert-9"] == [row["alert_id"] for row in await rows(store, tables.ACKNOWLEDGEMENTS)]
    async with open_store(migrated_file(tmp_path / "fresh.db")) as fresh:
        await stage(fresh, log).begin()
        assert await rows(store, tables.ACKNOWLEDGEMENTS) == await rows(fresh, tables.ACKNOWLEDGEMENTS)


async def test_a_note_about_an_alert_that_ended_where_it_began_is_none(log: EventLog, store: Store) -> None:
    """A log that is not compacted yet shows an alert and its end at once; the note comes later."""
    said = [alert_to_message(ALERT), Message(ALERT.key, ALERT.key, (), None)]
    records_of = [Record(ALERTS, 0, at, each.key, each.headers, each.value, 0) for at, each in enumerate(said)]
    await Projector(store, log).handle(Batch(ALERTS, 0, "project", 1, 0, tuple(records_of)))
    await log.append(alert_handling(), handling.to_message(ACKNOWLEDGED))
    await handle(log, store, alert_handling())
    assert {} == await left(store)


async def test_a_tombstone_of_no_verification_is_a_dead_letter_and_the_rest_goes_on(
    log: EventLog, store: Store
) -> None:
    """Hookline writes none; whoever did is told where it lies, and nobody waits for it."""
    keys = ("nobody", "idenfy:", ":scan-1")
    await append(log, EVENT, *(Message(key, key, (), None) for key in keys), told(2, Outcome.PENDING))
    await work(log, stage(store, log))
    letters = [deadletter.from_record(record) for record in await records(log, DEAD_LETTERS)]
    assert keys == tuple(letter.key for letter in letters)
    assert 2 == len(await rows(store, tables.TIMELINE))
