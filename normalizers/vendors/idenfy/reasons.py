"""iDenfy's words that say why, and the class of each. ``None``: the word is good news and no reason.

Lists: the facts, sections 6.3 to 6.6 (iDenfy's OpenAPI files and vocabulary page). All of them are open: iDenfy tells
integrators to expect new words. Where a section gives no class, the comment says what decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from schemas.event import ReasonClass

_FRAUD: Final = ReasonClass.FRAUD
_MISMATCH: Final = ReasonClass.MISMATCH
_QUALITY: Final = ReasonClass.QUALITY
_EXPIRED: Final = ReasonClass.EXPIRED_DOCUMENT
_UNSUPPORTED: Final = ReasonClass.UNSUPPORTED
_TECHNICAL: Final = ReasonClass.TECHNICAL
_NOT_DONE: Final = ReasonClass.NOT_DONE
_SCREENING: Final = ReasonClass.SCREENING
_AGE: Final = ReasonClass.AGE

FACE: Mapping[str, ReasonClass | None] = {
    "FACE_MATCH": None,
    "FACE_NOT_CHECKED": _NOT_DONE,
    "FACE_MISMATCH": _MISMATCH,
    "NO_FACE_FOUND": _QUALITY,
    "TOO_MANY_FACES": _QUALITY,
    "FACE_TOO_BLURRY": _QUALITY,
    "FACE_GLARED": _QUALITY,
    "FACE_UNCERTAIN": _QUALITY,
    "FACE_NOT_ANALYSED": _NOT_DONE,
    "FACE_ERROR": _TECHNICAL,
    "AUTO_UNVERIFIABLE": _NOT_DONE,
    "FAKE_FACE": _FRAUD,
    "FACE_SUSPECTED": _FRAUD,
    "FACE_BLACKLISTED": _FRAUD,
}
"""Section 6.3, ``autoFace`` and ``manualFace``."""

DOCUMENT: Mapping[str, ReasonClass | None] = {
    "DOC_VALIDATED": None,
    "DOC_INFO_MISMATCH": _MISMATCH,
    "DOC_NOT_FOUND": _QUALITY,
    "DOC_FACE_NOT_FOUND": _QUALITY,
    "DOC_NOT_FULLY_VISIBLE": _QUALITY,
    "DOC_TOO_BLURRY": _QUALITY,
    "DOC_GLARED": _QUALITY,
    "DOC_FACE_GLARED": _QUALITY,
    "DOC_DAMAGED": _QUALITY,
    "MRZ_NOT_FOUND": _QUALITY,
    "MRZ_OCR_READING_ERROR": _QUALITY,
    "BARCODE_NOT_FOUND": _QUALITY,
    "MRZ_INVALID": _FRAUD,
    "DOC_EXPIRED": _EXPIRED,
    "DOC_NOT_SUPPORTED": _UNSUPPORTED,
    "COUNTRY_NOT_SUPPORTED": _UNSUPPORTED,
    "DOC_NOT_ALLOWED": _UNSUPPORTED,
    "COUNTRY_MISMATCH": _MISMATCH,
    "DOC_TYPE_MISMATCH": _MISMATCH,
    "DOC_SUBTYPE_MISMATCH": _MISMATCH,
    "DOC_SIDE_MISMATCH": _MISMATCH,
    "DOC_FAKE": _FRAUD,
    "DOC_SPOOF_DETECTED": _FRAUD,
    "DOC_PERSONAL_CODE_INVALID": _MISMATCH,
    "DOC_NAME_ERROR": _QUALITY,
    "DOC_SURNAME_ERROR": _QUALITY,
    "DOC_EXPIRY_ERROR": _QUALITY,
    "DOC_DOB_ERROR": _QUALITY,
    "DOC_PERSONAL_NUMBER_ERROR": _QUALITY,
    "DOC_NUMBER_ERROR": _QUALITY,
    "DOC_DATE_OF_ISSUE_ERROR": _QUALITY,
    "DOC_SEX_ERROR": _QUALITY,
    "DOC_NATIONALITY_ERROR": _QUALITY,
    "DOC_NOT_ANALYSED": _NOT_DONE,
    "AUTO_UNVERIFIABLE": _NOT_DONE,
    "DOC_ERROR": _TECHNICAL,
    "EID_FAILED": _TECHNICAL,
    "NFC_INIT_FAILED": _TECHNICAL,
    "NFC_FAILED": _TECHNICAL,
    "NFC_TIMEOUT": _TECHNICAL,
}
"""Section 6.4, ``autoDocument`` and ``manualDocument``."""

FRAUD_TAGS: Mapping[str, ReasonClass] = {
    "FACE_IN_BLACKLIST": _FRAUD,
    "DOC_FACE_IN_BLACKLIST": _FRAUD,
    "FACE_BLACKLISTED": _FRAUD,
    "DOC_FACE_BLACKLISTED": _FRAUD,
    "DATA_BLACKLISTED": _FRAUD,
    "DATA_IN_BLACKLIST": _FRAUD,
    "DUPLICATE_FACE": _FRAUD,
    "DUPLICATE_DOC_FACE": _FRAUD,
    "DUPLICATE_PERSONAL_DATA": _FRAUD,
    "VIRTUAL_CAMERA": _FRAUD,
    "DEV_TOOLS_OPENED": _FRAUD,
    "PORTRAIT_SUBSTITUTION": _FRAUD,
    "FAKE_PHOTO": _FRAUD,
    "DOC_PRINT_SPOOFED": _FRAUD,
    "DOC_MOBILE_PHOTO": _FRAUD,
    "FACE_SUSPECTED": _FRAUD,
    # "Could not be verified" is neither a mismatch nor a fault of the check.
    "ADDRESS_UNVERIFIED": _NOT_DONE,
    "AML_SUSPECTION": _SCREENING,
    "SANCTIONS_SUSPECTION": _SCREENING,
    "CRIMINAL_SUSPECTED": _SCREENING,
    # A document that was reported lost or stolen.
    "LID_SUSPECTION": _FRAUD,
    "AML_FAILED": _TECHNICAL,
    "SANCTIONS_FAILED": _TECHNICAL,
    "LID_FAILED": _TECHNICAL,
    "CRIMINAL_CHECK_FAILED": _TECHNICAL,
    "RC_FAILED": _TECHNICAL,
    "DL_FAILED": _TECHNICAL,
    "AUTO_UNVERIFIABLE": _NOT_DONE,
    "URJANET_FAILURE": _TECHNICAL,
    "UTILITY_ADDRESS_CHECK_FAILURE": _TECHNICAL,
}
"""Section 6.5, ``fraudTags`` and the older ``suspicionReasons``."""

MISMATCH_TAGS: Mapping[str, ReasonClass] = {
    "NAME": _MISMATCH,
    "SURNAME": _MISMATCH,
    "FULL_NAME": _MISMATCH,
    "DOCUMENT_NUMBER": _MISMATCH,
    "PERSONAL_CODE": _MISMATCH,
    "EXPIRY_DATE": _MISMATCH,
    "DATE_OF_BIRTH": _MISMATCH,
    "DATE_OF_ISSUE": _MISMATCH,
    "NATIONALITY": _MISMATCH,
    "SEX": _MISMATCH,
    "DOC_INFO_MISMATCH": _MISMATCH,
    "UNDER_AGE": _AGE,
    "OVER_AGE": _AGE,
    "UNKNOWN_AGE": _AGE,
    "UTILITY_ADDRESS": _MISMATCH,
    "UTILITY_NAME": _MISMATCH,
    "EXPIRED_UTILITY_BILL": _EXPIRED,
    # The uploaded paper does not serve; section 6.6 does not say that it was forged.
    "INVALID_ADDITIONAL_STEP": _QUALITY,
    "ADDITIONAL_STEP_NOT_FOUND": _NOT_DONE,
    "ADDITIONAL_STEP_INFORMATION_MISMATCH": _MISMATCH,
    "EXPIRED_ADDITIONAL_STEP_INFORMATION": _EXPIRED,
    "NOT_SUPPORTED_POA_DOCUMENT_TYPE": _UNSUPPORTED,
    "NOT_SUPPORTED_POA_DOCUMENT_COUNTRY": _UNSUPPORTED,
    "POA_COUNTRIES_MISMATCH": _MISMATCH,
    # A picture of a screen is not accepted as a paper; section 6.6 does not call it fraud.
    "POA_SCREENSHOT_DETECTED": _UNSUPPORTED,
    "REGISTRY_CENTER_INFO_MISMATCH": _MISMATCH,
    "DRIVER_LICENSE_INFO_MISMATCH": _MISMATCH,
    "GDC_NOT_MATCH": _MISMATCH,
}
"""Section 6.6, ``mismatchTags``."""

TAGS: Mapping[str, ReasonClass | None] = {**FACE, **DOCUMENT, **FRAUD_TAGS, **MISMATCH_TAGS}
"""Every word that says why: the older ``suspicionReasons`` mixes the lists, and ``denyReasons`` has none of its own."""

RISK_TAGS: Mapping[str, ReasonClass] = {"UNTRUSTED_ENVIRONMENT": _FRAUD}
"""Section 5.7, ``riskTags`` of a face authentication."""

NO_MATCH_REASONS: Mapping[str, ReasonClass] = {
    "NAME_MISMATCH": _MISMATCH,
    "NUMBER_MISMATCH": _MISMATCH,
    "NAME_NOT_FOUND": _QUALITY,
    "NUMBER_NOT_FOUND": _QUALITY,
    # Liveness tells a real card from a picture of one.
    "LIVENESS_FAILED": _FRAUD,
}
"""Section 5.7, ``noMatchReason`` of a bank card."""

AGE_OUTCOMES: Mapping[str, ReasonClass | None] = {
    "SUCCESS": None,
    "UNDERAGE": _AGE,
    "UNCERTAIN": _AGE,
    "FACE_MISMATCH": _MISMATCH,
    # The session ended because the person used up the attempts.
    "ATTEMPTS_EXCEEDED": ReasonClass.CUSTOMER,
}
"""Section 5.7, ``outcome`` of an age estimation."""

EXPIRATION_THRESHOLDS: Mapping[str, ReasonClass | None] = {
    "DOCUMENT_EXPIRES_WITHIN_30_DAYS": None,
    "DOCUMENT_EXPIRES_WITHIN_7_DAYS": None,
    "DOCUMENT_EXPIRES_WITHIN_1_DAY": None,
    "DOCUMENT_EXPIRED": _EXPIRED,
}
"""Section 5.7, ``expirationThreshold``: only the last one is a reason, the others look ahead."""
