from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.alerts.history import MOST_SEEN, History, dump, load, observe
from consumers.alerts.rule import BUILT_IN, CONTRADICTING_DECISIONS, PERSON_ERASED, REJECTED_FOR_FRAUD
from consumers.projections.fold import order_of
from schemas.alert import Alert, Severity
from schemas.event import EventKind, Outcome, Reason, ReasonClass, VerificationEvent
from tests.consumers.making import arrivals, told, verifications
from tests.examples import NOON

RULES = tuple(BUILT_IN[name] for name in (REJECTED_FOR_FRAUD, CONTRADICTING_DECISIONS, PERSON_ERASED))
FRAUD = (Reason(ReasonClass.QUALITY, "BLURRED"), Reason(ReasonClass.FRAUD, "FAKE_FACE"))
VERIFIED = told(1, Outcome.VERIFIED)
REJECTED = told(2, Outcome.REJECTED)
REOPENED = told(3, Outcome.PENDING, reopens=True)
CONTRADICTION = {Outcome.VERIFIED, Outcome.REJECTED}
FLIPPING = verifications(
    kinds=(EventKind.VERIFICATION, EventKind.VERIFICATION, EventKind.AML),
    outcomes=(Outcome.VERIFIED, Outcome.REJECTED, Outcome.EXPIRED),
)


def raised(events: Sequence[VerificationEvent], rule: str | None = None) -> list[Alert]:
    """The alerts (of one rule) after these arrivals; what is remembered goes to the log and back each time."""
    history, found = History(), list[Alert]()
    for at, one in enumerate(events):
        history, alerts, _ = observe(load(dump(history)), one, at, RULES)
        found += alerts
    return [alert for alert in found if rule in {None, alert.rule}]


def contradictory(events: Sequence[VerificationEvent]) -> bool:
    """Whether one round holds both decisions: told plainly, by walking the events in their logical order."""
    decided: set[Outcome] = set()
    for one in sorted({one.event_id: one for one in events}.values(), key=order_of):
        if one.kind is not EventKind.VERIFICATION:
            continue
        decided = set() if one.reopens else decided
        decided |= {one.outcome} & CONTRADICTION if one.final else set()
        if decided == CONTRADICTION:
            return True
    return False


@given(st.data(), FLIPPING)
def test_contradicting_decisions_are_found_in_every_order_of_arrival(
    data: st.DataObject, events: list[VerificationEvent]
) -> None:
    """Raised if and only if, at some moment, what had arrived held both in one round; repeats change nothing."""
    arrived = data.draw(arrivals(events))
    expected = any(contradictory(arrived[: count + 1]) for count in range(len(arrived)))
    assert expected == bool(raised(arrived, "contradicting-decisions"))


@given(st.data(), FLIPPING)
def test_a_round_with_both_decisions_always_raises_an_alert(
    data: st.DataObject, events: list[VerificationEvent]
) -> None:
    """Whatever the shuffle; and where reopenings arrive first, only such a round does."""
    arrived = data.draw(arrivals(events))
    reopenings_first = sorted(arrived, key=lambda one: not one.reopens or one.final)
    if contradictory(events):
        assert raised(arrived, "contradicting-decisions")
    elif not any(one.reopens and one.final for one in events):
        assert [] == raised(reopenings_first, "contradicting-decisions")


@given(st.data(), FLIPPING)
def test_no_alert_is_raised_twice(data: st.DataObject, events: list[VerificationEvent]) -> None:
    """However often an event comes back, and however many rules it fits."""
    events = [replace(one, reasons=FRAUD) for one in events]
    found = [alert.alert_id for alert in raised(data.draw(arrivals(events)))]
    assert sorted(set(found)) == sorted(found)


@pytest.mark.parametrize("arrived", [(VERIFIED, REJECTED), (REJECTED, VERIFIED)], ids=["in order", "out of order"])
def test_a_contradiction_names_both_decisions(arrived: tuple[VerificationEvent, ...]) -> None:
    """Its id depends on the events, not on which came first; it is dated by the one that came last."""
    (alert,) = raised(arrived)
    assert (
        Alert(
            alert_id="8927312d-b84b-579d-8d5f-aa3d7f240cb4",
            rule="contradicting-decisions",
            severity=Severity.CRITICAL,
            provider="idenfy",
            source="idenfy-eu",
            verification_id="scan-1",
            event_ids=tuple(sorted((VERIFIED.event_id, REJECTED.event_id))),
            message=alert.message,
            outcome=arrived[1].outcome,
            test=False,
            raised_at=arrived[1].received_at,
        )
        == alert
    )
    assert "idenfy decided verification scan-1 both" in alert.message


def test_a_contradiction_names_the_decision_next_to_it() -> None:
    """Of several contrary ones the latest before it; failing that, the first after it."""
    earlier, later, last = told(1, Outcome.VERIFIED), told(3, Outcome.VERIFIED), told(9, Outcome.VERIFIED)
    between, first = told(5, Outcome.REJECTED), told(0, Outcome.REJECTED)
    (second_alert,) = raised([earlier, later, last, between])
    (first_alert,) = raised([later, earlier, last, first])
    assert tuple(sorted((later.event_id, between.event_id))) == second_alert.event_ids
    assert tuple(sorted((earlier.event_id, first.event_id))) == first_alert.event_ids


def test_a_reopening_of_something_else_separates_no_decisions() -> None:
    """A screening that was opened again says nothing of the verification."""
    assert 1 == len(
        raised([VERIFIED, told(3, Outcome.PENDING, kind=EventKind.AML, reopens=True), told(4, Outcome.REJECTED)])
    )


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([VERIFIED, REOPENED, told(4, Outcome.REJECTED)], id="reopened between"),
        pytest.param([REOPENED, told(4, Outcome.REJECTED), VERIFIED], id="reopened between, told out of order"),
        pytest.param([VERIFIED, told(4, Outcome.REJECTED, reopens=True)], id="taken back by the decision itself"),
        pytest.param([VERIFIED, replace(REJECTED, kind=EventKind.AML)], id="about something else"),
        pytest.param([VERIFIED, replace(REJECTED, final=False)], id="not final"),
        pytest.param([VERIFIED, told(4, Outcome.EXPIRED), told(5, Outcome.CANCELLED)], id="no contrary outcome"),
        pytest.param([VERIFIED, replace(VERIFIED, received_at=NOON)], id="the same event again"),
        pytest.param([replace(REJECTED, final=False, reasons=FRAUD)], id="fraud suspected, not final"),
        pytest.param([replace(REJECTED, reasons=FRAUD[:1])], id="rejected for something else"),
        pytest.param([replace(VERIFIED, reasons=FRAUD)], id="verified in spite of a fraud reason"),
    ],
)
def test_nothing_is_raised_for(events: list[VerificationEvent]) -> None:
    """Verifications that nobody needs to look at."""
    assert [] == raised(events)


def test_a_rejection_for_fraud_names_the_vendors_codes() -> None:
    """Those of class FRAUD, and no other."""
    (alert,) = raised([replace(REJECTED, reasons=FRAUD, test=True)])
    assert ("rejected-for-fraud", Severity.WARNING, True) == (alert.rule, alert.severity, alert.test)
    assert "idenfy rejected verification scan-1 for fraud (FAKE_FACE)." == alert.message


def test_a_message_is_short_however_many_codes_there_are() -> None:
    """A chat refuses what is too long, and then nobody is told. Each code is named once."""
    codes = [Reason(ReasonClass.FRAUD, f"FAKE_{number}") for number in (*range(200), 0, 1)]
    (alert,) = raised([replace(REJECTED, reasons=tuple(codes))])
    named = ", ".join(f"FAKE_{number}" for number in range(10))
    assert f"idenfy rejected verification scan-1 for fraud ({named} and 190 more)." == alert.message


def test_an_erasure_is_raised_once_and_says_what_to_do() -> None:
    """However often it comes; and it is about the person, of whom nothing was decided."""
    erased = told(1, Outcome.UNKNOWN, kind=EventKind.ERASED, provider="solaris", verification_id="p1", final=True)
    (alert,) = raised([erased, VERIFIED, erased, REJECTED], "person-erased")
    assert (Severity.WARNING, "p1", Outcome.UNKNOWN) == (alert.severity, alert.verification_id, alert.outcome)
    assert "solaris erased p1: delete whatever you keep of it." == alert.message


def test_an_alert_is_a_tests_when_either_decision_is() -> None:
    """Nobody may act by accident on a contradiction with a dummy result."""
    (alert,) = raised([replace(VERIFIED, test=True), REJECTED])
    assert alert.test


def test_what_is_remembered_of_a_verification_is_bounded() -> None:
    """The events that were seen first go first."""
    events = [told(number, Outcome.VERIFIED) for number in range(MOST_SEEN + 3)]
    history = History()
    for at, one in enumerate(events):
        history, _, _ = observe(history, one, at, RULES)
    assert [one.event_id for one in events[3:]] == [seen.order.event_id for seen in history.seen]
    assert MOST_SEEN + 2 == history.touched_at
