"""IDVerse's words (the facts, section 6). All lists are open: a word that is missing here is noted, never an error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from schemas.event import CheckKind, CheckResult, Outcome, WaitsFor

COMPLETE = "COMPLETE"
PASSED = "PASSED"
FLAGGED = "FLAGGED"


@dataclass(frozen=True, slots=True)
class End:
    """What a word amounts to, whether anything comes after it, and whom it says that one waits for."""

    outcome: Outcome
    final: bool
    waits_for: WaitsFor | None = None


PENDING: Final = End(Outcome.PENDING, final=False)
_AT_WORK: Final = End(Outcome.PENDING, final=False, waits_for=WaitsFor.CUSTOMER)
_CHECKED: Final = End(Outcome.PENDING, final=False, waits_for=WaitsFor.VENDOR)

STATUSES: Mapping[str, End | None] = {
    "PENDING": _AT_WORK,
    "INPROGRESS": _AT_WORK,
    "SUBMITTED": _CHECKED,
    COMPLETE: None,
    "EXPIRED": End(Outcome.EXPIRED, final=True),
    "CANCELLED": End(Outcome.CANCELLED, final=True),
}
"""Section 6.1. ``None``: the results decide."""

EVENTS: Mapping[str, End] = {
    "completedPass": End(Outcome.VERIFIED, final=True),
    "completedFlagged": End(Outcome.NEEDS_REVIEW, final=True),
    "expired": End(Outcome.EXPIRED, final=True),
    "cancelled": End(Outcome.CANCELLED, final=True),
    "pending": _AT_WORK,
    "termsAndConditions": _AT_WORK,
    "idSelection": _AT_WORK,
    "personalDetails": _AT_WORK,
    "liveness": _AT_WORK,
}
"""Section 6.4: Enterprise; who is at work, section 2.2."""

RESULTS: Mapping[str, CheckResult] = {PASSED: CheckResult.PASS, FLAGGED: CheckResult.REVIEW}
"""Section 6.2: FLAGGED means that a person should look."""

PARTS: Mapping[str, CheckKind] = {
    "documents": CheckKind.DOCUMENT,
    "facematch": CheckKind.FACE,
    "liveness": CheckKind.LIVENESS,
    "data": CheckKind.REGISTRY,
}
"""Section 6.2: what ``results`` has beside ``overall``."""

LIKENESS: Mapping[str, CheckResult] = {"Pass": CheckResult.PASS, "Fail": CheckResult.FAIL}
SPOOF: Mapping[str, CheckResult] = {"Low Risk": CheckResult.PASS, "High Risk": CheckResult.FAIL}
FEATURES = (
    *("right_eye", "left_eye", "right_brow", "left_brow", "right_cheek", "left_cheek"),
    *("nose", "philtrum", "jaw", "mouth", "forehead", "middle_forehead"),
)
ASF = ("document_integrity", "image_composition", "photo_check", "detail_check")
"""Sections 5.1 and 6.5."""

DATA_SOURCES: Mapping[str, tuple[CheckKind, str]] = {
    "Politically Exposed Person (PEP) Verification": (CheckKind.PEP, "pep"),
    "Velocity Verification": (CheckKind.RISK, "velocity"),
    "FraudCheck Shared Fraud Database": (CheckKind.RISK, "shared_fraud_database"),
    "Sanctions Check": (CheckKind.SANCTIONS, "sanctions"),
}
"""Section 5.1, the sample: what ID_MATRIX's fraud assessment looked at."""

DATA: Mapping[str, CheckResult] = {
    "PASS": CheckResult.PASS,
    "MATCH": CheckResult.PASS,
    "ACCEPT": CheckResult.PASS,
    "NO MATCH": CheckResult.REVIEW,
}
"""Section 5.1, ID_MATRIX."""

PROVIDERS = frozenset({"DATA_CONNECT", "ID_MATRIX", "OCRLABS_PEP_SANCTIONS", "OCRLABS_SERPRO"})
CREATED_BY = frozenset({"USER", "API"})
FLOWS = frozenset({"NORMAL2", "VOI2"})
STEPS = frozenset({"PRIVACY", "ID_INFORMATION", "FACE_MATCH_CAPTURE", "SUBMITTED"})
"""Section 6.5."""
