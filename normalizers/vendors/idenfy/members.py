"""The members that iDenfy's documents are known to have (the facts, section 5, all three generations)."""

from __future__ import annotations

ADDRESS_MEMBERS = frozenset(
    {"additionalData", "manualAddress", "manualAddressMatch", "registryCenterCheck", "addressVerification"}
)
"""Section 5.6: these stand inside ``data`` or at the top level."""

_ATTEMPT = frozenset(
    {
        "scanRef", "externalRef", "clientId", "companyId", "beneficiaryId", "startTime", "finishTime",
        "status", "data", "additionalSteps",
    }
)  # fmt: skip
_CHECKS = frozenset(
    {
        "AML", "LID", "aml", "lid", "CRIMINAL_CHECK", "amlCheck", "gdcMatch", "questionnaireAnswers", "riskAssessment",
        "bankVerification", "bankCardVerification", "emailVerification", "phoneVerification", "driverLicenseCheck",
        "utilityData", "utility_data",
    }
)  # fmt: skip

DECIDING = _ATTEMPT | _CHECKS | ADDRESS_MEMBERS
"""What makes two result bodies the same decision (section 4.3). The times belong to it: they tell attempts apart."""

RESULT = DECIDING | {
    "final", "platform", "fileUrls", "additionalStepPdfUrls", "clientIp", "clientIpCountry", "clientLocation",
}  # fmt: skip
"""Section 5.1, and the older names of 5.6."""

STATUS = frozenset(
    {
        "overall", "autoFace", "manualFace", "autoDocument", "manualDocument", "fraudTags", "mismatchTags",
        "additionalSteps", "suspicionReasons", "denyReasons", "amlResultClass", "pepsStatus", "sanctionsStatus",
        "adverseMediaStatus",
    }
)  # fmt: skip
"""Section 5.2."""

STATUS_ANSWER = frozenset(
    {
        "status", "autoDocument", "autoFace", "manualDocument", "manualFace", "fraudTags", "mismatchTags", "scanRef",
        "clientId",
    }
)  # fmt: skip
"""Section 8, the answer of ``/api/v2/status``."""

DATA = ADDRESS_MEMBERS | {
    "docFirstName", "docLastName", "fullName", "docNumber", "docPersonalCode", "docExpiry", "docDob", "docDateOfIssue",
    "docType", "docSex", "docNationality", "docIssuingCountry", "selectedCountry", "birthPlace", "authority", "address",
    "docTemporaryAddress", "mothersMaidenName", "docBirthName", "docPatronymic", "driverLicenseCategory",
    "manuallyDataChanged", "orgFirstName", "orgLastName", "orgNationality", "orgBirthPlace", "orgAuthority",
    "orgAddress", "orgTemporaryAddress", "orgMothersMaidenName", "orgPatronymic", "orgBirthName", "ageEstimate",
    "clientIpProxyRiskLevel", "duplicateFaces", "duplicateDocFaces", "scanRef", "clientId",
}  # fmt: skip
"""Section 5.3; the ids at the end are section 5.6."""

FLAT_FORM = frozenset({"personScanRef", "identificationStatus"})
"""Section 5.6: the marks of the very old flat form, which is not mapped."""

DOCUMENT_EXPIRATION = frozenset({"scanRef", "clientId", "expirationThreshold", "documentExpiration"})
FACIAL_AUTHENTICATION = frozenset(
    {
        "id", "scanRef", "clientId", "status", "token", "type", "method", "facePhoto", "ipAddress", "failReason",
        "riskTags",
    }
)  # fmt: skip
AGE_ESTIMATION = frozenset(
    {"scanRef", "status", "occurredAt", "outcome", "verdict", "estimatedAge", "confidence", "clientId"}
)
AML_MONITORING = frozenset(
    {
        "monitoringId", "name", "surname", "nationality", "dob", "isActive", "expiration", "scanRefList", "alertStatus",
        "alert_status", "status", "pepsStatus", "sanctionsStatus", "adverseMediaStatus", "results", "amlCheck",
        "userType",
    }
)  # fmt: skip
AML_MONITORING_EXPIRATION = frozenset({"usersToExtend", "usersToExpire"})
BANK_VERIFICATION = frozenset({"id", "country", "bank", "accounts", "riskLevel"})
BANK_CARD = frozenset(
    {"id", "status", "noMatchReason", "name", "firstSix", "lastFour", "expiryDate", "nameMatch", "lastFourMatch"}
)
ACCOUNT_CHECK = frozenset(
    {"scanRef", "clientId", "authToken", "date", "status", "score", "facebookScore", "gmailScore", "ipScore"}
)
VIDEO_CALL = frozenset({"videoCallAnswers", "date", "status", "scanRef", "authToken", "clientId"})
"""The eight above: section 5.7."""

COMPANY_SUBMIT = frozenset({"id", "clientId", "submissionTime", "soleProprietor", "externalRef"})
COMPANY_REVIEW = frozenset(
    {
        "id", "companyName", "registrationNumber", "approvalStatus", "denyReason", "statusChangedBy", "soleProprietor",
        "amlCheck", "companyCheck", "beneficiaries", "shareholderCheck", "negativeNewsCheck", "clientId", "externalRef",
        "relatedClientScanRefs", "amlComment", "sanctionsCheckStatus", "sanctionsStatusSetBy", "sanctionsStatusSetAt",
        "negativeNewsComment", "negativeNewsStatus", "newsStatusSetBy", "newsStatusSetAt",
    }
)  # fmt: skip
COMPANY_AML_REVIEW = frozenset(
    {
        "amlReviewSubjectType", "id", "companyId", "clientId", "externalRef", "negativeNewsComment",
        "negativeNewsStatus", "newsStatusSetBy", "newsStatusSetAt", "amlComment", "pepsCheckStatus", "pepsStatusSetBy",
        "pepsStatusSetAt", "sanctionsCheckStatus", "sanctionsStatusSetBy", "sanctionsStatusSetAt", "overallStatus",
        "statusSetBy", "statusSetAt",
    }
)  # fmt: skip
COMPANY_INFO_REQUEST = frozenset({"companyId", "token", "date", "email", "manager", "status"})
COMPANY_EXPIRATION = frozenset({"id", "expirationStatus"})
COMPANY_DELETE = frozenset({"date", "manager", "companyId"})
GOV_ORDERED_DOCUMENT = frozenset(
    {"id", "title", "documentFormat", "productKey", "expectedDeliveryTime", "price", "deliveredAt", "status", "file"}
)
SOS_REPORT = frozenset(
    {"id", "companyName", "entityType", "formationDate", "status", "reportFile", "dataFile", "watchlistHitsCount"}
)
"""The eight above: section 5.8."""
