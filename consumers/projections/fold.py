"""What is the current decision, whatever order its events come in and however often: a lattice, and no SQL.

A verification's state is three maxima: its latest reopening, its latest final decision and its latest non-final one.
Taking maxima is commutative, associative and idempotent, so every order and every repetition gives the same state.
From it the current decision follows: the latest final one, unless the vendor reopened the verification after it; else
the latest non-final one. So a non-final event never undoes a final one unless the vendor says that it reopened.

*Latest* is by the vendor's time, not by arrival: the late callback of an earlier attempt is not newer.

A non-final event whose outcome is UNKNOWN says nothing about the outcome and hides no other non-final one. A final one
whose outcome is UNKNOWN is shown: it is the vendor's last word, and we did not understand it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeVar

from schemas.event import Outcome, VerificationEvent

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class OrderKey(NamedTuple):
    """Where an event stands among those of its verification: the vendor's time (else ours), then the custody order."""

    micros: int
    partition: int
    offset: int
    event_id: str


class Candidate(NamedTuple):
    """An event that may be the current decision. One that speaks of an outcome outranks one that does not."""

    speaks: bool
    order: OrderKey


@dataclass(frozen=True, slots=True)
class Status:
    """The state of one verification and kind. ``Status()`` is the state before any event."""

    reopened: OrderKey | None = None
    final: Candidate | None = None
    open: Candidate | None = None

    @property
    def current(self) -> OrderKey | None:
        """The event that holds the current decision; ``None`` before any event."""
        if self.final and (self.reopened is None or self.final.order >= self.reopened):
            return self.final.order
        return self.open.order if self.open else None


def order_of(event: VerificationEvent) -> OrderKey:
    told_at = event.occurred_at or event.received_at
    return OrderKey((told_at - _EPOCH) // _MICROSECOND, event.raw.partition, event.raw.offset, event.event_id)


def of(event: VerificationEvent) -> Status:
    """The state after this event alone."""
    return of_decision(order_of(event), event.outcome, final=event.final, reopens=event.reopens)


def of_decision(order: OrderKey, outcome: Outcome, *, final: bool, reopens: bool) -> Status:
    """The state after one event of which only this much is known.

    A reopening speaks even without an outcome: it says that the verification is open again. One that is final at the
    same time takes earlier decisions back and stands itself.
    """
    reopened = order if reopens else None
    if final:
        return Status(reopened, final=Candidate(speaks=True, order=order))
    return Status(reopened, open=Candidate(speaks=reopens or outcome is not Outcome.UNKNOWN, order=order))


def join(a: Status, b: Status) -> Status:
    """The state after the events of both: commutative, associative, idempotent."""
    return Status(_later(a.reopened, b.reopened), _later(a.final, b.final), _later(a.open, b.open))


_Ordered = TypeVar("_Ordered", OrderKey, Candidate)


def _later(a: _Ordered | None, b: _Ordered | None) -> _Ordered | None:
    if a is None or b is None:
        return a or b
    return max(a, b)
