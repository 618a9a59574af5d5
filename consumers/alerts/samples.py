"""A sample of each rule's alerts, marked as a test: what a channel would be told, without anything having happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from uuid_utils import uuid7

from consumers.alerts import rule as names
from consumers.alerts import rules, waits
from consumers.alerts.contradictions import seen_of
from consumers.alerts.finding import Finding, alert_of
from consumers.alerts.numbers import ON_NUMBERS, of_account
from consumers.alerts.observer import silence, unmapped
from consumers.alerts.rule import Rule
from consumers.alerts.rules import Known
from consumers.projections.queries import StatusRow
from runtime.settings import EventMatch
from schemas.alert import Alert
from schemas.event import (
    Check,
    CheckKind,
    CheckResult,
    DecidedBy,
    EventKind,
    Outcome,
    Provenance,
    Raw,
    Reason,
    ReasonClass,
    SubjectKind,
    VerificationEvent,
    WaitsFor,
)
from schemas.observation import DAY_MOST, DAY_SPENT, REFUSED, Observation, ObservationKind

_ID = "sample-of-hookline"


def sample_of(rule: Rule, now: datetime) -> Alert:
    """An alert such as the rule raises, about a verification or an account that it could be about; ``test`` is true."""
    finding = _of_event(rule, now) or _of_row(rule, now) or _of_numbers(rule, now)
    return replace(alert_of(rule, finding), test=True)


def _account(rule: Rule) -> tuple[str, str]:
    provider = rule.providers[0] if rule.providers else "idenfy"
    return provider, rule.sources[0] if rule.sources else provider


def _of_event(rule: Rule, now: datetime) -> Finding | None:
    """``None`` for a rule that is about no event."""
    event, known = _event(rule, now), Known()
    if rule.when == names.EVENT_MATCHES:
        return rules.matched(rule, replace(event, **_wanted(rule)))
    changes = _EVENTS.get(rule.when)
    if changes is None:
        return None
    event = replace(event, **changes)
    if rule.when == names.CONTRADICTING_DECISIONS:
        contrary = replace(event, event_id=str(uuid7()), outcome=Outcome.VERIFIED)
        known = Known(seen=(seen_of(contrary),))
    return rules.ON_EVENTS[rule.when](rule, event, known)


def _wanted(rule: Rule) -> Mapping[str, Any]:
    """The first of each of the rule's own words that its message tells of."""
    wanted = rule.event.wanted if rule.event else EventMatch()
    kinds, outcomes = wanted.kind or (EventKind.VERIFICATION,), wanted.outcome or (Outcome.REJECTED,)
    return {"kind": EventKind(kinds[0]), "outcome": Outcome(outcomes[0]), "final": wanted.final is not False}


_EVENTS: Mapping[str, Mapping[str, Any]] = {
    names.REJECTED_FOR_FRAUD: {"reasons": (Reason(ReasonClass.FRAUD, "FAKE_PHOTO"),)},
    names.SCREENING_HIT: {"checks": (Check(CheckKind.SANCTIONS, "sanctions", CheckResult.REVIEW),)},
    names.CONTRADICTING_DECISIONS: {},
    names.PERSON_ERASED: {"kind": EventKind.ERASED},
    names.DOCUMENT_EXPIRES: {"kind": EventKind.DOCUMENT_EXPIRY, "vendor_status": "DOCUMENT_EXPIRES_WITHIN_7_DAYS"},
}


def _event(rule: Rule, now: datetime) -> VerificationEvent:
    provider, source = _account(rule)
    return VerificationEvent(
        event_id=str(uuid7()),
        provider=provider,
        source=source,
        verification_id=_ID,
        subject_ref=None,
        subject_kind=SubjectKind.PERSON,
        kind=EventKind.VERIFICATION,
        outcome=Outcome.REJECTED,
        final=True,
        reopens=False,
        decided_by=DecidedBy.HUMAN,
        vendor_event="SAMPLE",
        vendor_status=None,
        occurred_at=now,
        received_at=now,
        checks=(),
        reasons=(),
        provenance=Provenance.CALLBACK,
        test=True,
        raw=Raw("callbacks", 0, 0, str(uuid7()), "0" * 64),
        mapping_version=0,
        unmapped=(),
        waits_for=None,
    )


def _of_row(rule: Rule, now: datetime) -> Finding | None:
    """``None`` for a rule that is about nothing that waits."""
    if rule.when == names.REVIEW_TOO_OLD:
        long_ago = now - timedelta(hours=rule.hours)
        return waits.review_too_old(rule, _row(rule, long_ago, Outcome.NEEDS_REVIEW, WaitsFor.REVIEWER), now)
    if rule.when == names.EXPIRES_SOON:
        provider, _ = _account(rule)
        watched = replace(rule, lifetimes={provider: rule.hours + 1})
        row = _row(rule, now - timedelta(hours=1, minutes=1), Outcome.PENDING, WaitsFor.CUSTOMER)
        return waits.expires_soon(watched, row, now)
    return None


def _row(rule: Rule, since: datetime, outcome: Outcome, waits_for: WaitsFor) -> StatusRow:
    event = _event(rule, since)
    return StatusRow(
        provider=event.provider,
        verification_id=event.verification_id,
        kind=event.kind,
        source=event.source,
        subject_ref=None,
        subject_kind=event.subject_kind,
        outcome=outcome,
        final=False,
        decided_by=DecidedBy.UNKNOWN,
        vendor_event=event.vendor_event,
        vendor_status=None,
        event_id=event.event_id,
        occurred_at=since,
        received_at=since,
        test=True,
        reasons=(),
        first_received_at=since,
        events=1,
        waits_for=waits_for,
        waits_since=since,
    )


def _of_numbers(rule: Rule, now: datetime) -> Finding:
    seen = Observation(ObservationKind.TICK, now, *_account(rule))
    return _NUMBERS[rule.when](rule, seen)


def _refused(rule: Rule, seen: Observation) -> Finding:
    number = round(rule.per_minute * rule.minutes + 1)
    told = replace(seen, kind=ObservationKind.DOORS, numbers={REFUSED: number})
    return _first(rule, told, {int(seen.at.timestamp() // 60): number})


def _spent(rule: Rule, seen: Observation) -> Finding:
    return _first(rule, replace(seen, kind=ObservationKind.BUDGET, numbers={DAY_SPENT: 100, DAY_MOST: 100}), {})


def _letters(rule: Rule, seen: Observation) -> Finding:
    return _first(rule, replace(seen, kind=ObservationKind.LETTERS, numbers={"normalize/NOT_JSON": 1}), {})


def _first(rule: Rule, told: Observation, refused: Mapping[int, int]) -> Finding:
    return ON_NUMBERS[rule.when][1](rule, told, refused)[0]


_NUMBERS: Mapping[str, Callable[[Rule, Observation], Finding]] = {
    names.FAILED_AUTHENTICATIONS: _refused,
    names.BUDGET_NEARLY_SPENT: _spent,
    names.DEAD_LETTERS: _letters,
    names.UNMAPPED_WORDS: lambda _rule, seen: of_account(seen, unmapped(seen.provider, ["status.sample=SAMPLE"])),
    names.VENDOR_SILENT: lambda rule, seen: of_account(
        seen, silence(seen.provider, seen.source, seen.at - timedelta(hours=1), rule.intervals)
    ),
}
