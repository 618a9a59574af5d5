"""Rules about what takes long: pure, and on real read models that a projector filled."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from consumers.alerts import observer
from consumers.alerts import open_work as opening
from consumers.alerts.observer import Account
from consumers.alerts.open_work import OpenWork, open_work, periodic
from consumers.alerts.rule import BUILT_IN, Rule
from consumers.alerts.waits import expires_soon, review_too_old
from consumers.errors import ProjectionUnavailable
from consumers.projections import projector
from consumers.projections.queries import StatusRow
from consumers.projections.store import Store, open_store
from runtime.eventlog import EventLog
from schemas import observation
from schemas.alert import Alert
from schemas.codec import alert_from_record
from schemas.event import DecidedBy, EventKind, Outcome, SubjectKind, VerificationEvent, WaitsFor
from schemas.observation import Observation, ObservationKind
from schemas.topics import ALERTS, OBSERVATIONS
from tests.consumers.making import append, records, told, work
from tests.examples import NOON

REVIEW, EXPIRY = BUILT_IN["needs-review-too-old"], BUILT_IN["verification-expires-soon"]
HOUR = timedelta(hours=1)


def row(**changes: Any) -> StatusRow:  # noqa: ANN401 - any column
    columns = StatusRow(
        provider="idenfy",
        verification_id="scan-1",
        kind=EventKind.VERIFICATION,
        source="idenfy-eu",
        subject_ref="customer-1",
        subject_kind=SubjectKind.PERSON,
        outcome=Outcome.NEEDS_REVIEW,
        final=False,
        decided_by=DecidedBy.AUTOMATIC,
        vendor_event="IDENTIFICATION",
        vendor_status="SUSPECTED",
        event_id="event-1",
        occurred_at=NOON,
        received_at=NOON,
        test=False,
        reasons=(),
        first_received_at=NOON,
        events=1,
        waits_for=WaitsFor.REVIEWER,
        waits_since=NOON,
    )
    return replace(columns, **changes)


@pytest.mark.parametrize(
    ("changes", "later", "found"),
    [
        ({}, 24 * HOUR, True),
        ({}, 24 * HOUR - timedelta(seconds=1), False),
        ({}, 300 * HOUR, True),
        ({"waits_for": WaitsFor.CUSTOMER}, 300 * HOUR, False),
        ({"waits_for": None, "waits_since": None}, 300 * HOUR, False),
    ],
)
def test_a_review_is_too_old_after_its_hours(changes: dict[str, Any], later: timedelta, found: bool) -> None:  # noqa: FBT001 - a table
    """Counted from when it began to wait for a reviewer."""
    assert found is (review_too_old(REVIEW, row(**changes), NOON + later) is not None)


@pytest.mark.parametrize(
    ("changes", "later", "found"),
    [
        ({}, 19 * HOUR, False),
        ({}, 20 * HOUR, True),
        ({}, 24 * HOUR - timedelta(seconds=1), True),
        ({}, 24 * HOUR, False),
        ({"provider": "solaris"}, 20 * HOUR, False),
        ({"provider": "solaris"}, 333 * HOUR, True),
        ({"provider": "credas"}, 20 * HOUR, False),
        ({"waits_for": WaitsFor.VENDOR}, 20 * HOUR, False),
        ({"waits_for": WaitsFor.REVIEWER}, 20 * HOUR, False),
    ],
)
def test_a_customers_time_ends_soon(changes: dict[str, Any], later: timedelta, found: bool) -> None:  # noqa: FBT001 - a table
    """Counted from the first event; where no life is known nothing is looked at, and what has ended is no more soon."""
    waiting = row(**{"waits_for": WaitsFor.CUSTOMER, "outcome": Outcome.PENDING} | changes)
    assert found is (expires_soon(EXPIRY, waiting, NOON + later) is not None)


def test_an_accounts_own_life_comes_before_its_vendors() -> None:
    """IDVerse has two products with links that live differently."""
    rule = replace(EXPIRY, lifetimes={"idverse": 168.0, "idverse-enterprise": 48.0})
    waiting = row(provider="idverse", source="idverse-enterprise", waits_for=WaitsFor.CUSTOMER)
    assert expires_soon(rule, waiting, NOON + 45 * HOUR) is not None
    assert expires_soon(rule, replace(waiting, source="idverse-au"), NOON + 45 * HOUR) is None


async def alerts(log: EventLog) -> list[Alert]:
    return [alert_from_record(record) for record in await records(log, ALERTS)]


async def ticked(log: EventLog, at: datetime, asked: OpenWork, rules: tuple[Rule, ...] = (REVIEW, EXPIRY)) -> None:
    """A tick of that time was handled by a new process."""
    await log.append(OBSERVATIONS, observation.to_message(Observation(ObservationKind.TICK, at)))
    await work(log, observer.stage(log, rules, {"idenfy-eu": Account("idenfy", test=False)}, asked))


def waiting(number: int, outcome: Outcome, **changes: Any) -> VerificationEvent:  # noqa: ANN401 - any field
    return told(number, outcome, verification_id=f"scan-{number}", final=False, checks=(), **changes)


@pytest.fixture(params=["sqlite", "postgresql"])
async def address(request: pytest.FixtureRequest, url: str) -> AsyncIterator[str]:
    """Where a read model of its own lies, on both databases."""
    async with AsyncExitStack() as stack:
        if request.param == "postgresql":
            url = await stack.enter_async_context(request.getfixturevalue("postgres").fresh_database())
        yield url


@pytest.fixture
async def asked(log: EventLog, address: str) -> AsyncIterator[OpenWork]:
    """The rules' way to it."""
    async with open_work(address, (REVIEW, EXPIRY), log) as opened:
        yield opened


@pytest.fixture
async def projected(log: EventLog, address: str) -> AsyncIterator[Store]:
    """Five verifications: two wait for reviewers (one is a test), two for customers, one has ended."""
    await append(
        log,
        waiting(1, Outcome.NEEDS_REVIEW),
        waiting(2, Outcome.NEEDS_REVIEW, test=True),
        waiting(3, Outcome.PENDING, vendor_status=None),
        waiting(4, Outcome.PENDING, vendor_status=None, provider="solaris", source="solaris"),
        told(5, Outcome.VERIFIED, verification_id="scan-5"),
    )
    async with open_store(address) as store:
        await work(log, projector.stage(store, log))
        yield store


@pytest.mark.usefixtures("projected")
async def test_each_wait_is_told_once_however_often_one_looks(log: EventLog, asked: OpenWork) -> None:
    """By several processes one after the other; and the same wait has the same alert for ever."""
    for hours in (1, 21, 22, 24, 25, 26, 40):
        await ticked(log, NOON + hours * HOUR, asked)
    found = [(alert.rule, alert.verification_id, alert.test) for alert in await alerts(log)]
    assert [
        ("verification-expires-soon", "scan-3", False),
        ("needs-review-too-old", "scan-1", False),
        ("needs-review-too-old", "scan-2", True),
    ] == found


async def test_a_review_that_begins_anew_is_told_anew(log: EventLog, projected: Store, asked: OpenWork) -> None:
    """Somebody decided it, and then it was opened again."""
    await ticked(log, NOON + 25 * HOUR, asked)
    decided = told(100, Outcome.VERIFIED, verification_id="scan-1")
    again = waiting(200, Outcome.NEEDS_REVIEW, reopens=True)
    await append(log, decided, replace(again, verification_id="scan-1"))
    await work(log, projector.stage(projected, log))
    await ticked(log, NOON + 26 * HOUR, asked)
    await ticked(log, NOON + 40 * HOUR, asked)
    assert 2 == len({alert.alert_id for alert in await alerts(log) if alert.verification_id == "scan-1"})
    assert 3 == len([alert for alert in await alerts(log) if alert.rule == REVIEW.name])


async def test_without_its_database_a_rule_waits_and_the_others_go_on(log: EventLog, tmp_path: Path) -> None:
    """Health says what it waits for, and once the database is there the alert comes."""
    url = f"sqlite:///{tmp_path}/late/views.db"
    budget = Observation(ObservationKind.BUDGET, NOON, "idenfy", "idenfy-eu", {"day_spent": 9, "day_most": 10})
    rules = REVIEW, BUILT_IN["budget-nearly-spent"]
    async with AsyncExitStack() as stack:
        asked = OpenWork(url, rules, log, stack)
        await log.append(OBSERVATIONS, observation.to_message(budget))
        await ticked(log, NOON + 30 * HOUR, asked, rules)
        assert ["budget-nearly-spent"] == [alert.rule for alert in await alerts(log)]
        with pytest.raises(ProjectionUnavailable, match=r"rules about open work wait: .*its folder is not there"):
            await periodic(asked, 1.0).work()
        (tmp_path / "late").mkdir()
        async with open_store(url) as store:
            await append(log, waiting(1, Outcome.NEEDS_REVIEW))
            await work(log, projector.stage(store, log))
        await ticked(log, NOON + 31 * HOUR, asked, rules)
        await periodic(asked, 1.0).work()
    assert ["budget-nearly-spent", "needs-review-too-old"] == [alert.rule for alert in await alerts(log)]


@pytest.mark.usefixtures("projected")
async def test_while_the_read_model_is_being_filled_nothing_is_told_of_what_was_long_ago(
    log: EventLog, asked: OpenWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event that it has not seen is older than may be: health says so, and the rules wait."""
    monkeypatch.setattr(opening, "BEHIND", -HOUR)
    await append(log, told(6, Outcome.VERIFIED, verification_id="scan-1"))
    await ticked(log, datetime.now(UTC), asked)
    with pytest.raises(ProjectionUnavailable, match="the read model is behind the log"):
        await periodic(asked, 1.0).work()
    assert [] == await alerts(log)
