"""The rules, pure: an event and what was seen of its verification in, alerts out.

* ``rejected-for-fraud``: a final REJECTED with a reason of class FRAUD, of any kind of event.
* ``contradicting-decisions``: two final decisions of one verification (kind VERIFICATION), one VERIFIED and one
  REJECTED, which no reopening separates. Each decision that contradicts one seen before raises one alert, so the alert
  comes whichever of the two arrives last. A reopening between them that arrives later does not take the alert back.
* ``person-erased``: an event of kind ERASED. The vendor deleted a person or a business, and whoever kept something of
  it has to do the same (providers/solaris.md, section 5: at once).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from uuid_utils import UUID, uuid5

from consumers.projections.fold import OrderKey, order_of
from schemas.alert import Alert, Severity
from schemas.event import EventKind, Outcome, ReasonClass, VerificationEvent

REJECTED_FOR_FRAUD = "rejected-for-fraud"
CONTRADICTING_DECISIONS = "contradicting-decisions"
PERSON_ERASED = "person-erased"

_NAMESPACE = UUID("0b9a5f0e-6d55-5c0e-8f0a-3f1c6f2e7a42")
"""Chosen once. Changing it would give every alert a new id."""

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


def seen_of(event: VerificationEvent) -> Seen | None:
    """What to remember of the event: ``None`` when no rule will ever ask for it."""
    decision, reopens = _decision(event), event.reopens and event.kind is EventKind.VERIFICATION
    if decision is None and not reopens and not _is_fraud(event) and event.kind is not EventKind.ERASED:
        return None
    return Seen(order_of(event), decision, reopens, event.test)


def alerts_for(event: VerificationEvent, history: Sequence[Seen]) -> list[Alert]:
    """The alerts that this event raises; ``history`` is what was seen of its verification before it."""
    found = rejected_for_fraud(event), contradicting_decisions(event, history), person_erased(event)
    return [alert for alert in found if alert is not None]


def rejected_for_fraud(event: VerificationEvent) -> Alert | None:
    if not _is_fraud(event):
        return None
    codes = ", ".join(reason.code for reason in event.reasons if reason.reason_class is ReasonClass.FRAUD)
    message = f"{event.provider} rejected verification {event.verification_id} for fraud ({codes})."
    return _alert(REJECTED_FOR_FRAUD, Severity.WARNING, event, (event.event_id,), message, test=event.test)


def contradicting_decisions(event: VerificationEvent, history: Sequence[Seen]) -> Alert | None:
    """Names the event and the contrary decision of its round next to it: the latest before it, else the first after."""
    rivals = {seen.order: seen for seen in _rivals(event, history)}
    if not rivals:
        return None
    earlier = [order for order in rivals if order < order_of(event)]
    rival = rivals[max(earlier) if earlier else min(rivals)]
    message = (
        f"{event.provider} decided verification {event.verification_id} both {event.outcome} and {rival.decision}, "
        "and did not reopen it between."
    )
    pair = event.event_id, rival.order.event_id
    return _alert(CONTRADICTING_DECISIONS, Severity.CRITICAL, event, pair, message, test=event.test or rival.test)


def person_erased(event: VerificationEvent) -> Alert | None:
    if event.kind is not EventKind.ERASED:
        return None
    message = f"{event.provider} erased {event.verification_id}: delete whatever you keep of it."
    return _alert(PERSON_ERASED, Severity.WARNING, event, (event.event_id,), message, test=event.test)


def _rivals(event: VerificationEvent, history: Sequence[Seen]) -> list[Seen]:
    """The contrary decisions of the event's round."""
    decision = _decision(event)
    if decision is None:
        return []
    order = order_of(event)
    reopenings = [seen.order for seen in history if seen.reopens] + [order] * event.reopens
    contrary = [seen for seen in history if seen.decision is _OPPOSITE[decision]]
    return [seen for seen in contrary if _round(seen.order, reopenings) == _round(order, reopenings)]


def _round(order: OrderKey, reopenings: Sequence[OrderKey]) -> int:
    """How often the verification was reopened up to there; a decision that itself reopens begins a round."""
    return sum(reopening <= order for reopening in reopenings)


def _decision(event: VerificationEvent) -> Outcome | None:
    decides = event.final and event.kind is EventKind.VERIFICATION and event.outcome in _OPPOSITE
    return event.outcome if decides else None


def _is_fraud(event: VerificationEvent) -> bool:
    rejected = event.final and event.outcome is Outcome.REJECTED
    return rejected and any(reason.reason_class is ReasonClass.FRAUD for reason in event.reasons)


def _alert(
    rule: str, severity: Severity, event: VerificationEvent, event_ids: tuple[str, ...], message: str, *, test: bool
) -> Alert:
    ordered = tuple(sorted(event_ids))
    return Alert(
        alert_id=str(uuid5(_NAMESPACE, "\n".join((rule, event.key, *ordered)))),
        rule=rule,
        severity=severity,
        provider=event.provider,
        source=event.source,
        verification_id=event.verification_id,
        event_ids=ordered,
        message=message,
        outcome=event.outcome,
        test=test,
        raised_at=event.received_at,
    )
