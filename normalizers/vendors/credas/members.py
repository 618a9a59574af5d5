"""The members of Credas' documents as the facts write them, and any spelling of them read as that one."""

from __future__ import annotations

RESULTS = (
    "livenessResult", "documentResult", "visualAnalysisResult", "nfcResult", "ageValidationResult",
    "policeRecordResult", "compromisedAlertResult", "repeatAttemptsResult", "nameMatchResult", "faceMatchResult",
)  # fmt: skip

VERIFICATION = frozenset(
    {
        "entityId", "processId", "entryId", "documentId", "documentType", "dateCompleted", "overallResult", *RESULTS,
        "documentNumber", "documentExpiryDate", "documentBirthDate", "documentIssuingCountryCode",
        "supportingDocuments",
    }
)  # fmt: skip
"""Section 5.1, ``summary.identityVerifications[]``."""

SUPPORTING = frozenset({"supportingDocumentId", "title", "isForRtx", "dateCompleted", "overallResult"})

ENTITY = frozenset(
    {
        "id", "name", "firstName", "surname", "dateCreated", "emailAddress", "phoneNumber", "dateOfBirth", "address",
        "entityTags", "registrationCode", "status", "accountType", "processActors",
    }
)  # fmt: skip
"""The published sample of the summary, and that of the entity by itself."""

ENTRY = frozenset(
    {
        "id", "taskId", "idvId", "entityId", "entityName", "dateCreated", "hasSelfie", "hasUap", "livenessVerified",
        "livenessCheckMethod", "livenessRetryRequired", "livenessVerificationResult", "verificationReason",
        "facialMatchVerificationResult", "nameCheckVerificationResult", "verificationResult", "uapAction",
        "idDocumentRetryRequired", "idDocuments",
    }
)  # fmt: skip
"""Section 5.1, ``idv-entries[]``."""

_WEBHOOKS = frozenset({"processId", "processActorId", "entityId", "smsStatus", "emailStatus"})
_DOCUMENT = frozenset({"visualAnalysisVerificationResult", "nfcCheckVerificationResult"})
_ARRAYS = frozenset(
    {
        "identityVerifications", "addressMortalityChecks", "bankAccountChecks", "proofOfOwnershipChecks",
        "rightToRentChecks", "rightToWorkChecks", "safeHarbourChecks", "internationalScreeningChecks",
        "sanctionsAndPepsChecks",
    }
)  # fmt: skip
_OTHERS = frozenset({"result", "resultsCount", "isOnGoingMonitor", "dataCheckId", "rtxCheckId", "regCode"})

_SPELLINGS = {
    name.lower(): name
    for name in VERIFICATION | SUPPORTING | ENTITY | ENTRY | _WEBHOOKS | _DOCUMENT | _ARRAYS | _OTHERS
}


def spelling(name: str) -> str:
    """The name as the facts write it: section 2, its case differs from page to page. An unknown one as it stands."""
    return _SPELLINGS.get(name.lower(), name)
