"""The person resource: its members as the guide shows them, and what Solaris refuses to take."""

from __future__ import annotations

import copy
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.solaris.refusal import Refused, invalid

LONGEST_NAME = 50
MOST_IDENTICAL = 1000
_FOLLOW_UP = timedelta(days=2376)
_ADDRESS = {"line_1": None, "line_2": None, "postal_code": None, "city": None, "country": None, "state": None}
_RESOURCE: Mapping[str, Any] = {
    "salutation": None,
    "title": None,
    "first_name": None,
    "last_name": None,
    "address": _ADDRESS,
    "contact_address": _ADDRESS,
    "email": None,
    "mobile_number": None,
    "birth_name": None,
    "birth_date": None,
    "birth_city": None,
    "birth_country": None,
    "nationality": None,
    "employment_status": None,
    "job_title": None,
    "tax_information": {"tax_assessment": None, "marital_status": "UNKNOWN"},
    "fatca_relevant": None,
    "fatca_crs_confirmed_at": None,
    "business_purpose": None,
    "industry": None,
    "industry_key": None,
    "terms_conditions_signed_at": None,
    "own_economic_interest_signed_at": None,
    "aml_follow_up_date": None,
    "aml_confirmed_on": None,
    "flagged_by_compliance": False,
    "expected_monthly_revenue_cents": None,
    "vat_number": None,
    "website_social_media": None,
    "business_trading_name": None,
    "nace_code": None,
    "business_address_line_1": None,
    "business_address_line_2": None,
    "business_postal_code": None,
    "business_city": None,
    "business_country": None,
    "business_state": None,
    "screening_progress": "NOT_SCREENED",
    "risk_classification_status": "NOT_SCORED",
    "customer_vetting_status": "NOT_VETTED",
    "annual_income_range": None,
    "data_terms_signed_at": None,
    "branch": None,
    "birth_province": None,
    "birth_post_code": None,
    "socioprofessional_category": None,
    "purpose_of_account_opening": None,
    "main_income_source": None,
    "work_country": None,
    "work_province": None,
    "self_declared_as_pep": None,
    "international_operativity_expectation": [],
    "registration_number": None,
    "legitimation_valid_until": None,
}
_SET_BY_SOLARIS = frozenset(
    {
        *("screening_progress", "risk_classification_status", "customer_vetting_status", "flagged_by_compliance"),
        *("aml_follow_up_date", "legitimation_valid_until"),
    }
)
CDD: Mapping[str, tuple[str, ...]] = {
    "screening_progress": ("NOT_SCREENED", "POTENTIAL_MATCH", "SCREENED_ACCEPTED", "SCREENED_DECLINED"),
    "risk_classification_status": (
        *("NOT_SCORED", "POTENTIAL_RISK", "NORMAL_RISK", "INFORMATION_REQUESTED", "INFORMATION_RECEIVED"),
        *("RISK_ACCEPTED", "RISK_REJECTED", "CUSTOMER_UNRESPONSIVE", "SCORING_NOT_REQUIRED"),
    ),
    "customer_vetting_status": (
        *("NOT_VETTED", "NO_MATCH", "POTENTIAL_MATCH", "INFORMATION_REQUESTED", "INFORMATION_RECEIVED"),
        *("RISK_ACCEPTED", "RISK_REJECTED", "CUSTOMER_UNRESPONSIVE", "VETTING_NOT_REQUIRED"),
    ),
}
"""Values of the CDD members (facts 6.3)."""


def created(person_id: str, request: Mapping[str, Any], now: int, countries: tuple[str, ...]) -> dict[str, Any]:
    """The resource of a new person. Raises ``Refused`` for a name or a residency country that is not taken."""
    today = datetime.fromtimestamp(now, UTC).date()
    dates = {"aml_follow_up_date": str(today + _FOLLOW_UP), "aml_confirmed_on": str(today)}
    return {"id": person_id} | changed(copy.deepcopy(dict(_RESOURCE)) | dates, request, countries)


def changed(members: Mapping[str, Any], request: Mapping[str, Any], countries: tuple[str, ...]) -> dict[str, Any]:
    """The members after the request; null is ignored (facts 7, conventions). Raises ``Refused`` as above."""
    result = copy.deepcopy(dict(members))
    for name, value in request.items():
        if name in _RESOURCE and name not in _SET_BY_SOLARIS and value is not None:
            result[name] = _merged(name, result[name], value)
    _check_country(result["address"]["country"], countries)
    return result


def _merged(name: str, before: object, value: object) -> object:
    if name in {"first_name", "last_name"}:
        return _checked_name(name, value)
    if not isinstance(before, dict):
        return value
    if not isinstance(value, dict):
        raise invalid(name, "must be an object")
    return before | {member: each for member, each in value.items() if member in before and each is not None}


def _checked_name(field: str, value: object) -> str:
    if not isinstance(value, str):
        raise invalid(field, "must be a string")
    if len(value) > LONGEST_NAME:
        raise invalid(field, f"is too long (maximum is {LONGEST_NAME} characters)")
    if value[:1].isspace() or any(unicodedata.category(letter)[0] == "S" for letter in value):
        raise invalid(field, "is invalid")
    return value


def _check_country(country: str | None, allowed: tuple[str, ...]) -> None:
    if country is not None and allowed and country not in allowed:
        names = "[" + ", ".join(f'"{each}"' for each in allowed) + "]"
        message = (
            "Residency Country is not allowed for this branch,"
            f'allowed residency country values for branch "null" are {names}'
        )
        raise Refused(400, "invalid_model", message, "country")


def likeness(members: Mapping[str, Any]) -> tuple[str, ...]:
    """What makes two persons identical for the limit (guide, "Important points about the person resource")."""
    return tuple(str(members[name]) for name in ("first_name", "last_name", "birth_city", "birth_date"))
