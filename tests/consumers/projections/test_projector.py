from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from consumers.errors import ProjectionUnavailable
from consumers.projections import positions, queries, writing
from consumers.projections.projector import Projector, stage
from consumers.projections.queries import StatusRow, TimelineRow
from consumers.projections.store import Store, open_store
from runtime.eventlog import EventLog, Record, open_log
from schemas import deadletter
from schemas.deadletter import DeadLetterReason
from schemas.event import EventKind, Outcome, VerificationEvent
from schemas.message import Message
from schemas.registry import RegistryError
from schemas.topics import DEAD_LETTERS, VERIFICATION_EVENTS, is_compacted
from tests.consumers.making import TORN, append, arrivals, ids, next_batch, records, told, verifications, work
from tests.consumers.migrated import migrated_file
from tests.examples import event

PENDING = told(1, Outcome.PENDING)
DENIED = told(2, Outcome.REJECTED)
APPROVED = told(3, Outcome.VERIFIED)
OTHER = told(4, Outcome.REJECTED, verification_id="scan-2")

View = tuple[list[StatusRow], list[TimelineRow]]


async def view(store: Store, verification_id: str = "scan-1") -> View:
    return (
        await queries.status(store, "idenfy", verification_id),
        await queries.timeline(store, "idenfy", verification_id),
    )


async def outcomes(store: Store, verification_id: str = "scan-1") -> list[tuple[EventKind, Outcome]]:
    return [(row.kind, row.outcome) for row in await queries.status(store, "idenfy", verification_id)]


async def test_events_become_statuses_and_timelines(log: EventLog, store: Store) -> None:
    """Each verification has its own; the timeline keeps every event, the status the current decision."""
    await append(log, PENDING, OTHER, DENIED, APPROVED)
    await work(log, stage(store, log))
    statuses, timeline = await view(store)
    assert [PENDING, DENIED, APPROVED] == timeline
    assert [
        StatusRow(
            provider="idenfy",
            verification_id="scan-1",
            kind=EventKind.VERIFICATION,
            source="idenfy-eu",
            subject_ref="customer-1",
            subject_kind=APPROVED.subject_kind,
            outcome=Outcome.VERIFIED,
            final=True,
            decided_by=APPROVED.decided_by,
            vendor_event=APPROVED.vendor_event,
            vendor_status=APPROVED.vendor_status,
            event_id=APPROVED.event_id,
            occurred_at=APPROVED.occurred_at,
            received_at=APPROVED.received_at,
            test=False,
            reasons=(),
            first_received_at=PENDING.received_at,
            events=3,
            waits_for=None,
            waits_since=None,
        )
    ] == statuses
    assert [(EventKind.VERIFICATION, Outcome.REJECTED)] == await outcomes(store, "scan-2")


async def test_an_event_comes_back_from_the_timeline_whole(log: EventLog, store: Store) -> None:
    """Checks, reasons, unmapped words, custody pointer and microseconds included."""
    await append(log, event(), event(event_id="no-time", occurred_at=None, subject_ref=None, vendor_status=None))
    await work(log, stage(store, log))
    expected = [event(), event(event_id="no-time", occurred_at=None, subject_ref=None, vendor_status=None)]
    assert expected == await queries.timeline(store, "idenfy", "scan-1")


async def test_events_of_other_kinds_never_change_a_verifications_outcome(log: EventLog, store: Store) -> None:
    """A later AML finding has its own status, listed after the verification's."""
    await append(log, APPROVED, told(5, Outcome.REJECTED, kind=EventKind.AML))
    await work(log, stage(store, log))
    expected = [(EventKind.VERIFICATION, Outcome.VERIFIED), (EventKind.AML, Outcome.REJECTED)]
    assert expected == await outcomes(store)


async def test_a_status_keeps_the_subject_that_an_earlier_event_named(log: EventLog, store: Store) -> None:
    """The decision itself names none; the reference by which the customer asks is not lost. Of several, the latest."""
    await append(log, PENDING, told(2, Outcome.PENDING, subject_ref="new"), told(5, Outcome.VERIFIED, subject_ref=None))
    await work(log, stage(store, log))
    (row,) = await queries.status(store, "idenfy", "scan-1")
    assert (Outcome.VERIFIED, "new") == (row.outcome, row.subject_ref)


async def test_a_late_event_in_a_later_batch_finds_the_earlier_ones(log: EventLog, store: Store) -> None:
    """Batches of one record: each fold begins with what the timeline holds."""
    await append(log, told(7, Outcome.VERIFIED, minute=6), told(8, Outcome.REJECTED, minute=5))
    await work(log, stage(store, log), at_once=1)
    assert [(EventKind.VERIFICATION, Outcome.VERIFIED)] == await outcomes(store)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.data(),
    events=verifications(kinds=(EventKind.VERIFICATION, EventKind.AML)),
    at_once=st.integers(1, 5),
)
async def test_any_order_any_repetition_and_any_batches_give_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, events: list[VerificationEvent], at_once: int
) -> None:
    """Through the real log and the real database: all rows equal those of one telling in one batch."""

    async def rows_after(told_events: Sequence[VerificationEvent], at_once: int) -> View:
        place = tmp_path_factory.mktemp("order")
        log = await open_log(f"sqlite:///{place}/log.db", is_compacted=is_compacted)
        try:
            async with open_store(migrated_file(place / "views.db")) as store:
                await append(log, *told_events)
                await work(log, stage(store, log), at_once=at_once)
                return await view(store)
        finally:
            await log.close()

    assert await rows_after(events, 500) == await rows_after(data.draw(arrivals(events)), at_once)


async def test_a_batch_that_was_written_but_not_finished_is_repeated_without_a_trace(
    log: EventLog, store: Store
) -> None:
    """The process dies between the database's commit and the log's: afterwards one row an event, one dead letter."""
    await append(log, PENDING, TORN, DENIED)
    async with next_batch(log, stage(store, log)) as batch:
        await Projector(store, log).handle(batch)
    before = await view(store)
    await append(log, APPROVED)
    await work(log, stage(store, log))
    statuses, timeline = await view(store)
    assert [PENDING, DENIED] == before[1]
    assert [PENDING, DENIED, APPROVED] == timeline
    assert [(Outcome.VERIFIED, 3)] == [(row.outcome, row.events) for row in statuses]
    assert 1 == len(await records(log, DEAD_LETTERS))


async def test_a_batch_that_fails_in_the_middle_leaves_neither_rows_nor_position(
    log: EventLog, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Position and rows move in one transaction."""
    await append(log, PENDING)
    await work(log, stage(store, log))
    position = await positions.position(store, VERIFICATION_EVENTS, 0)
    await append(log, DENIED)

    def broken(_rows: object) -> None:
        raise RuntimeError("the power went")

    with monkeypatch.context() as patch:
        patch.setattr(writing, "status_row", broken)
        with pytest.raises(RuntimeError, match="the power went"):
            await work(log, stage(store, log))
    assert position == await positions.position(store, VERIFICATION_EVENTS, 0)
    assert [PENDING] == await queries.timeline(store, "idenfy", "scan-1")


async def test_a_deleted_database_is_filled_from_the_log_before_the_next_batch(
    log: EventLog, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the group finished long ago is read in pages; its dead letter is not written a second time."""
    monkeypatch.setattr("consumers.projections.projector._PAGE", 2)
    await append(log, PENDING, TORN, OTHER, DENIED)
    await work(log, stage(store, log))
    await append(log, APPROVED)
    async with open_store(f"sqlite:///{tmp_path}/new.db") as new:
        await work(log, stage(new, log))
        after = await view(new)
        other = await view(new, "scan-2")
    await work_from_the_beginning(log, store)
    assert await view(store) == after
    assert await view(store, "scan-2") == other
    assert [PENDING, DENIED, APPROVED] == after[1]
    assert 1 == len(await records(log, DEAD_LETTERS))


@pytest.mark.parametrize("own_read_model", ["sqlite"], indirect=True)
async def test_an_older_copy_of_the_database_is_brought_up_from_where_it_stood(
    log: EventLog, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is missing what came since the copy, reads that much of the log, and no more."""
    await append(log, PENDING)
    await work(log, stage(store, log))
    with closing(sqlite3.connect(tmp_path / "views.db")) as connection:
        connection.execute("VACUUM INTO ?", (f"{tmp_path}/copy.db",))
    position = await positions.position(store, VERIFICATION_EVENTS, 0)
    await append(log, DENIED)
    await work(log, stage(store, log))
    await append(log, APPROVED, OTHER)
    starts = []
    scan = log.scan

    def spied(topic: str, *, partition: int, start: int) -> AsyncIterator[Record]:
        starts.append(start)
        return scan(topic, partition=partition, start=start)

    monkeypatch.setattr(log, "scan", spied)
    async with (
        open_store(f"sqlite:///{tmp_path}/copy.db") as copy,
        next_batch(log, stage(copy, log), at_once=1) as batch,
    ):
        await Projector(copy, log).handle(batch)
        assert [PENDING, DENIED, APPROVED] == await queries.timeline(copy, "idenfy", "scan-1")
        assert [] == await queries.timeline(copy, "idenfy", "scan-2")
    assert [position] == starts


async def work_from_the_beginning(log: EventLog, store: Store) -> None:
    """The store holds the whole log, without a group."""
    projector = Projector(store, log)
    async with log.read((VERIFICATION_EVENTS,), "another-group") as reader:
        batch = await reader.next_batch(0)
    assert batch is not None
    await projector.handle(batch)


async def test_a_database_that_is_ahead_of_a_new_log_misses_nothing(
    log: EventLog, store: Store, tmp_path: Path
) -> None:
    """The log was replaced by an empty one: its offsets begin anew, and its events are written all the same."""
    await append(log, PENDING, DENIED, OTHER)
    await work(log, stage(store, log))
    fresh = await open_log(f"sqlite:///{tmp_path}/fresh.db", is_compacted=is_compacted)
    try:
        await append(fresh, APPROVED)
        begun = stage(store, fresh)
        await begun.begin()
        await work(fresh, begun)
        assert [PENDING, DENIED, APPROVED] == await queries.timeline(store, "idenfy", "scan-1")
        await append(fresh, told(9, Outcome.CANCELLED))
        await work(fresh, stage(store, fresh))
    finally:
        await fresh.close()
    assert [(EventKind.VERIFICATION, Outcome.CANCELLED)] == await outcomes(store)


async def test_a_record_that_is_no_event_becomes_a_dead_letter_and_the_rest_goes_on(
    log: EventLog, store: Store
) -> None:
    """Whole, with its reason, and counted once it is finished."""
    counted = REGISTRY.get_sample_value("hookline_dead_letters_total", _torn()) or 0
    await append(log, PENDING, TORN, DENIED)
    await work(log, stage(store, log))
    (record,) = await records(log, DEAD_LETTERS)
    letter = deadletter.from_record(record)
    assert [PENDING, DENIED] == await queries.timeline(store, "idenfy", "scan-1")
    assert (TORN.key, TORN.headers, TORN.value) == (letter.key, letter.headers, letter.value)
    assert ("project", DeadLetterReason.UNDECODABLE_RECORD) == (letter.stage, letter.reason)
    assert counted + 1 == REGISTRY.get_sample_value("hookline_dead_letters_total", _torn())


def _torn() -> dict[str, str]:
    return {"stage": "project", "reason": "UNDECODABLE_RECORD"}


async def test_a_tombstone_takes_a_verifications_rows_away(log: EventLog, store: Store) -> None:
    """And those of no other; an event after the tombstone begins anew. No dead letter comes of it."""
    await append(log, PENDING, OTHER)
    await work(log, stage(store, log))
    await append(log, DENIED, Message(PENDING.key, PENDING.key, (), None), APPROVED)
    await work(log, stage(store, log))
    statuses, timeline = await view(store)
    assert [APPROVED] == timeline
    assert [APPROVED.event_id] == [row.event_id for row in statuses]
    assert [OTHER.event_id] == ids(await queries.timeline(store, "idenfy", "scan-2"))
    assert [] == await records(log, DEAD_LETTERS)


async def test_a_verification_that_was_erased_is_unknown(log: EventLog, store: Store) -> None:
    """Neither its timeline nor its status is left."""
    await append(log, PENDING)
    await work(log, stage(store, log))
    await append(log, Message(PENDING.key, PENDING.key, (), None))
    await work(log, stage(store, log))
    assert ([], []) == await view(store)


async def test_the_stage_waits_for_its_database(log: EventLog, store: Store) -> None:
    """Its loop is told which errors pass by themselves; a registry's are the others."""
    assert (ProjectionUnavailable, RegistryError) == stage(store, log).retriable
