"""What a token request may say: facts, section 8, and the page "GeneratingIdentificationToken"."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar
from urllib.parse import urlsplit

from sandbox.idenfy import words
from sandbox.idenfy.refusal import bad, missing

T = TypeVar("T")
Check = Callable[[str, object], T]
"""Gives the value of the field of that name if it fits; raises ``refusal.Refused`` otherwise."""

_NAME_LENGTH = 100
_NO_NAME = re.compile(r"[\d~!@#$%^*()_+={}\[\]|\\:;\",<>/?]")
_ALPHA_2 = re.compile(r"[A-Za-z]{2}")
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


def text(low: int, high: int) -> Check[str]:
    def check(field: str, value: object) -> str:
        if not isinstance(value, str) or not low <= len(value) <= high:
            raise bad(field, f"a string of {low} to {high} characters")
        return value

    return check


def whole(low: int, high: int) -> Check[int]:
    def check(field: str, value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise bad(field, f"an integer from {low} to {high}")
        return value

    return check


def one_of(values: frozenset[str] | tuple[str, ...]) -> Check[str]:
    def check(field: str, value: object) -> str:
        if not isinstance(value, str) or value not in values:
            raise bad(field, f"one of {', '.join(sorted(values))}")
        return value

    return check


def flag(field: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise bad(field, "a boolean")
    return value


def day(field: str, value: object) -> str:
    try:
        parsed = date.fromisoformat(str(value)).isoformat()
    except ValueError:
        parsed = ""
    if not isinstance(value, str) or parsed != value:
        raise bad(field, "a date of the form YYYY-MM-DD")
    return value


def country(field: str, value: object) -> str:
    if not isinstance(value, str) or not _ALPHA_2.fullmatch(value):
        raise bad(field, "a valid ISO 3166-1 alpha-2 code")
    return value


def name(field: str, value: object) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= _NAME_LENGTH or _NO_NAME.search(value):
        raise bad(field, f"a name of 1 to {_NAME_LENGTH} characters without digits and special characters")
    return value


def callback_url(field: str, value: object) -> str:
    """HTTPS, as iDenfy demands; plain HTTP only to this machine, where the sandbox's receivers live."""
    url = text(5, 2048)(field, value)
    try:
        parts = urlsplit(url)
    except ValueError:
        raise bad(field, "an HTTPS URL") from None
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)):
        raise bad(field, "an HTTPS URL")
    return url


def texts(field: str, value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise bad(field, "a list of strings")
    return value


def documents(field: str, value: object) -> list[str]:
    kinds = texts(field, value)
    if not kinds or len(set(kinds)) != len(kinds) or set(kinds) - words.DOCUMENT_TYPES:
        raise bad(field, "a list of different, supported document types")
    return kinds


def mapping(field: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise bad(field, "a JSON object")
    return value


_URL = text(5, 2048)

TOKEN_FIELDS: Mapping[str, Check[object]] = {
    "clientId": text(1, 100),
    "firstName": name,
    "lastName": name,
    "successUrl": _URL,
    "errorUrl": _URL,
    "unverifiedUrl": _URL,
    "callbackUrl": callback_url,
    "locale": one_of(words.LOCALES),
    "country": country,
    "expiryTime": whole(1, 2_592_000),
    "sessionLength": whole(60, 3600),
    "documents": documents,
    "dateOfBirth": day,
    "dateOfExpiry": day,
    "dateOfIssue": day,
    "nationality": country,
    "personalNumber": text(1, 100),
    "documentNumber": text(1, 100),
    "sex": one_of(("M", "F")),
    "address": text(0, 255),
    "showInstructions": flag,
    "tokenType": one_of(words.TOKEN_TYPES),
    "utilityBill": flag,
    "generateDigitString": flag,
    "externalRef": text(0, 40),
    "dummyStatus": one_of(words.DUMMY_STATUSES),
}


def token_fields(request: Mapping[str, Any]) -> dict[str, Any]:
    """Every field of a token request, ``None`` where absent or null. Raises ``Refused``, naming the first fault."""
    required(request, "clientId", text(1, 100))
    return {field: given(request, field, check) for field, check in TOKEN_FIELDS.items()}


def given(request: Mapping[str, Any], field: str, check: Check[T]) -> T | None:
    """The field's value, ``None`` if it is absent or null. Raises ``Refused`` with BAD_VALUE for a wrong one."""
    value = request.get(field)
    return None if value is None else check(field, value)


def required(request: Mapping[str, Any], field: str, check: Check[T]) -> T:
    """The field's value. Raises ``Refused``: MISSING_VALUE without one, BAD_VALUE for a wrong one."""
    value = given(request, field, check)
    if value is None:
        raise missing(field)
    return value
