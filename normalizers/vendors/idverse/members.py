"""The members that IDVerse's bodies are known to have (the facts, section 5)."""

from __future__ import annotations

from collections.abc import Mapping

Shape = Mapping[str, "Shape | None"]
"""An object's members, and of those that are objects themselves, or lists of them, theirs."""

REDACTIONS = ("record_redacted_at", "assets_redacted_at", "face_redacted_at", "data_redacted_at")

TRANSACTION = frozenset(
    {
        "transaction_id", "created_at", "created_by", "doc_only", "flow_type", "status", "activated_at", "closed_at",
        "name", "reference", "customer_identifier", "invitation_phone_region_code", "invitation_phone_number",
        *REDACTIONS,
        "current_step", "computed_statistics", "data_provider", "device_info", "documents", "likeness_overall",
        "likeness_features", "liveness_attempts", "spoof_result", "user_details", "facematch_best_frame", "results",
        "pdf_report_number",
    }
)  # fmt: skip
"""The table of section 5."""

ASSETS = frozenset(
    {
        "face_photo", "front_document", "back_document", "original_front_document", "original_back_document",
        "signature_photo", "ghost_photo",
    }
)  # fmt: skip
DOCUMENT = ASSETS | {
    "document_index", "document_id", "created_at", "updated_at", "ocr", "identity_document_type", "extracted",
    "submitted_data", "asf_checked", "asf_breakdown", "asf_document_result", "mrz_data",
}  # fmt: skip
STATISTICS = frozenset({"steps", "total_duration_seconds", "total_duration_excl_privacy_seconds"})
STEP = frozenset({"name", "start_time", "total_duration_seconds"})
DEVICE = frozenset({"browser", "country", "geolocation", "ip", "ip_location", "isp", "os", "vpn"})
ATTEMPT = frozenset({"result", "session_id", "actions", "video"})
ASSET: Shape = dict.fromkeys(("url", "size", "content_type"))
EXTRACTED: Shape = dict.fromkeys(
    (
        "country", "country_code", "id_number", "document_number", "full_name", "first_name", "given_names",
        "middle_name", "last_name", "birth_date", "expiry_date", "address", "street", "city", "state", "post_code",
        "class", "document_type",
    )
)  # fmt: skip
USER_DETAILS = frozenset(
    {
        "first_name", "middle_name", "last_name", "date_of_birth", "date_of_expiry", "document_type", "country_code",
        "id_number", "document_number", "licence_number", "address",
    }
)  # fmt: skip
ADDRESS = frozenset(
    {
        "street_address", "street_address_2", "suburb", "state", "post_code", "country", "full_address",
        "was_validated",
    }
)  # fmt: skip
"""Section 5.1."""

_NAMED: Shape = dict.fromkeys(("name", "value"))
_SEARCH: Shape = {
    "components": dict.fromkeys(("address", "dob", "fraud", "full_name", "id", "name")),
    **dict.fromkeys(("name", "points", "results", "searchName", "value")),
}
_VERIFICATION_OUTCOME: Shape = dict.fromkeys(("indicator", "totalPoints"))
ID_MATRIX: Shape = {
    "data": {
        "fraudAssessment": {
            "dataSource": dict.fromkeys(("name", "result", "score", "threshold", "weight")),
            "overall": _NAMED,
        },
        "overall": None,
        "searchResults": {
            "overall": None,
            "rulesResults": _NAMED,
            "searchResults": {"fraudassessment": _SEARCH, "verification": _SEARCH},
            "verificationOutcome": _VERIFICATION_OUTCOME,
        },
        "verificationOutcome": _VERIFICATION_OUTCOME,
        "summary": _NAMED,
    },
    **dict.fromkeys(("encrypted_xml", "message", "version")),
}
"""Section 5.1, and where the sample differs from it (``verificationOutcome`` is one deeper there), both."""

ENTERPRISE = frozenset({"transactionId", "event"})
"""Section 2.2."""
