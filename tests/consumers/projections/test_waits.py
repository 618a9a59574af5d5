from __future__ import annotations

from datetime import datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.projections.fold import of, order_of
from consumers.projections.waiting import Asking, Wait, standing_of
from schemas.event import Outcome, VerificationEvent, WaitsFor
from tests.consumers.making import arrivals, told, verifications

CUSTOMER, VENDOR, REVIEWER, _ = WaitsFor


def asking(event: VerificationEvent) -> Asking:
    return Asking(order_of(event), of(event), event.waits_for, event.received_at)


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


PENDING = told(1, Outcome.PENDING, checks=())
STEP = told(2, Outcome.PENDING, checks=())
HANDED_IN = told(3, Outcome.PENDING, checks=(), waits_for=VENDOR)
REVIEW = told(4, Outcome.NEEDS_REVIEW)
REJECTED = told(5, Outcome.REJECTED)
REOPENED = told(6, Outcome.PENDING, checks=(), reopens=True)
STRAY = told(7, Outcome.UNKNOWN)
AHEAD = told(8, Outcome.PENDING, minute=900, checks=())


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
