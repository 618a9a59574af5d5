from __future__ import annotations

import json

import pytest

from consumers.projections import queries
from consumers.projections.projector import stage
from consumers.projections.store import Store
from runtime.eventlog import EventLog
from schemas.codec import event_to_record
from schemas.event import EventKind, Outcome
from tests.consumers.making import append, ids, told, work
from tests.examples import event


async def test_a_timeline_is_in_the_order_of_the_vendor_not_of_arrival(log: EventLog, store: Store) -> None:
    """Every kind of event of the verification, and no other verification's."""
    late = told(8, Outcome.PENDING, minute=1)
    final = told(6, Outcome.VERIFIED, minute=3)
    finding = told(7, Outcome.NEEDS_REVIEW, minute=2, kind=EventKind.AML)
    await append(log, final, told(5, Outcome.VERIFIED, verification_id="scan-2"), finding, late)
    await work(log, stage(store, log))
    assert ids([late, finding, final]) == ids(await queries.timeline(store, "idenfy", "scan-1"))


async def test_nothing_is_known_of_a_verification_that_never_came(store: Store) -> None:
    """The same id at another vendor is another verification."""
    assert [] == await queries.status(store, "solaris", "scan-1")
    assert [] == await queries.timeline(store, "solaris", "scan-1")


async def test_rows_print_as_json_under_the_events_own_names(log: EventLog, store: Store) -> None:
    """Instants in UTC with a Z, enums as their words; a status adds how many events and since when."""
    await append(log, event())
    await work(log, stage(store, log))
    (status,) = await queries.status(store, "idenfy", "scan-1")
    (row,) = await queries.timeline(store, "idenfy", "scan-1")
    printed, timeline = json.loads(json.dumps(queries.as_json(status))), json.loads(json.dumps(queries.as_json(row)))
    assert list(event_to_record(event())) == list(timeline)
    assert {"first_received_at", "events", "waits_since"} == set(printed) - set(timeline)
    assert "2026-03-01T12:00:00.123456Z" == timeline["occurred_at"] == printed["first_received_at"]
    assert [{"class": "FRAUD", "code": "FAKE_FACE"}] == timeline["reasons"] == printed["reasons"]
    assert [{"kind": "FACE", "name": "manualFace", "result": "FAIL", "vendor_value": "FAKE_FACE"}] == timeline["checks"]


async def test_what_has_not_ended_is_listed_once_and_page_by_page(
    log: EventLog, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one source, persons' and companies', with the decision that is current; nothing that ended or is old."""
    monkeypatch.setattr(queries.statuses, "_BATCH", 2)
    pending = [told(number, Outcome.PENDING, verification_id=f"scan-{number}") for number in range(5)]
    company = told(5, Outcome.PENDING, verification_id="scan-0", kind=EventKind.COMPANY)
    others = [
        told(6, Outcome.VERIFIED, verification_id="scan-3"),
        told(7, Outcome.PENDING, verification_id="scan-7", kind=EventKind.AML),
        told(8, Outcome.PENDING, verification_id="scan-8", source="elsewhere"),
    ]
    await append(log, *pending, company, *others)
    await work(log, stage(store, log))

    found = [row async for row in queries.open_verifications(store, "idenfy", event().source, pending[1].received_at)]

    expected = [("scan-0", EventKind.COMPANY), *((f"scan-{number}", EventKind.VERIFICATION) for number in (1, 2, 4))]
    assert expected == [(row.verification_id, row.kind) for row in found]
