"""Whom a decision leaves waiting, as far as our own words tell: pure.

A vendor's words may tell more: whoever reads them puts that into the event instead.
"""

from __future__ import annotations

from collections.abc import Sequence

from schemas.event import Check, CheckResult, EventKind, Outcome, WaitsFor

_NEVER = frozenset({EventKind.UNKNOWN, EventKind.SIGNAL, EventKind.ERASED})
"""Kinds that tell of something and ask for nothing."""

_LOOKED_AT = frozenset({CheckResult.PASS, CheckResult.FAIL, CheckResult.REVIEW})
"""Something was handed in, or nobody could have found that."""

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


def waits_for(kind: EventKind, outcome: Outcome, checks: Sequence[Check], *, final: bool) -> WaitsFor | None:
    """Whom one waits for as long as that is the current decision; ``None``: nobody."""
    if kind in _NEVER:
        return None
    if kind is EventKind.ACTION:
        return _action_waits_for(outcome, final=final)
    if final:
        return _AFTER_FINAL.get(outcome)
    if outcome is Outcome.PENDING:
        handed_in = any(check.result in _LOOKED_AT for check in checks)
        return WaitsFor.VENDOR if handed_in else WaitsFor.CUSTOMER
    return _UNTIL_FINAL[outcome]


def _action_waits_for(outcome: Outcome, *, final: bool) -> WaitsFor | None:
    """One that was asked for waits for a second person, one that has begun for the vendor's answer."""
    if final:
        return None
    return WaitsFor.OPERATOR if outcome is Outcome.NEEDS_REVIEW else WaitsFor.VENDOR
