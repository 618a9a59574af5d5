"""What requests may say: checks of members, which name the faulty one."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from yarl import URL

from sandbox.credas.refusal import invalid

T = TypeVar("T")
Check = Callable[[str, object], T]
"""Gives the value of the member of that name if it fits; raises ``refusal.Refused`` with 400 otherwise."""


def document(raw: bytes) -> Any:  # noqa: ANN401 - any JSON
    """The JSON in those bytes, an empty object for none. Raises ``Refused`` with 400 for anything else."""
    try:
        parsed = json.loads(raw.decode()) if raw else {}
        json.dumps(parsed, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise invalid("$", "The body is not JSON in UTF-8.") from None
    return parsed


def parsed(raw: bytes) -> dict[str, Any]:
    return mapping("$", document(raw))


def given(body: Mapping[str, Any], member: str, check: Check[T]) -> T | None:
    """The member's value, ``None`` if it is absent or null. Raises ``Refused`` with 400 for a wrong one."""
    value = body.get(member)
    return None if value is None else check(member, value)


def required(body: Mapping[str, Any], member: str, check: Check[T]) -> T:
    value = given(body, member, check)
    if value is None:
        raise invalid(member, f"The {member} field is required.")
    return value


def text(member: str, value: object) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= 4000 or not value.strip():  # noqa: PLR2004 - long enough
        raise invalid(member, f"The {member} field must be a text of 1 to 4000 characters.")
    return value


def flag(member: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise invalid(member, f"The {member} field must be true or false.")
    return value


def number(low: float, high: float) -> Check[float]:
    def check(member: str, value: object) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            raise invalid(member, f"The {member} field must be a number from {low} to {high}.")
        return value

    return check


def whole(low: int, high: int) -> Check[int]:
    def check(member: str, value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise invalid(member, f"The {member} field must be a whole number from {low} to {high}.")
        return value

    return check


def one_of(values: Collection[T]) -> Check[T]:
    """One of the values, which are texts or whole numbers; gives the value itself, a member of its enumeration."""

    def check(member: str, value: object) -> T:
        found = None if isinstance(value, bool | float) else next((each for each in values if each == value), None)
        if found is None:
            raise invalid(member, f"The {member} field must be one of {', '.join(str(each) for each in values)}.")
        return found

    return check


def listed(check: Check[T]) -> Check[tuple[T, ...]]:
    def check_all(member: str, value: object) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise invalid(member, f"The {member} field must be a list.")
        return tuple(check(f"{member}[{place}]", each) for place, each in enumerate(value))

    return check_all


def mapping(member: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise invalid(member, f"The {member} field must be an object.")
    return value


def web_address(member: str, value: object) -> str:
    """An http or https URL of any host, exactly as it was given: its query may be a secret."""
    try:
        url = URL(text(member, value))
        usable = url.scheme in {"http", "https"} and bool(url.host)
    except ValueError:
        usable = False
    if not usable:
        raise invalid(member, f"The {member} field must be a URL.")
    return str(value)


def header_name(member: str, value: object) -> str:
    """Letters and digits alone (facts 3)."""
    name = text(member, value)
    if not (name.isascii() and name.isalnum()):
        raise invalid(member, f"The {member} field must have letters and digits alone.")
    return name


def header_value(member: str, value: object) -> str:
    held = text(member, value)
    if not (held.isascii() and held.isprintable()):
        raise invalid(member, f"The {member} field must be printable ASCII.")
    return held
