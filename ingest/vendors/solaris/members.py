"""What a person has, and what that must be: the video identification guide, step 1 [S1], and facts, section 7."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from ingest.action import Field, FieldKind, InvalidArgument
from ingest.vendors.checks import Check, day, written_as
from ingest.vendors.solaris.checks import country, members_of, moment, text

MANDATORY = (
    "salutation",
    "birth_date",
    "nationality",
    "address",
    "mobile_number",
    "data_terms_signed_at",
    "terms_conditions_signed_at",
)
"""Besides both names, of a customer who is identified by video."""

_OTHER_TEXTS: Mapping[str, str] = {
    "title": "Such as Dr.",
    "email": "The e-mail address.",
    "birth_name": "The name at birth.",
    "birth_city": "Where the person was born.",
    "birth_province": "Where the person was born.",
    "birth_post_code": "Where the person was born.",
    "birth_country": "Where the person was born, two letters.",
    "employment_status": "In Solaris' words, such as FREELANCER.",
    "job_title": "The occupation.",
    "socioprofessional_category": "In Solaris' words.",
    "annual_income_range": "In Solaris' words.",
    "main_income_source": "In Solaris' words.",
    "purpose_of_account_opening": "In Solaris' words.",
    "work_country": "Where the person works, two letters.",
    "work_province": "Where the person works.",
    "fatca_crs_confirmed_at": "When FATCA and CRS were confirmed, in UTC.",
    "own_economic_interest_signed_at": "When the person said to act for themselves, in UTC.",
    "aml_confirmed_on": "YYYY-MM-DD.",
    "business_purpose": "Of freelancers.",
    "business_trading_name": "Of freelancers.",
    "business_address_line_1": "Of freelancers.",
    "business_address_line_2": "Of freelancers.",
    "business_postal_code": "Of freelancers.",
    "business_city": "Of freelancers.",
    "business_state": "Of freelancers.",
    "business_country": "Of freelancers, two letters.",
    "industry": "Of freelancers, in Solaris' words.",
    "industry_key": "Of freelancers, in Solaris' words.",
    "nace_code": "Of freelancers.",
    "vat_number": "Of freelancers.",
    "website_social_media": "Of freelancers.",
    "registration_number": "Of freelancers.",
    "branch": "Solaris' branch that the person belongs to.",
}

FIELDS = (
    Field("first_name", "With all middle names, as in the document; at most 50 characters.", required=True),
    Field("last_name", "With all its parts, as in the document; at most 50 characters.", required=True),
    Field("salutation", "In Solaris' words, such as MS."),
    Field("birth_date", "YYYY-MM-DD."),
    Field("nationality", "Two capital letters, ISO 3166-1 alpha-2."),
    Field("address", 'Such as {"line_1": "…", "postal_code": "…", "city": "…", "country": "DE"}.', FieldKind.JSON),
    Field("mobile_number", "With the country's code, such as +49301234567."),
    Field("data_terms_signed_at", "When the person agreed to data processing, in UTC: 2022-01-01T00:00:00Z."),
    Field("terms_conditions_signed_at", "When the person agreed to the terms and conditions, in UTC."),
    Field("contact_address", "Where it is not the address; the same members.", FieldKind.JSON),
    Field("tax_information", "tax_assessment and marital_status, in Solaris' words.", FieldKind.JSON),
    Field("fatca_relevant", "Whether FATCA concerns the person.", FieldKind.FLAG),
    Field("self_declared_as_pep", "Whether the person says to be politically exposed.", FieldKind.FLAG),
    Field("expected_monthly_revenue_cents", "Of freelancers.", FieldKind.NUMBER),
    Field("international_operativity_expectation", "In Solaris' words.", many=True),
    *(Field(name, about) for name, about in _OTHER_TEXTS.items()),
)

_LONGEST_NAME = 50
_LONGEST = 255
"""Characters. Ours: no page tells."""

_MOST_CENTS = 2**53 - 1
"""Ours: above it a number in JSON is not the same everywhere."""


def _name(name: str, value: object) -> None:
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_NAME:
        raise InvalidArgument(name, f"give a text of 1 to {_LONGEST_NAME} characters")
    if value[0].isspace():
        raise InvalidArgument(name, "begins with a blank")
    if not value.isprintable() or any(unicodedata.category(letter)[0] == "S" for letter in value):
        raise InvalidArgument(name, "holds a symbol or an emoji, which Solaris takes in no name")


def _cents(name: str, value: object) -> None:
    if not isinstance(value, int) or not 0 <= value <= _MOST_CENTS:
        raise InvalidArgument(name, f"give a whole number from 0 to {_MOST_CENTS}")


def _flag(name: str, value: object) -> None:
    if not isinstance(value, bool):
        raise InvalidArgument(name, "give true or false")


def _expectations(name: str, value: object) -> None:
    if not isinstance(value, list):
        raise InvalidArgument(name, "give a list")
    for place, each in enumerate(value):
        _text(f"{name}[{place}]", each)


_text = text(_LONGEST)
_address = members_of(
    {
        **dict.fromkeys(("line_1", "line_2", "postal_code", "city"), _text),
        "country": country,
        "state": _text,
    },
    needed=("line_1", "postal_code", "city", "country"),
)

_CHECKS: Mapping[str, Check] = {
    "first_name": _name,
    "last_name": _name,
    "birth_date": day,
    "nationality": country,
    "address": _address,
    "contact_address": _address,
    "mobile_number": written_as(r"\+[1-9]\d{6,14}", "give a number with its country's code, such as +49301234567"),
    "email": written_as(r"[^\s@]{1,64}@[^\s@]{1,190}", "give an e-mail address"),
    "data_terms_signed_at": moment,
    "terms_conditions_signed_at": moment,
    "fatca_crs_confirmed_at": moment,
    "own_economic_interest_signed_at": moment,
    "aml_confirmed_on": day,
    "birth_country": country,
    "work_country": country,
    "business_country": country,
    "tax_information": members_of({"tax_assessment": _text, "marital_status": _text}),
    "fatca_relevant": _flag,
    "self_declared_as_pep": _flag,
    "expected_monthly_revenue_cents": _cents,
    "international_operativity_expectation": _expectations,
}


def check_member(name: str, value: object) -> None:
    """Raises ``InvalidArgument``. What has no form of its own is a text."""
    _CHECKS.get(name, _text)(name, value)
