from __future__ import annotations

from datetime import datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.projections.fold import of, order_of
from consumers.projections.waiting import Asking, Wait, WaitsFor, asks, standing_of
from schemas.event import Check, CheckKind, CheckResult, EventKind, Outcome, VerificationEvent
from tests.consumers.making import arrivals, told, verifications

CUSTOMER, VENDOR, REVIEWER, OPERATOR = WaitsFor


def asking(event: VerificationEvent) -> Asking:
    return Asking(order_of(event), of(event), asks(event), event.received_at)


def wait(events: list[VerificationEvent]) -> Wait:
    return standing_of(map(asking, events)).wait


@given(st.data(), verifications())
def test_any_order_and_any_repetition_wait_alike(data: st.DataObject, events: list[VerificationEvent]) -> None:
    """Since the same moment too."""
    assert wait(events) == wait(data.draw(arrivals(events)))


@given(verifications())
def test_a_wait_has_a_beginning_that_some_event_told(events: list[VerificationEvent]) -> None:
    """And what waits for nobody has none."""
    waits_for, since = wait(events)
    assert (waits_for is None) == (since is None)
    assert since is None or since in {each.told_at for each in map(asking, events)}


LOOKED_AT = (Check(CheckKind.FACE, "autoFace", CheckResult.PASS, "FACE_MATCH"),)
NOT_DONE = (Check(CheckKind.FACE, "autoFace", CheckResult.NOT_DONE, None),)


@pytest.mark.parametrize(
    ("expected", "event"),
    [
        pytest.param(CUSTOMER, told(1, Outcome.PENDING, vendor_status="ACTIVE", checks=()), id="begun"),
        pytest.param(CUSTOMER, told(1, Outcome.PENDING, vendor_status=None, checks=NOT_DONE), id="nothing done yet"),
        pytest.param(VENDOR, told(1, Outcome.PENDING, vendor_status="SUBMITTED", checks=()), id="handed in: a word"),
        pytest.param(VENDOR, told(1, Outcome.PENDING, vendor_status="?", checks=LOOKED_AT), id="handed in: a check"),
        pytest.param(VENDOR, told(1, Outcome.VERIFIED, final=False), id="decided for now"),
        pytest.param(REVIEWER, told(1, Outcome.NEEDS_REVIEW), id="in review"),
        pytest.param(REVIEWER, told(1, Outcome.NEEDS_REVIEW, final=True), id="the vendor leaves it to us"),
        pytest.param(CUSTOMER, told(1, Outcome.CANCELLED, final=False), id="broken off, the link still works"),
        pytest.param(OPERATOR, told(1, Outcome.ERROR, final=False), id="stuck"),
        pytest.param(VENDOR, told(1, Outcome.UNKNOWN), id="nothing said yet"),
        pytest.param(OPERATOR, told(1, Outcome.UNKNOWN, final=True), id="a last word that nobody understood"),
        pytest.param(None, told(1, Outcome.VERIFIED), id="ended"),
        pytest.param(None, told(1, Outcome.ERROR), id="ended in an error"),
        pytest.param(None, told(1, Outcome.UNKNOWN, kind=EventKind.SIGNAL), id="a signal"),
        pytest.param(None, told(1, Outcome.UNKNOWN, kind=EventKind.ERASED), id="erased"),
        pytest.param(OPERATOR, told(1, Outcome.NEEDS_REVIEW, kind=EventKind.ACTION), id="an action was asked for"),
        pytest.param(VENDOR, told(1, Outcome.PENDING, kind=EventKind.ACTION), id="an action has begun"),
        pytest.param(None, told(1, Outcome.UNKNOWN, kind=EventKind.ACTION, final=True), id="an action has ended"),
    ],
)
def test_whom_one_waits_for(expected: WaitsFor | None, event: VerificationEvent) -> None:
    """By what the newest decision says."""
    assert expected == wait([event]).waits_for


PENDING = told(1, Outcome.PENDING, vendor_status="ACTIVE", checks=())
STEP = told(2, Outcome.PENDING, vendor_status="ACTIVE", checks=())
HANDED_IN = told(3, Outcome.PENDING, vendor_status="REVIEWING")
REVIEW = told(4, Outcome.NEEDS_REVIEW)
REJECTED = told(5, Outcome.REJECTED)
REOPENED = told(6, Outcome.PENDING, vendor_status="ACTIVE", checks=(), reopens=True)
STRAY = told(7, Outcome.UNKNOWN)
AHEAD = told(8, Outcome.PENDING, minute=900, vendor_status="ACTIVE", checks=())


def at(event: VerificationEvent) -> datetime:
    assert event.occurred_at is not None
    return event.occurred_at


@pytest.mark.parametrize(
    ("expected", "events"),
    [
        pytest.param((CUSTOMER, at(PENDING)), [PENDING, STEP], id="a step of the customer's goes on waiting"),
        pytest.param((VENDOR, at(HANDED_IN)), [PENDING, STEP, HANDED_IN], id="somebody else's turn begins anew"),
        pytest.param((REVIEWER, at(REVIEW)), [PENDING, HANDED_IN, REVIEW], id="review"),
        pytest.param((None, None), [PENDING, REVIEW, REJECTED], id="the end"),
        pytest.param((CUSTOMER, at(REOPENED)), [PENDING, REJECTED, REOPENED], id="reopened: since then"),
        pytest.param((CUSTOMER, AHEAD.received_at), [AHEAD], id="a vendor's clock ahead: since it came to us"),
        pytest.param((REVIEWER, at(REVIEW)), [REVIEW, STRAY], id="what says no outcome interrupts nothing"),
        pytest.param((None, None), [REJECTED, told(2, Outcome.NEEDS_REVIEW)], id="a late step of what has ended"),
    ],
)
def test_since_when(expected: tuple[WaitsFor | None, datetime | None], events: list[VerificationEvent]) -> None:
    """In every order of arrival."""
    assert {expected} == {tuple(wait(list(order))) for order in permutations(events)}
