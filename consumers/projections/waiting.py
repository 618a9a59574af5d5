"""Whom something that is not settled waits for, and since when: pure, and the same in every order of arrival.

What an event says of it by itself is one word of ours (``asks``). A verification waits for whom its current decision
asks; it has waited for them since the first of the latest decisions, without a break, that asked for the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from consumers.projections.fold import OrderKey, Status, join
from schemas.event import CheckResult, EventKind, Outcome, VerificationEvent

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class WaitsFor(StrEnum):
    """CUSTOMER: the person or business has not done their part. VENDOR: they have, and the vendor has not said how it
    ended. REVIEWER: a person must decide, the vendor's or ours. OPERATOR: one of ours must do something first.
    """

    CUSTOMER = "CUSTOMER"
    VENDOR = "VENDOR"
    REVIEWER = "REVIEWER"
    OPERATOR = "OPERATOR"


_NEVER = frozenset({EventKind.UNKNOWN, EventKind.SIGNAL, EventKind.ERASED})
"""Kinds that tell of something and ask for nothing."""

_HANDED_IN = frozenset(
    {
        "submitted",
        "reviewing",
        "check_pending",
        "confirmed",
        "signed",
        "processed",
        "pre_successful",
        "screening_pending",
        "identification_completion_pending",
        "pending_account_creation",
        "pending_ref_transfer",
    }
)
"""Vendors' words for PENDING that say that the customer's part is done, in small letters. A word that is not here says
nothing either way, so a new vendor needs none.
"""

_LOOKED_AT = frozenset({CheckResult.PASS, CheckResult.FAIL, CheckResult.REVIEW})

_UNTIL_FINAL = {
    Outcome.UNKNOWN: WaitsFor.VENDOR,
    Outcome.NEEDS_REVIEW: WaitsFor.REVIEWER,
    Outcome.VERIFIED: WaitsFor.VENDOR,
    Outcome.REJECTED: WaitsFor.VENDOR,
    Outcome.EXPIRED: WaitsFor.CUSTOMER,
    Outcome.CANCELLED: WaitsFor.CUSTOMER,
    Outcome.ERROR: WaitsFor.OPERATOR,
}
"""Without PENDING. What was broken off or ran out and is not final may still be taken up by the customer."""

_AFTER_FINAL = {Outcome.NEEDS_REVIEW: WaitsFor.REVIEWER, Outcome.UNKNOWN: WaitsFor.OPERATOR}
"""The vendor has said its last, and it is no decision; or it is one that nobody here understood."""


def asks(event: VerificationEvent) -> WaitsFor | None:
    """Whom one waits for while this event is the current decision; ``None``: for nobody."""
    if event.kind in _NEVER:
        return None
    if event.kind is EventKind.ACTION:
        return _action_asks(event)
    if event.final:
        return _AFTER_FINAL.get(event.outcome)
    if event.outcome is Outcome.PENDING:
        return WaitsFor.VENDOR if _is_handed_in(event) else WaitsFor.CUSTOMER
    return _UNTIL_FINAL[event.outcome]


def _action_asks(event: VerificationEvent) -> WaitsFor | None:
    """One that was asked for waits for a second person, one that has begun for the vendor's answer."""
    if event.final:
        return None
    return WaitsFor.OPERATOR if event.outcome is Outcome.NEEDS_REVIEW else WaitsFor.VENDOR


def _is_handed_in(event: VerificationEvent) -> bool:
    word = (event.vendor_status or "").lower()
    return word in _HANDED_IN or any(check.result in _LOOKED_AT for check in event.checks)


class Asking(NamedTuple):
    """What an event contributes: where it stands, the state after it alone, whom it asks, and when it came to us."""

    order: OrderKey
    state: Status
    asks: WaitsFor | None
    received_at: datetime

    @property
    def told_at(self) -> datetime:
        """The vendor's time, else ours; never later than it came, as clocks differ."""
        return min(_EPOCH + timedelta(microseconds=self.order.micros), self.received_at)


class Wait(NamedTuple):
    """For whom, and since when; ``(None, None)`` when nothing is waited for."""

    waits_for: WaitsFor | None
    since: datetime | None


NOTHING = Wait(None, None)


class Standing(NamedTuple):
    """Where a verification and kind stands: the event that holds its current decision, and whom it waits for."""

    current: OrderKey | None
    wait: Wait


def standing_of(events: Iterable[Asking]) -> Standing:
    """Of events in any order and any number of times: as if each was told in the vendor's order."""
    by_order = {each.order: each for each in events}
    if len(by_order) == 1:
        ((current, each),) = by_order.items()
        return Standing(current, NOTHING if each.asks is None else Wait(each.asks, each.told_at))
    return _standing(by_order)


def _standing(by_order: Mapping[OrderKey, Asking]) -> Standing:
    state, current, wait = Status(), None, NOTHING
    for order in sorted(by_order):
        each = by_order[order]
        state = join(state, each.state)
        current = state.current
        wanted = by_order[current].asks if current is not None else None
        if wanted is None:
            wait = NOTHING
        elif wanted is not wait.waits_for:
            wait = Wait(wanted, each.told_at)
    return Standing(current, wait)
