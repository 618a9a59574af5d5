"""What a status amounts to beside the reason that came with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from normalizers.findings import Findings
from normalizers.reading import Unreadable
from normalizers.vendors.solaris import reasons
from normalizers.vendors.solaris.findings import is_filled
from normalizers.vendors.solaris.statuses import RETRYABLE, UNKNOWN_STATUS, Status
from schemas.deadletter import DeadLetterReason
from schemas.event import CheckKind, CheckResult, Outcome, WaitsFor


@dataclass(frozen=True, slots=True)
class Verdict:
    """``word`` is the vendor's status, or ``None`` where it may not be shown."""

    word: str | None
    outcome: Outcome
    final: bool
    waits_for: WaitsFor | None = None


def judge(
    findings: Findings, path: str, value: object, statuses: Mapping[str, Status], reason: str | None = None
) -> Verdict:
    """The outcome of a status, and as a check what the outcome cannot say.

    Raises ``Unreadable`` if there is no status (``MISSING_FIELD``) or no text (``WRONG_TYPE``).
    """
    if not is_filled(value):
        raise Unreadable(DeadLetterReason.MISSING_FIELD, f"the body has no {path}")
    if not isinstance(value, str):
        raise Unreadable(DeadLetterReason.WRONG_TYPE, f"{path} is not a text")
    word = findings.word(path, value, statuses)
    status = statuses.get(word or "", UNKNOWN_STATUS)
    if status.flag == RETRYABLE:
        return _broken_off(findings, word, status, reason)
    if status.flag is not None:
        findings.check(CheckKind.UNKNOWN, status.flag, status.flag_result, word)
    return Verdict(word, status.outcome, status.final, status.waits_for)


def _broken_off(findings: Findings, word: str | None, status: Status, reason: str | None) -> Verdict:
    """Section 6.4: the reason says whether the same link may be used again, and whether it was suspicion at all."""
    if reason == reasons.SUSPICION:
        findings.check(CheckKind.UNKNOWN, RETRYABLE, CheckResult.REVIEW, reason)
        return Verdict(word, Outcome.NEEDS_REVIEW, final=False)
    result = CheckResult.FAIL if reason is not None and reasons.is_permanent(reason) else status.flag_result
    findings.check(CheckKind.UNKNOWN, RETRYABLE, result, reason or word)
    return Verdict(word, status.outcome, status.final)
