"""Solaris' and IDnow's words that say how far something got, and the outcome that each means.

What may follow what (section 6.1): anything may follow a status that is not final, so ``pending_successful`` may become
``failed``, and ``aborted`` and ``canceled`` do not close, as the same link may be used again. Nothing follows a final
status.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from schemas.event import CheckResult, Outcome, WaitsFor


@dataclass(frozen=True, slots=True)
class Status:
    """What the outcome cannot say: whom one waits for while it is PENDING and, as ``flag`` and ``flag_result``, a check
    that the status itself amounts to.
    """

    outcome: Outcome
    final: bool = False
    waits_for: WaitsFor | None = None
    flag: str | None = None
    flag_result: CheckResult = CheckResult.UNKNOWN


PROVISIONAL = "provisional"
"""A result before review. PASS: services may be offered already; FAIL: they must not."""
RETRYABLE = "retryable"
"""Whether the customer may try again with the same link. PASS: yes; FAIL: it is pointless."""
CATEGORY = "reason_category"
"""IDnow's own category of its reason, beside the class that the reason has here."""
CAUSED_BY_USER = "caused_by_user"
"""Whether the customer caused the reason. PASS: yes; FAIL: no; UNKNOWN: IDnow does not say."""
ACTION_REQUIRED = "action_required"
DATA_CHANGED = "data_changed"
"""The agent changed the person's data: read the person again."""

_PENDING: Final = Status(Outcome.PENDING)
_AT_WORK: Final = Status(Outcome.PENDING, waits_for=WaitsFor.CUSTOMER)
_CHECKED: Final = Status(Outcome.PENDING, waits_for=WaitsFor.VENDOR)
_VERIFIED: Final = Status(Outcome.VERIFIED, final=True)
_REJECTED: Final = Status(Outcome.REJECTED, final=True)
_EXPIRED: Final = Status(Outcome.EXPIRED, final=True)
_BROKEN_OFF: Final = Status(Outcome.CANCELLED, flag=RETRYABLE, flag_result=CheckResult.PASS)
_LIKELY: Final = Status(Outcome.NEEDS_REVIEW, flag=PROVISIONAL, flag_result=CheckResult.PASS)
_UNLIKELY: Final = Status(Outcome.NEEDS_REVIEW, flag=PROVISIONAL, flag_result=CheckResult.FAIL)

UNKNOWN_STATUS: Final = Status(Outcome.NEEDS_REVIEW)
"""Section 6.1, its last row."""

IDENTIFICATION: Mapping[str, Status] = {
    "created": _AT_WORK,
    "pending": _AT_WORK,
    "pending_successful": _LIKELY,
    "pending_failed": _UNLIKELY,
    "successful": _VERIFIED,
    "aborted": _BROKEN_OFF,
    "canceled": _BROKEN_OFF,
    "failed": _REJECTED,
    "expired": _EXPIRED,
    "rejected": _REJECTED,
    "authorization_required": _AT_WORK,
    "confirmation_required": _AT_WORK,
    "confirmed": _CHECKED,
    "processed": _CHECKED,
    "signed": _CHECKED,
    "pre_successful": _CHECKED,
    "identification_data_required": Status(
        Outcome.PENDING, waits_for=WaitsFor.CUSTOMER, flag=ACTION_REQUIRED, flag_result=CheckResult.NOT_DONE
    ),
    "pending_account_creation": _CHECKED,
    "pending_ref_transfer": _AT_WORK,
}
"""Section 6.1; whom one waits for, section 15.1."""

BUSINESS_IDENTIFICATION: Mapping[str, Status] = {
    "created": _AT_WORK,
    "pending": _AT_WORK,
    "successful": _VERIFIED,
    "failed": _REJECTED,
    "expired": _EXPIRED,
}
ORIGINATION: Mapping[str, Status] = {
    "identification_trigger_pending": _PENDING,
    "esign_pending": _AT_WORK,
    "identification_completion_pending": _CHECKED,
    "screening_pending": _CHECKED,
    "failed": _REJECTED,
    "completed": _VERIFIED,
    "expired": _EXPIRED,
}
"""The two above: section 5.2 and the end of 6.1; whom one waits for, section 15.1."""

IDNOW_RESULT: Mapping[str, Status] = {
    "SUCCESS": _VERIFIED,
    "SUCCESS_DATA_CHANGED": _VERIFIED,
    "SUCCESS_DATA_CHANGE": _VERIFIED,
    "FRAUD_SUSPICION_CONFIRMED": _REJECTED,
    "REVIEW_PENDING": _LIKELY,
    "FRAUD_SUSPICION_PENDING": _UNLIKELY,
    "CHECK_PENDING": _CHECKED,
    "ABORTED": _BROKEN_OFF,
    "CANCELED": _BROKEN_OFF,
}
"""Section 10."""

SESSION = frozenset({"created"})
"""Section 5: of an identification session only the sample's status is public."""
