"""The answer of ``/api/v2/full-status``, in the snake_case shape of the 2020 page "IdentificationDataRetrieval"."""

from __future__ import annotations

from typing import Any

from sandbox.idenfy import words
from sandbox.idenfy.bodies import stamp
from sandbox.idenfy.people import Person
from sandbox.idenfy.verification import Verification

_READINGS = {
    "name": "first_name",
    "surname": "last_name",
    "date_of_birth": "born",
    "expiry_date": "expires",
    "personal_code": "personal_number",
    "document_number": "document_number",
    "sex": "sex",
    "nationality": "nationality",
    "date_of_issue": "issued",
    "country": "country",
    "document_type": "document_type",
}
_DOC = (*list(_READINGS)[:8], "date_of_issue", "license_categories", "document_type", "country")
_MRZ = (
    *list(_READINGS)[:8],
    *("country", "document_type", "document_subtype", "optional_data", "string", "date_of_issue"),
)
_MANUAL = (*list(_READINGS)[:8], "document_type", "date_of_issue", "country")
_NOT_IN_MRZ = frozenset({"document_type"})


def full_status(verification: Verification) -> dict[str, Any]:
    """Empty texts stand where nothing is known (the published example has no nulls there)."""
    said = verification.result
    return {
        "face_match_result": said.auto_face or "",
        "document_validity": said.auto_document or "",
        "manual_face_match_result": said.manual_face or "",
        "manual_document_validity": said.manual_document or "",
        "client": _client(verification),
        "client_identity_document": _identity_document(verification),
        "attempt_count": verification.attempts,
        "suspection_reasons": list(said.fraud_tags),
        "start_time": stamp(verification.started),
        "finish_time": stamp(verification.finished),
        "review_time": stamp(verification.reviewed),
    }


def _client(verification: Verification) -> dict[str, Any]:
    """What the partner said of the client when it asked for the token."""
    token, person = verification.token, verification.person
    return {
        "name": token.get("firstName"),
        "surname": token.get("lastName"),
        "date_of_birth": token.get("dateOfBirth"),
        "personal_id_number": token.get("personalNumber"),
        "document_number": token.get("documentNumber"),
        "document_type": person and person.document_type,
        "expiry_date": token.get("dateOfExpiry"),
        "nationality": token.get("nationality"),
        "date_of_issue": token.get("dateOfIssue"),
        "sex": token.get("sex"),
        "country": person and person.country,
        "default_country": token.get("country"),
        "utility_address": token.get("address"),
    }


def _identity_document(verification: Verification) -> dict[str, Any]:
    person = verification.person if verification.result.readable else None
    reviewer_sees = person if verification.result.manual_document in words.READABLE_DOCUMENTS else None
    return {
        **{f"doc_{member}": _reading(person, member) for member in _DOC},
        **{f"mrz_{member}": "" if member in _NOT_IN_MRZ else _reading(person, member) for member in _MRZ},
        **{f"manual_{member}": _reading(reviewer_sees, member) for member in _MANUAL},
        "document_type": verification.person.document_type if verification.person else "",
        "manual_utility_address": "",
        "manual_utility_address_match": None,
    }


def _reading(person: Person | None, member: str) -> str:
    """What stands in the document under that name; the machine zone and licence categories are not played."""
    return str(getattr(person, _READINGS[member])) if person and member in _READINGS else ""
