"""iDenfy's words that say how a check ended, and the result that each means.

Lists: the facts, sections 5.2 to 5.8 and 6.3 to 6.6. A result labels a check; only ``status.overall`` decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from normalizers.vendors.idenfy import reasons
from schemas.event import CheckKind, CheckResult, ReasonClass

_PASS: Final = CheckResult.PASS
_FAIL: Final = CheckResult.FAIL
_REVIEW: Final = CheckResult.REVIEW
_NOT_DONE: Final = CheckResult.NOT_DONE

_OF_CLASS: Mapping[ReasonClass | None, CheckResult] = {
    None: _PASS,
    ReasonClass.TECHNICAL: _NOT_DONE,
    ReasonClass.NOT_DONE: _NOT_DONE,
}
# Section 6.3 and 6.4: "cannot be decided" and "needs a human".
_UNDECIDED = {"FACE_UNCERTAIN", "AUTO_UNVERIFIABLE"}


def _results(words: Mapping[str, ReasonClass | None]) -> Mapping[str, CheckResult]:
    return {word: _REVIEW if word in _UNDECIDED else _OF_CLASS.get(kind, _FAIL) for word, kind in words.items()}


FACE = _results(reasons.FACE)
DOCUMENT = _results(reasons.DOCUMENT)

ADDITIONAL_STEPS: Mapping[str, CheckResult] = {"VALID": _PASS, "INVALID": _FAIL, "NOT_FOUND": _NOT_DONE}
"""Section 5.2, ``status.additionalSteps``."""

COMPARED: Mapping[str, CheckResult] = {
    "MATCH": _PASS,
    "NOT_MATCH": _FAIL,
    # Nothing on the paper, or nothing given to compare it with: no comparison took place.
    "NOT_FOUND": _NOT_DONE,
    "NO_DATA": _NOT_DONE,
}
"""Section 5.3, ``status`` of a field of a COMPARE step."""

SCREENED: Mapping[str, CheckResult] = {
    "NOT_CHECKED": _NOT_DONE,
    "NO_FLAGS": _PASS,
    "FLAGS_FOUND": _REVIEW,
    "TRUE_POSITIVE": _FAIL,
    "FALSE_POSITIVE": _PASS,
}
"""Sections 5.2 and 5.5, the flags of AML v3."""

SERVICE: Mapping[str, CheckResult] = {"SUSPECTED": _REVIEW, "NOT_SUSPECTED": _PASS}
"""Section 5.5, ``overallStatus`` of one service; what it found has yet to be looked at by somebody."""

SUSPICIONS: Mapping[str, CheckKind] = {
    "SANCTION": CheckKind.SANCTIONS,
    "INTERPOL": CheckKind.CRIMINAL,
    "PEPS": CheckKind.PEP,
    "ADVERSE_MEDIA": CheckKind.ADVERSE_MEDIA,
    "OTHER": CheckKind.AML,
}
"""Section 5.5, ``suspicion`` of a row of an AML service."""

DATASETS: Mapping[str, CheckKind] = {
    "PEP": CheckKind.PEP,
    "PEP_CURRENT": CheckKind.PEP,
    "PEP_FORMER": CheckKind.PEP,
    "PEP_LINKED": CheckKind.PEP,
    "SAN": CheckKind.SANCTIONS,
    "SAN_CURRENT": CheckKind.SANCTIONS,
    "SAN_FORMER": CheckKind.SANCTIONS,
    "INS": CheckKind.AML,
    "RRE": CheckKind.ADVERSE_MEDIA,
    "DD": CheckKind.AML,
    "POI": CheckKind.AML,
    "REL": CheckKind.AML,
    "GRI": CheckKind.AML,
    "SOE": CheckKind.AML,
    "SOE_CURRENT": CheckKind.AML,
    "SOE_FORMER": CheckKind.AML,
}
"""Section 5.5, ``datasets`` of a hit of AML v3, persons' and companies'."""

REGISTERED: Mapping[str, CheckResult] = {
    "MATCH": _PASS,
    "NO_MATCH": _FAIL,
    "PARTIAL_MATCH": _REVIEW,
    "NO_DATA": _NOT_DONE,
    "NO_INPUT": _NOT_DONE,
    "INVALID": _FAIL,
}
"""Section 5.5, the ``...Status`` twins of a Us15 register check."""

ADDRESS: Mapping[str, CheckResult] = {"VERIFIED": _PASS, "PARTIALLY_VERIFIED": _REVIEW, "UNVERIFIED": _FAIL}
"""Section 5.1, ``addressVerification.status``."""

RISK: Mapping[str, CheckResult] = {
    "VERY_LOW": _PASS,
    "LOW": _PASS,
    "MEDIUM": _REVIEW,
    "HIGH": _REVIEW,
    "VERY_HIGH": _REVIEW,
    "NOT_CHECKED": _NOT_DONE,
}
"""Section 6.6, risk levels. Even a very high one is for somebody to weigh: no page says that it fails."""

BANK_CARD: Mapping[str, CheckResult] = {"MATCH": _PASS, "NO_MATCH": _FAIL, "NOT_COMPARED": _NOT_DONE}
"""Section 5.7, ``status`` of a bank card."""

FACE_AUTHENTICATION: Mapping[str, CheckResult] = {
    "Success": _PASS,
    "Failed": _FAIL,
    "Expired": _NOT_DONE,
    "Canceled": _NOT_DONE,
    "Pending": _NOT_DONE,
}
"""Section 5.7, ``status`` of a face authentication."""

AGE: Mapping[str, CheckResult] = {
    "SUCCESS": _PASS,
    "UNDERAGE": _FAIL,
    "UNCERTAIN": _REVIEW,
    "FACE_MISMATCH": _FAIL,
    "ATTEMPTS_EXCEEDED": _FAIL,
}
"""Section 5.7, ``outcome`` of an age estimation."""

DOCUMENT_TYPES = frozenset(
    {
        "ID_CARD", "PASSPORT", "RESIDENCE_PERMIT", "DRIVER_LICENSE", "PAN_CARD", "AADHAAR", "VISA", "NATIONAL_PASSPORT",
        "PROVISIONAL_DRIVER_LICENSE", "OLD_ID_CARD", "MILITARY_CARD", "ADDRESS_CARD", "SMART_ID", "CLEAR", "ONE_ID",
        "BANK_ID_SE", "BANK_ID_NO", "BANK_ID_CZ", "FTN", "MIT_ID", "VERIMI", "LA_WALLET", "SAMSUNG_WALLET",
        "MOJE_ID_CZ", "YOTI_ID", "OTHER", "BORDER_CROSSING", "ASYLUM", "PHOTO_CARD", "PROOF_OF_AGE_CARD", "TRAVEL_CARD",
        "SOCIAL_SECURITY_CARD", "VOTER_CARD", "DIPLOMATIC_ID", "WORK_PERMIT", "INTERNATIONAL_PASSPORT",
    }
)  # fmt: skip
"""Section 6.2. A type says nothing about a check; the list only tells new words from known ones."""

AGE_ESTIMATES = frozenset(
    {
        "UNDER_8", "UNDER_13", "OVER_8", "OVER_13", "OVER_16", "OVER_18", "OVER_21", "OVER_22", "OVER_25", "OVER_30",
    }
)  # fmt: skip
"""Section 5.3. It describes the person, not a check, so it is recognised and goes no further."""

PLATFORMS = frozenset({"PC", "MOBILE", "TABLET", "MOBILE_APP", "MOBILE_SDK", "OTHER"})
"""Section 5.1."""
