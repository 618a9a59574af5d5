"""Final decisions of a verification, and those that contradict each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from consumers.projections.fold import OrderKey, order_of
from schemas.event import EventKind, Outcome, VerificationEvent

_OPPOSITE = {Outcome.VERIFIED: Outcome.REJECTED, Outcome.REJECTED: Outcome.VERIFIED}


@dataclass(frozen=True, slots=True)
class Seen:
    """What the rules need of an earlier event of the verification.

    ``decision`` is VERIFIED or REJECTED where the event decided the verification itself, else ``None``.
    """

    order: OrderKey
    decision: Outcome | None
    reopens: bool
    test: bool


def seen_of(event: VerificationEvent) -> Seen:
    reopens = event.reopens and event.kind is EventKind.VERIFICATION
    return Seen(order_of(event), decision_of(event), reopens, event.test)


def decision_of(event: VerificationEvent) -> Outcome | None:
    """VERIFIED or REJECTED, where that is the event's final word about the verification itself."""
    decides = event.final and event.kind is EventKind.VERIFICATION and event.outcome in _OPPOSITE
    return event.outcome if decides else None


def rivals(event: VerificationEvent, history: Sequence[Seen]) -> list[Seen]:
    """The contrary decisions of the event's round."""
    decision = decision_of(event)
    if decision is None:
        return []
    order = order_of(event)
    reopenings = [seen.order for seen in history if seen.reopens] + [order] * event.reopens
    contrary = [seen for seen in history if seen.decision is _OPPOSITE[decision]]
    return [seen for seen in contrary if _round(seen.order, reopenings) == _round(order, reopenings)]


def nearest(event: VerificationEvent, found: Sequence[Seen]) -> Seen:
    """Of at least one: the latest before the event, else the first after it."""
    by_order = {seen.order: seen for seen in found}
    earlier = [order for order in by_order if order < order_of(event)]
    return by_order[max(earlier) if earlier else min(by_order)]


def _round(order: OrderKey, reopenings: Sequence[OrderKey]) -> int:
    """How often the verification was reopened up to there; a decision that itself reopens begins a round."""
    return sum(reopening <= order for reopening in reopenings)
