from __future__ import annotations

from dataclasses import replace
from functools import reduce
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.projections.fold import Candidate, OrderKey, Status, join, of
from schemas.event import DecidedBy, Outcome, VerificationEvent
from tests.consumers.making import arrivals, told, verifications

ORDERS = st.builds(OrderKey, st.integers(0, 3), st.integers(0, 1), st.integers(0, 2), st.sampled_from("ab"))
CANDIDATES = st.builds(Candidate, st.booleans(), ORDERS)
STATES = st.builds(Status, st.none() | ORDERS, st.none() | CANDIDATES, st.none() | CANDIDATES)


def current(events: list[VerificationEvent]) -> VerificationEvent:
    order = reduce(join, map(of, events), Status()).current
    assert order is not None
    return next(event for event in events if event.event_id == order.event_id)


@given(STATES, STATES, STATES)
def test_join_is_commutative_associative_and_idempotent(a: Status, b: Status, c: Status) -> None:
    """So that states may be joined in any order, any grouping and any number of times."""
    assert join(a, b) == join(b, a)
    assert join(a, join(b, c)) == join(join(a, b), c)
    assert a == join(a, a)
    assert a == join(Status(), a)


@given(st.data(), verifications())
def test_any_order_and_any_repetition_give_the_same_state(data: st.DataObject, events: list[VerificationEvent]) -> None:
    """Vendors retry and reorder; the state must not know."""
    assert reduce(join, map(of, events)) == reduce(join, map(of, data.draw(arrivals(events))))


@given(verifications())
def test_every_verification_with_an_event_has_a_current_decision(events: list[VerificationEvent]) -> None:
    """Whatever was reopened, some event of it says how things stand."""
    assert current(events) in events


@given(verifications(), st.integers(0, 20))
def test_a_non_final_event_never_undoes_a_final_one(events: list[VerificationEvent], minute: int) -> None:
    """A late or stray step of the flow leaves a decision alone, unless the vendor says that it reopened."""
    before = current(events)
    stray = told(99, Outcome.PENDING, minute=minute, final=False, reopens=False)
    if before.final:
        assert before == current([*events, stray])


@given(verifications())
def test_a_reopening_after_everything_opens_the_verification(events: list[VerificationEvent]) -> None:
    """Whatever its outcome, UNKNOWN included: the earlier decision counts no longer."""
    reopening = told(99, Outcome.UNKNOWN, minute=20, final=False, reopens=True)
    assert reopening == current([*events, reopening])


@given(verifications())
def test_a_final_decision_after_everything_is_current(events: list[VerificationEvent]) -> None:
    """The vendor's latest word counts."""
    decision = told(99, Outcome.REJECTED, minute=20)
    assert decision == current([*events, decision])


AUTOMATIC = told(1, Outcome.REJECTED, decided_by=DecidedBy.AUTOMATIC)
MANUAL = told(2, Outcome.VERIFIED, decided_by=DecidedBy.HUMAN)
STARTED = told(0, Outcome.PENDING)
RESUBMITTED = told(3, Outcome.PENDING, reopens=True)
EXPIRED = told(1, Outcome.EXPIRED)
CANCELLED = told(5, Outcome.CANCELLED)
REVIEW = told(4, Outcome.NEEDS_REVIEW)


@pytest.mark.parametrize(
    ("expected", "events"),
    [
        pytest.param(MANUAL, [AUTOMATIC, MANUAL], id="automatic then manual: the person decided"),
        pytest.param(
            replace(AUTOMATIC, occurred_at=RESUBMITTED.occurred_at),
            [MANUAL, replace(AUTOMATIC, occurred_at=RESUBMITTED.occurred_at)],
            id="manual then automatic: the machine decided later",
        ),
        pytest.param(RESUBMITTED, [STARTED, AUTOMATIC, RESUBMITTED], id="resubmitted: open again"),
        pytest.param(REVIEW, [AUTOMATIC, RESUBMITTED, REVIEW], id="resubmitted, then in review"),
        pytest.param(CANCELLED, [AUTOMATIC, RESUBMITTED, CANCELLED], id="resubmitted, then decided again"),
        pytest.param(
            told(7, Outcome.VERIFIED, minute=6),
            [STARTED, told(7, Outcome.VERIFIED, minute=6), told(8, Outcome.REJECTED, minute=5)],
            id="the first attempt's decision comes late: not newer",
        ),
        pytest.param(
            MANUAL, [MANUAL, told(9, Outcome.PENDING, minute=1, reopens=True)], id="a reopening that comes late"
        ),
        pytest.param(MANUAL, [EXPIRED, MANUAL], id="expired then approved"),
        pytest.param(CANCELLED, [STARTED, CANCELLED], id="cancelled"),
        pytest.param(MANUAL, [MANUAL, REVIEW], id="a non-final event after the final one"),
        pytest.param(REVIEW, [REVIEW, told(6, Outcome.UNKNOWN)], id="an event without an outcome hides no open one"),
        pytest.param(told(6, Outcome.UNKNOWN), [told(6, Outcome.UNKNOWN)], id="no outcome at all"),
        pytest.param(
            told(6, Outcome.UNKNOWN, final=True),
            [MANUAL, told(6, Outcome.UNKNOWN, final=True)],
            id="a final word that nobody understood is shown",
        ),
        pytest.param(
            told(6, Outcome.REJECTED, reopens=True),
            [MANUAL, told(6, Outcome.REJECTED, reopens=True)],
            id="taken back and decided anew in one event",
        ),
        pytest.param(
            told(6, Outcome.REJECTED, occurred_at=None),
            [MANUAL, told(6, Outcome.REJECTED, occurred_at=None)],
            id="without the vendor's time, ours orders",
        ),
        pytest.param(
            told(6, Outcome.REJECTED, minute=2),
            [MANUAL, told(6, Outcome.REJECTED, minute=2)],
            id="told at the same instant: the custody order decides",
        ),
    ],
)
def test_the_current_decision(expected: VerificationEvent, events: list[VerificationEvent]) -> None:
    """The same in every order of arrival."""
    assert [expected] * len(list(permutations(events))) == [current(list(order)) for order in permutations(events)]
