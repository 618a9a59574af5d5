"""The members that IDVerse's bodies are known to have (the facts, section 5)."""

from __future__ import annotations

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
BEST_FRAME = frozenset({"url", "size", "content_type"})
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

ENTERPRISE = frozenset({"transactionId", "event"})
"""Section 2.2."""
