from __future__ import annotations

from datetime import date, timedelta

from consumers.projections import queries
from consumers.projections.projector import stage
from consumers.projections.queries import ActionFilter, AlertFilter, LetterFilter, WorkSummary
from consumers.projections.store import Store
from consumers.projections.tables import (
    ACKNOWLEDGEMENTS,
    ACTIVITY,
    COUNTS,
    POSITIONS,
    SILENCES,
    SOURCES,
    STATUS,
)
from runtime.eventlog import EventLog
from schemas.event import Outcome, SubjectKind, WaitsFor
from schemas.handling import Silence
from tests.consumers.making import append, told, work
from tests.consumers.seeding import alert_row, minute, put, put_alert, put_letter, status_row, verification


async def test_a_subject_is_all_verifications_that_named_it_across_vendors(store: Store) -> None:
    """The newest first; a reference that nobody named is none."""
    await verification(store, 1, subject_ref="customer")
    await verification(store, 2, subject_ref="customer", provider="solaris", subject_kind="BUSINESS")
    await verification(store, 3)
    found = await queries.subject(store, "customer")
    assert found is not None
    assert ["scan-2", "scan-1"] == [row.verification_id for row in found.verifications]
    assert ((SubjectKind.BUSINESS, SubjectKind.PERSON), 2) == (found.subject_kinds, found.total)
    assert await queries.subject(store, "cust") is None
    assert await queries.subject(store, "\0") is None


async def test_open_work_is_summed_up_by_whom_it_waits_for(store: Store) -> None:
    """Tests apart; since when the oldest waits."""
    rows = [status_row(number, waits_for="REVIEWER", waits_since=minute(number)) for number in range(3)]
    test = status_row(7, waits_for="REVIEWER", waits_since=minute(7), test=True)
    await put(store, STATUS, *rows, test, status_row(8), status_row(9, waits_for="CUSTOMER", waits_since=minute(9)))
    expected = [
        WorkSummary(WaitsFor.CUSTOMER, "idenfy", 1, minute(9), test=False),
        WorkSummary(WaitsFor.REVIEWER, "idenfy", 3, minute(0), test=False),
        WorkSummary(WaitsFor.REVIEWER, "idenfy", 1, minute(7), test=True),
    ]
    assert expected == await queries.open_work_summary(store)


async def test_days_are_counted_by_status_or_by_reason(store: Store) -> None:
    """Both days included; what fell to nothing is not there."""
    by = {"provider": "idenfy", "source": "idenfy-eu", "kind": "VERIFICATION", "outcome": "REJECTED", "final": True}
    each, fraud = {"reason_class": "", "reason_code": ""}, {"reason_class": "FRAUD", "reason_code": "FAKE_FACE"}
    days = [date(2026, 3, 1) + timedelta(days=number) for number in range(4)]
    rows = [by | each | {"day": day, "test": False, "verifications": number} for number, day in enumerate(days)]
    reasons = by | fraud | {"day": days[1], "test": False, "verifications": 1}
    tests = by | each | {"day": days[1], "test": True, "verifications": 5}
    await put(store, COUNTS, *rows, reasons, tests)
    found = await queries.daily_counts(store, days[0], days[2])
    assert [(days[1], False, 1), (days[1], True, 5), (days[2], False, 2)] == [
        (row.day, row.test, row.verifications) for row in found
    ]
    assert [("FRAUD", "FAKE_FACE")] == [
        (row.reason_class, row.reason_code)
        for row in await queries.daily_counts(store, days[0], days[3], reasons=True, provider="idenfy", test=False)
    ]
    assert [] == await queries.daily_counts(store, days[0], days[3], source="elsewhere")


async def test_accounts_are_told_with_their_activity_by_the_hour(store: Store) -> None:
    nothing = dict.fromkeys(("last_callback_at", "last_event_at", "budget_at"))
    nothing |= dict.fromkeys(("hour_spent", "hour_most", "day_spent", "day_most"))
    await put(store, SOURCES, *({"source": name, "provider": "idenfy"} | nothing for name in ("b", "a")))
    numbers = dict.fromkeys(("stored", "refused", "limited", "failed", "events", "timed", "delay_ms"), 1)
    hours = [{"source": name, "hour": minute(hour * 60), "provider": "idenfy"} for hour in range(3) for name in "ab"]
    await put(store, ACTIVITY, *(hour | numbers for hour in hours))
    assert ["a", "b"] == [row.source for row in await queries.sources(store)]
    assert [minute(60), minute(120)] == [row.hour for row in await queries.activity(store, minute(60), source="a")]
    assert 4 == len(await queries.activity(store, minute(60)))


async def test_an_alert_says_who_looks_after_it(store: Store) -> None:
    """The newest first; those that nobody has seen can be asked for alone."""
    for number in range(3):
        await put_alert(store, number)
    await put(store, ACKNOWLEDGEMENTS, {"alert_id": "alert-1", "by": "ann", "at": minute(5), "note": "called them"})
    everything = await queries.alerts(store, AlertFilter())
    assert ["alert-2", "alert-1", "alert-0"] == [row.alert_id for row in everything.items]
    unseen = await queries.alerts(store, AlertFilter(acknowledged=False))
    assert ["alert-2", "alert-0"] == [row.alert_id for row in unseen.items]
    (seen,) = (await queries.alerts(store, AlertFilter(acknowledged=True))).items
    assert seen == await queries.alert(store, "alert-1")
    assert ("ann", minute(5), "called them") == (seen.acknowledged_by, seen.acknowledged_at, seen.acknowledgement_note)
    assert await queries.alert(store, "alert-9") is None
    first = await queries.alerts(store, AlertFilter(), limit=1)
    second = await queries.alerts(store, AlertFilter(), limit=1, cursor=first.next)
    assert ["alert-2", "alert-1"] == [row.alert_id for row in (*first.items, *second.items)]


async def test_alerts_are_filtered_by_what_they_are_about(store: Store) -> None:
    await put_alert(store, 0, rule="vendor-silent", severity="CRITICAL", scope="SOURCE", verification_id="")
    await put_alert(store, 1, provider="solaris", source="solaris-de", test=True)
    wanted = [
        (AlertFilter(rule="vendor-silent"), ["alert-0"]),
        (AlertFilter(severity="CRITICAL"), ["alert-0"]),
        (AlertFilter(provider="solaris", source="solaris-de"), ["alert-1"]),
        (AlertFilter(verification_id="scan-1", test=True), ["alert-1"]),
        (AlertFilter(test=False), ["alert-0"]),
    ]
    for each, expected in wanted:
        assert expected == [row.alert_id for row in (await queries.alerts(store, each)).items]
    assert alert_row(0)["message"] == (await queries.alerts(store, AlertFilter())).items[0].message


async def test_silences_are_those_that_are_not_over(store: Store) -> None:
    about = dict.fromkeys(("rule", "provider", "source", "verification_id", "note"), "")
    rows = [{"silence_id": f"s-{n}", "by": "ann", "at": minute(0), "until": minute(n)} | about for n in (1, 2, 3)]
    await put(store, SILENCES, *rows)
    expected = [Silence(id=f"s-{n}", by="ann", at=minute(0), until=minute(n)) for n in (2, 3)]
    assert expected == await queries.silences(store, minute(1))


async def test_dead_letters_are_listed_the_newest_first_and_found_by_their_key(store: Store) -> None:
    rows = [await put_letter(store, n, reason=("NOT_JSON", "REFUSED")[n % 2], stage=f"stage-{n}") for n in range(3)]
    newest_first = [row["letter_key"] for row in reversed(rows)]
    assert newest_first == [row.letter_key for row in (await queries.dead_letters(store, LetterFilter())).items]
    refused = await queries.dead_letters(store, LetterFilter(reason="REFUSED", provider="idenfy", source="idenfy-eu"))
    assert [rows[1]["letter_key"]] == [row.letter_key for row in refused.items]
    found = await queries.dead_letter(store, rows[2]["letter_key"])
    assert found is not None
    assert ("stage-2", 17) == (found.stage, found.bytes)
    assert await queries.dead_letter(store, "gone") is None


async def test_actions_are_the_steps_of_what_operators_did(store: Store) -> None:
    """The newest first, of every verification or of one."""
    for number, name in enumerate(["override-liveness", "status", "status"]):
        await verification(store, number, kind="ACTION", vendor_event=name)
    await verification(store, 9)
    everything = await queries.actions(store, ActionFilter())
    assert ["scan-2", "scan-1", "scan-0"] == [row.verification_id for row in everything.items]
    one = ActionFilter(provider="idenfy", verification_id="scan-1", action="status")
    assert ["scan-1"] == [row.verification_id for row in (await queries.actions(store, one)).items]


async def test_the_version_changes_whenever_the_read_model_moves(log: EventLog, store: Store) -> None:
    """And only then."""
    before = await queries.version(store)
    await append(log, told(1, Outcome.PENDING))
    await work(log, stage(store, log))
    after = await queries.version(store)
    await put(store, POSITIONS, {"topic": "alerts", "partition": 0, "next_offset": 1})
    assert 3 == len({before, after, await queries.version(store)})
    assert await queries.version(store) == await queries.version(store)
