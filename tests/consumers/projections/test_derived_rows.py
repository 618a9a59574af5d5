"""What is derived of statuses and timelines is exact at every moment, whatever comes in which order and how often."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consumers.projections import tables
from consumers.projections.projector import Projector, stage
from consumers.projections.store import Store
from runtime.eventlog import EventLog
from schemas.event import EventKind, Outcome, Provenance, Reason, ReasonClass, VerificationEvent, WaitsFor
from schemas.message import Message
from tests.consumers.making import append, told, work
from tests.consumers.projections.looking import active, activity, counted, counts, everything, named, rows, subjects

FRAUD = Reason(ReasonClass.FRAUD, "FAKE_FACE")
BLURRED = Reason(ReasonClass.QUALITY, "BLURRED")
NUMBERS = count(1000)

EVENTS = st.builds(
    lambda number, outcome, minute, day, **changes: (
        replace(told(number, outcome, minute=minute), **changes)
        if day
        else told(number, outcome, minute=minute, **changes, occurred_at=None)
    ),
    st.builds(lambda: next(NUMBERS)),
    st.sampled_from(list(Outcome)),
    st.integers(0, 3000),
    st.booleans(),
    verification_id=st.sampled_from(["scan-1", "scan-2", "scan-3"]),
    kind=st.sampled_from([EventKind.VERIFICATION, EventKind.AML, EventKind.ACTION]),
    reopens=st.booleans(),
    final=st.booleans(),
    reasons=st.sampled_from([(), (FRAUD,), (FRAUD, BLURRED), (FRAUD, FRAUD)]),
    subject_ref=st.sampled_from([None, "customer-1", "customer-2"]),
    source=st.sampled_from(["idenfy-eu", "idenfy-us"]),
    test=st.booleans(),
)
STEPS = st.lists(st.one_of(EVENTS, EVENTS, EVENTS, st.sampled_from(["scan-1", "scan-2"])), min_size=1, max_size=12)
"""Events, and now and then the end of a verification."""


def message(step: VerificationEvent | str) -> VerificationEvent | Message:
    return Message(f"idenfy:{step}", f"idenfy:{step}", (), None) if isinstance(step, str) else step


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, at_once=st.integers(1, 6), data=st.data())
async def test_what_is_derived_equals_counting_all_rows_at_every_moment(
    log: EventLog, store: Store, data: st.DataObject, steps: list[VerificationEvent | str], at_once: int
) -> None:
    """Daily counts, reasons among them, accounts' activity and subjects, after each batch; repeats and erasures too."""
    projector = Projector(store, log)
    repeated = data.draw(st.lists(st.sampled_from(steps), max_size=4))
    await append(log, *map(message, [*steps, *repeated]))
    async with log.read(stage(store, log).topics, "project", max_records=at_once) as reader:
        while (batch := await reader.next_batch(0)) is not None:
            await log.finish(batch, (await projector.handle(batch)).emits)
            timeline = await rows(store, tables.TIMELINE)
            assert counted(await rows(store, tables.STATUS)) == await counts(store)
            assert active(timeline) == await activity(store)
            assert named(timeline) == await subjects(store)


PENDING = told(1, Outcome.PENDING, vendor_status="ACTIVE", checks=(), subject_ref="customer-1")
HANDED_IN = told(2, Outcome.PENDING, vendor_status="REVIEWING", subject_ref="customer-2")
REJECTED = told(3, Outcome.REJECTED, reasons=(FRAUD, BLURRED))


async def test_a_status_says_whom_it_waits_for_since_when(log: EventLog, store: Store) -> None:
    """The customer until it is handed in, then the vendor, at last nobody."""
    waits = []
    for event in (PENDING, HANDED_IN, REJECTED):
        await append(log, event)
        await work(log, stage(store, log))
        (status,) = await rows(store, tables.STATUS)
        waits.append((status["waits_for"], status["waits_since"]))
    expected = [(WaitsFor.CUSTOMER, PENDING.occurred_at), (WaitsFor.VENDOR, HANDED_IN.occurred_at), (None, None)]
    assert expected == waits


async def test_each_reference_of_a_customers_leads_to_the_verification(log: EventLog, store: Store) -> None:
    """Also one that a later event no longer names; first and last say when it was."""
    again = told(5, Outcome.PENDING, subject_ref="customer-1", final=False)
    await append(log, again, HANDED_IN, PENDING)
    await work(log, stage(store, log), at_once=1)
    found = [
        (row["subject_ref"], row["first_named_at"], row["last_named_at"]) for row in await rows(store, tables.SUBJECTS)
    ]
    expected = [
        ("customer-1", PENDING.received_at, again.received_at),
        ("customer-2", HANDED_IN.received_at, HANDED_IN.received_at),
    ]
    assert expected == found


async def test_an_account_says_when_it_was_last_heard_of(log: EventLog, store: Store) -> None:
    """Whatever told its events; a callback is what its vendor sent by itself. What an operator did is neither."""
    fetched = told(7, Outcome.VERIFIED, provenance=Provenance.FETCHED)
    action = told(9, Outcome.UNKNOWN, kind=EventKind.ACTION, provenance=Provenance.OPERATOR)
    await append(log, fetched, PENDING, action)
    await work(log, stage(store, log))
    (state,) = await rows(store, tables.SOURCES)
    assert (fetched.received_at, PENDING.received_at) == (state["last_event_at"], state["last_callback_at"])


async def test_erasing_a_verification_leaves_nothing_but_that_it_was(log: EventLog, store: Store) -> None:
    """No row of it in any table, no count; the account is still known."""
    await append(log, PENDING, HANDED_IN, REJECTED)
    await work(log, stage(store, log))
    await append(log, Message(PENDING.key, PENDING.key, (), None))
    await work(log, stage(store, log))
    left = {name: found for name, found in (await everything(store)).items() if found}
    assert {"source_activity", "source_state", "verification_erasures"} == set(left)
    assert {} == await activity(store)
    assert ["scan-1"] == [row["verification_id"] for row in left["verification_erasures"]]


@pytest.mark.parametrize("at_once", [1, 500])
async def test_what_comes_after_an_erasure_begins_anew(log: EventLog, store: Store, at_once: int) -> None:
    """In the same batch or in a later one."""
    await append(log, PENDING, Message(PENDING.key, PENDING.key, (), None), REJECTED)
    await work(log, stage(store, log), at_once=at_once)
    (status,) = await rows(store, tables.STATUS)
    assert (REJECTED.event_id, 1) == (status["event_id"], status["events"])
    assert counted([status]) == await counts(store)
