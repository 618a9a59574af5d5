"""Two weeks of made-up events, so that the pictures show a console that has been at work for a while."""

# ruff: noqa: INP001 - a script's own module
from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random
from uuid import NAMESPACE_OID, uuid5

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
)
from schemas.observation import BUDGET, DOORS, Observation, ObservationKind
from schemas.waiting import waits_for

ACCOUNTS = (("idenfy", "idenfy-eu", 26), ("solaris", "solaris-bank", 11), ("idverse", "idverse-apac", 7))
"""Vendor, account and verifications of a usual day. None of them is a test account."""

_DAYS = 14
_BY_HOUR = (1, 1, 1, 1, 1, 2, 4, 7, 9, 10, 10, 9, 9, 9, 10, 9, 8, 8, 7, 6, 5, 4, 3, 2)
_ENDS = (
    (Outcome.VERIFIED, 78, ()),
    (Outcome.REJECTED, 4, (Reason(ReasonClass.MISMATCH, "FACE_MISMATCH"),)),
    (Outcome.REJECTED, 3, (Reason(ReasonClass.EXPIRED_DOCUMENT, "DOC_EXPIRED"),)),
    (Outcome.REJECTED, 1, (Reason(ReasonClass.FRAUD, "DOC_FAKE"),)),
    (Outcome.EXPIRED, 6, ()),
    (Outcome.NEEDS_REVIEW, 3, (Reason(ReasonClass.SCREENING, "PEP"),)),
    (Outcome.PENDING, 5, ()),
)
_OPEN = {Outcome.NEEDS_REVIEW, Outcome.PENDING}
_STILL_OPEN = timedelta(days=2)


def events(now: datetime) -> Iterator[VerificationEvent]:
    """In the order in which they came; each verification has one."""
    chance = Random(20261129)  # noqa: S311 - the same pictures each time
    made = [_event(chance, account, moment) for account in ACCOUNTS for moment in _moments(chance, account[2], now)]
    yield from sorted(made, key=lambda event: event.received_at)


def observations(now: datetime) -> Iterator[Observation]:
    """What the doors answered and what was spent, by the hour."""
    chance = Random(8)  # noqa: S311 - the same pictures each time
    for vendor, account, daily in ACCOUNTS:
        for back in reversed(range(48)):
            at = now - timedelta(hours=back)
            stored = round(daily * 2.2 * _BY_HOUR[at.hour] / sum(_BY_HOUR) * chance.uniform(0.6, 1.4))
            refused = chance.choice((0,) * 9 + (1,)) if back != 20 else 6  # noqa: PLR2004 - a bad hour
            answered = dict(zip(DOORS, (stored, refused, 0, 0), strict=True))
            yield Observation(ObservationKind.DOORS, at, vendor, account, answered)
    spent = {"solaris": ("solaris-bank", (312, 600, 4310, 5000)), "idverse": ("idverse-apac", (41, 300, 377, 2000))}
    for vendor, (account, numbers) in spent.items():
        yield Observation(ObservationKind.BUDGET, now, vendor, account, dict(zip(BUDGET, numbers, strict=True)))


def _moments(chance: Random, daily: int, now: datetime) -> Iterator[datetime]:
    for back in range(_DAYS):
        day = (now - timedelta(days=back)).replace(minute=0, second=0, microsecond=0)
        for _ in range(round(daily * chance.uniform(0.7, 1.2) * (0.5 if day.weekday() > 4 else 1))):  # noqa: PLR2004 - a weekend
            hour = chance.choices(range(24), _BY_HOUR)[0]
            moment = day.replace(hour=hour) + timedelta(seconds=chance.uniform(0, 3600))
            if moment < now - timedelta(minutes=2):
                yield moment


def _event(chance: Random, account: tuple[str, str, int], received: datetime) -> VerificationEvent:
    vendor, source, _ = account
    outcome, _, reasons = chance.choices(_ENDS, [weight for _, weight, _ in _ENDS])[0]
    if outcome in _OPEN and received < datetime.now(received.tzinfo) - _STILL_OPEN:
        outcome, reasons = Outcome.VERIFIED, ()
    name = chance.randbytes(16).hex()
    is_good = outcome is Outcome.VERIFIED
    checks = (
        Check(CheckKind.DOCUMENT, "document", CheckResult.PASS if is_good else CheckResult.REVIEW),
        Check(CheckKind.FACE, "face", CheckResult.PASS if is_good else CheckResult.REVIEW),
    )
    return VerificationEvent(
        event_id=str(uuid5(NAMESPACE_OID, name)),
        provider=vendor,
        source=source,
        verification_id=name,
        subject_ref=f"customer-{chance.randrange(10_000, 99_999)}",
        subject_kind=SubjectKind.PERSON,
        kind=EventKind.VERIFICATION,
        outcome=outcome,
        final=outcome not in _OPEN,
        reopens=False,
        decided_by=DecidedBy.AUTOMATIC if chance.random() < 0.8 else DecidedBy.HUMAN,  # noqa: PLR2004 - most of them
        vendor_event="IDENTIFICATION",
        vendor_status=outcome.value,
        occurred_at=received - timedelta(seconds=chance.lognormvariate(0.4, 0.7)),
        received_at=received,
        checks=checks,
        reasons=reasons,
        provenance=Provenance.CALLBACK,
        test=False,
        raw=Raw(f"callbacks.{vendor}", 0, 0, name, sha256(name.encode()).hexdigest()),
        mapping_version=1,
        unmapped=(),
        waits_for=waits_for(EventKind.VERIFICATION, outcome, checks, final=outcome not in _OPEN),
    )
