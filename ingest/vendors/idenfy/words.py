"""Words that iDenfy takes in requests. Facts: sections 6.2, 8 and 10, and the pages "KYC Dummy results" [F14] and
"Additional steps" [F15].
"""

DOCUMENT_TYPES = (
    "ID_CARD", "PASSPORT", "RESIDENCE_PERMIT", "DRIVER_LICENSE", "PAN_CARD", "AADHAAR", "VISA", "NATIONAL_PASSPORT",
    "PROVISIONAL_DRIVER_LICENSE", "OLD_ID_CARD", "MILITARY_CARD", "ADDRESS_CARD", "SMART_ID", "CLEAR", "ONE_ID",
    "BANK_ID_SE", "BANK_ID_NO", "BANK_ID_CZ", "FTN", "MIT_ID", "VERIMI", "LA_WALLET", "SAMSUNG_WALLET", "MOJE_ID_CZ",
    "YOTI_ID", "OTHER", "BORDER_CROSSING", "ASYLUM", "PHOTO_CARD", "PROOF_OF_AGE_CARD", "TRAVEL_CARD",
    "SOCIAL_SECURITY_CARD", "VOTER_CARD", "DIPLOMATIC_ID", "WORK_PERMIT", "INTERNATIONAL_PASSPORT",
)  # fmt: skip
"""Section 6.2."""

LOCALES = (
    "lt", "en", "ru", "pl", "lv", "et", "ro", "it", "de", "fr", "sv", "es", "hu", "ja", "bg", "cs", "nl", "pt", "uk",
    "vi", "sk", "th", "hi", "id",
)  # fmt: skip
"""Page "Additional steps", the supported values of ``texts``; no page says that the token's own are others."""

TOKEN_TYPES = ("IDENTIFICATION", "DOCUMENT", "VIDEO_CALL", "VIDEO_CALL_PHOTOS", "VIDEO_CALL_IDENTIFICATION")
"""Section 8; the three of video calls are spelled out on the 2023 page "GeneratingIdentificationToken" [F18]."""

SEXES = ("M", "F")

STEP_TYPES = ("UPLOAD", "COMPARE", "EXTRACT")
STEP_DOCUMENTS = ("ID_CARD", "PASSPORT", "RESIDENCE_PERMIT", "DRIVER_LICENSE", "PAN_CARD", "AADHAAR", "OTHER")
STEP_SETTINGS = ("canUpload", "canCapture", "canUploadPDF")

DUMMY_STATUSES = ("APPROVED", "DENIED", "SUSPECTED", "ACTIVE", "EXPIRED")

DUMMY_FACES = (
    "FACE_MATCH", "FACE_MISMATCH", "NO_FACE_FOUND", "TOO_MANY_FACES", "FACE_TOO_BLURRY", "FACE_UNCERTAIN",
    "FACE_NOT_ANALYSED", "FACE_NOT_CHECKED", "FACE_ERROR", "AUTO_UNVERIFIABLE", "FAKE_FACE",
)  # fmt: skip

DUMMY_DOCUMENTS = (
    "DOC_VALIDATED", "DOC_INFO_MISMATCH", "DOC_NOT_FOUND", "DOC_NOT_FULLY_VISIBLE", "DOC_NOT_SUPPORTED",
    "DOC_FACE_NOT_FOUND", "DOC_TOO_BLURRY", "DOC_FACE_GLARED", "MRZ_NOT_FOUND", "MRZ_OCR_READING_ERROR",
    "BARCODE_NOT_FOUND", "DOC_EXPIRED", "COUNTRY_MISMATCH", "DOC_TYPE_MISMATCH", "DOC_DAMAGED", "DOC_FAKE", "DOC_ERROR",
    "AUTO_UNVERIFIABLE", "DOC_NOT_ANALYSED", "DOC_NAME_ERROR", "DOC_SURNAME_ERROR", "DOC_EXPIRY_ERROR", "DOC_DOB_ERROR",
    "DOC_PERSONAL_NUMBER_ERROR", "DOC_NUMBER_ERROR", "DOC_DATE_OF_ISSUE_ERROR", "DOC_SEX_ERROR",
    "DOC_NATIONALITY_ERROR",
)  # fmt: skip
