"""What a rule found, and the alert that it becomes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from uuid_utils import UUID, uuid5

from consumers.alerts.rule import Rule
from schemas.alert import Alert, AlertScope
from schemas.event import Outcome, VerificationEvent

_NAMESPACE = UUID("0b9a5f0e-6d55-5c0e-8f0a-3f1c6f2e7a42")
"""Chosen once. Changing it would give every alert a new id."""
_NAMED = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """``fact`` tells this finding from others of its rule about the same thing: the ids of events, or an instant.

    ``at`` is when it was found, by the time that stands on the log. ``part`` is what of the thing cools down by itself.
    ``message`` is one English sentence without personal data.
    """

    fact: tuple[str, ...]
    message: str
    at: datetime
    scope: AlertScope = AlertScope.VERIFICATION
    provider: str = ""
    source: str = ""
    verification_id: str = ""
    event_ids: tuple[str, ...] = ()
    outcome: Outcome = Outcome.UNKNOWN
    test: bool = False
    part: str = ""
    count: int = 1


def listed(words: Iterable[str]) -> str:
    """The words as a message tells them: each once, the first ten by name. A message is read on a telephone."""
    named = list(dict.fromkeys(words))
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    return ", ".join(named[:_NAMED]) + more


def of_event(event: VerificationEvent, message: str, *others: str, test: bool | None = None) -> Finding:
    """About the event's verification; ``others`` are further events that it rests on."""
    ids = tuple(sorted((event.event_id, *others)))
    return Finding(
        fact=ids,
        message=message,
        at=event.received_at,
        provider=event.provider,
        source=event.source,
        verification_id=event.verification_id,
        event_ids=ids,
        outcome=event.outcome,
        test=event.test if test is None else test,
    )


def alert_of(rule: Rule, finding: Finding, count: int = 1) -> Alert:
    """The alert that stands for ``count`` findings, of which this is the last. The same finding gives the same id."""
    alert = Alert(
        alert_id="",
        rule=rule.name,
        severity=rule.severity,
        provider=finding.provider,
        source=finding.source,
        verification_id=finding.verification_id,
        event_ids=finding.event_ids,
        message=finding.message,
        outcome=finding.outcome,
        test=finding.test,
        raised_at=finding.at,
        scope=finding.scope,
        count=count,
    )
    return replace(alert, alert_id=str(uuid5(_NAMESPACE, "\n".join((rule.name, alert.key, *finding.fact)))))
