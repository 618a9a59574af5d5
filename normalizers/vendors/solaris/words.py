"""Solaris' other words: methods, papers, and the states of customer due diligence (CDD)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from schemas.event import CheckKind, CheckResult

_PASS: Final = CheckResult.PASS
_FAIL: Final = CheckResult.FAIL
_REVIEW: Final = CheckResult.REVIEW
_NOT_DONE: Final = CheckResult.NOT_DONE

METHODS = frozenset(
    {
        "bank", "bank_id", "bank_plus", "fourthline", "idnow", "idnow_autoident", "idnow_custom", "manual", "postident",
    }
)  # fmt: skip
"""Section 6.2."""

BUSINESS_METHODS = frozenset({"idnow", "itm", "import"})
"""Section 5.2."""

PROOFS_OF_ADDRESS: Mapping[str, CheckResult] = dict.fromkeys(
    (
        "BANK_ACCOUNT_STATEMENT", "CERTIFICATE_OF_REGISTRATION", "ELECTRICITY_BILL", "GAS_BILL", "HEATING_BILL",
        "INTERNET_BILL", "TELEPHONE_BILL", "WATER_BILL",
    ),
    CheckResult.UNKNOWN,
)  # fmt: skip
"""Section 6.3: which paper proves the address; nobody says here whether it did."""

DOCUMENT_TYPES: Mapping[str, CheckKind] = {
    "KYC_REPORT": CheckKind.DOCUMENT,
    "ID_DOCUMENT": CheckKind.DOCUMENT,
    "SIGNATURE": CheckKind.DOCUMENT,
    "PICTURE": CheckKind.DOCUMENT,
    "VIDEO": CheckKind.DOCUMENT,
    "QES_DOCUMENT": CheckKind.DOCUMENT,
    "SIGNED_QES_DOCUMENT": CheckKind.DOCUMENT,
    "SIGNED_CONTRACT": CheckKind.DOCUMENT,
    "ANNUAL_FINANCIAL_STATEMENT": CheckKind.COMPANY,
    "REGISTER_CHECK": CheckKind.COMPANY,
    "REGISTER_EXTRACT": CheckKind.COMPANY,
    "FOUNDATION_DOCUMENT": CheckKind.COMPANY,
    "SHARE_HOLDERS_AGREEMENT": CheckKind.COMPANY,
    "SHAREHOLDERS_LIST": CheckKind.COMPANY,
    "TRADING_LICENSE": CheckKind.COMPANY,
    "TRANSPARENCY_REGISTER_EXTRACT": CheckKind.COMPANY,
    "VAT_CERTIFICATE": CheckKind.COMPANY,
    "SCHUFA_COMPACT_REPORT": CheckKind.RISK,
    "SCHUFA_GWG_REPORT": CheckKind.RISK,
    "SCHUFA_FULL_REPORT": CheckKind.RISK,
    "SCHUFA_SHORT_REPORT": CheckKind.RISK,
    "CREDIT_AGENCY_REPORT": CheckKind.RISK,
    "INVOICE": CheckKind.DOCUMENT,
    "OTHER": CheckKind.DOCUMENT,
}
"""Section 6.3, ``document_type``."""

SCREENING: Mapping[str, CheckResult] = {
    "NOT_SCREENED": _NOT_DONE,
    "POTENTIAL_MATCH": _REVIEW,
    "SCREENED_ACCEPTED": _PASS,
    "SCREENED_DECLINED": _FAIL,
}
RISK: Mapping[str, CheckResult] = {
    "NOT_SCORED": _NOT_DONE,
    "POTENTIAL_RISK": _REVIEW,
    "NORMAL_RISK": _PASS,
    "INFORMATION_REQUESTED": _REVIEW,
    "INFORMATION_RECEIVED": _REVIEW,
    "RISK_ACCEPTED": _PASS,
    "RISK_REJECTED": _FAIL,
    "CUSTOMER_UNRESPONSIVE": _FAIL,
    "SCORING_NOT_REQUIRED": _PASS,
}
VETTING: Mapping[str, CheckResult] = {
    "NOT_VETTED": _NOT_DONE,
    "NO_MATCH": _PASS,
    "POTENTIAL_MATCH": _REVIEW,
    "INFORMATION_REQUESTED": _REVIEW,
    "INFORMATION_RECEIVED": _REVIEW,
    "RISK_ACCEPTED": _PASS,
    "RISK_REJECTED": _FAIL,
    "CUSTOMER_UNRESPONSIVE": _FAIL,
    "VETTING_NOT_REQUIRED": _PASS,
}
"""The three above: section 6.3, the CDD members of a person."""

LEGAL: Mapping[str, CheckResult] = {"information_required": _REVIEW}
"""Section 6.1, ``legal_identification_status`` of a business identification; no other value is public."""

CHANGED_FIELDS = frozenset({"CHANGE", "CHANGED"})
"""Section 10: how IDnow marks a field that the agent changed; its text once writes the second."""
