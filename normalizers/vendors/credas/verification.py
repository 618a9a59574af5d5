"""One identity verification of the summary: its overall result, and what it rests on (the facts, 5.1 and 6.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from normalizers.findings import Findings
from normalizers.vendors.credas import members
from normalizers.vendors.credas.arrays import SUPPORTING, entries_of, words_of
from normalizers.vendors.credas.bodies import Members, guid, listed
from normalizers.vendors.credas.words import ACTION_REQUIRED, UNLISTED, Words
from schemas.callback import Callback
from schemas.event import CheckKind, CheckResult, DecidedBy, Outcome, Reason, ReasonClass, WaitsFor

PARTS: Mapping[str, tuple[CheckKind, ReasonClass]] = {
    "livenessResult": (CheckKind.LIVENESS, ReasonClass.UNKNOWN),
    "documentResult": (CheckKind.DOCUMENT, ReasonClass.UNKNOWN),
    "visualAnalysisResult": (CheckKind.DOCUMENT, ReasonClass.UNKNOWN),
    "nfcResult": (CheckKind.DOCUMENT, ReasonClass.UNKNOWN),
    "ageValidationResult": (CheckKind.AGE, ReasonClass.AGE),
    "policeRecordResult": (CheckKind.RISK, ReasonClass.SCREENING),
    "compromisedAlertResult": (CheckKind.RISK, ReasonClass.SCREENING),
    "repeatAttemptsResult": (CheckKind.DUPLICATE, ReasonClass.UNKNOWN),
    "nameMatchResult": (CheckKind.DOCUMENT, ReasonClass.MISMATCH),
    "faceMatchResult": (CheckKind.FACE, ReasonClass.MISMATCH),
}
"""Section 5.1. What a part looks at, and why it matters where it does not pass; no page says what the police record is
of, so it is no criminal record here.
"""

_CROSS_CHECKED = ("livenessResult", "documentResult", "faceMatchResult")
"""Section 6.3."""

ACTION = "action_required"

STILL_ANALYSING: Final = WaitsFor.VENDOR
"""Sections 5.1 and 13.1: a summary is read once the process is complete, so all there is was handed in."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``word`` is the name of the result, or ``None`` where no list has it."""

    word: str | None
    outcome: Outcome
    final: bool
    decided_by: DecidedBy = DecidedBy.UNKNOWN

    @property
    def waits_for(self) -> WaitsFor | None:
        return STILL_ANALYSING if self.outcome is Outcome.PENDING else None


def judge(findings: Findings, verification: Members, words: Words) -> Verdict:
    """The overall result; PENDING where there is none yet, NEEDS_REVIEW where it passed against its own parts."""
    word = listed(findings, "overallResult", verification.get("overallResult"), words)
    if word is None:
        return Verdict(None, Outcome.PENDING, final=False)
    if word.name == ACTION_REQUIRED:
        findings.reasons[Reason(ReasonClass.NOT_DONE, ACTION)] = None
    if word.outcome is Outcome.VERIFIED and _is_contradicted(findings, verification, words):
        return Verdict(word.name, Outcome.NEEDS_REVIEW, final=False)
    return Verdict(word.name, word.outcome, word.is_final, word.decided_by)


def _is_contradicted(findings: Findings, verification: Members, words: Words) -> bool:
    """Section 6.3, the cross-check; what is in no list does not confirm a pass either."""
    parts = (listed(findings, name, verification.get(name), words) for name in _CROSS_CHECKED)
    return any(part is UNLISTED or part.outcome is Outcome.REJECTED for part in parts if part is not None)


def read_parts(findings: Findings, callback: Callback, verification: Members, words: Words) -> None:
    """The checks, and as reasons those that did not pass."""
    findings.unknown_members(verification, members.VERIFICATION, "identityVerifications.")
    for name, (kind, reason_class) in PARTS.items():
        part = listed(findings, name, verification.get(name), words)
        if part is not None:
            findings.check(kind, name, part.result, part.name)
            if part.result in (CheckResult.FAIL, CheckResult.REVIEW):
                findings.reasons[Reason(reason_class, name)] = None
    for document in entries_of(findings, verification, SUPPORTING):
        findings.unknown_members(document, members.SUPPORTING, f"{SUPPORTING}.")
        path = f"{SUPPORTING}.overallResult"
        part = listed(findings, path, document.get("overallResult"), words_of(callback, SUPPORTING))
        if part is not None:
            findings.check(CheckKind.DOCUMENT, SUPPORTING, part.result, part.name)


def deciding(verification: Members | None) -> object:
    """What makes the decision: which submission it is, and its results; null and absent are the same."""
    if verification is None:
        return None
    named = {name: guid(verification.get(name)) for name in ("entryId", "documentId")}
    said = {name: verification.get(name) for name in ("dateCompleted", "overallResult", *PARTS)}
    documents = verification.get(SUPPORTING)
    entries = [entry for entry in documents if isinstance(entry, dict)] if isinstance(documents, list) else []
    supporting = {
        str(guid(entry.get("supportingDocumentId"))): entry.get("overallResult")
        for entry in entries
        if entry.get("overallResult") is not None
    }
    return {name: value for name, value in (named | said | {SUPPORTING: supporting}).items() if value not in (None, {})}
