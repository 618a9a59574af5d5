"""What requests may say: IDKit's create request, and checks for the control API."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from yarl import URL

from sandbox.idverse import words
from sandbox.idverse.deliver import Receiver
from sandbox.idverse.refusal import bad

T = TypeVar("T")
Check = Callable[[str, object], T]
"""Gives the value of the member of that name if it fits; raises ``refusal.Refused`` with 400 otherwise."""

_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


def parsed(raw: bytes) -> dict[str, Any]:
    """The JSON object in those bytes, empty for none. Raises ``Refused`` with 400 for anything else."""
    try:
        body = json.loads(raw.decode()) if raw else {}
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise bad("the body is not JSON in UTF-8") from None
    if not isinstance(body, dict):
        raise bad("the body is not a JSON object")
    return body


def given(body: Mapping[str, Any], member: str, check: Check[T]) -> T | None:
    """The member's value, ``None`` if it is absent or null. Raises ``Refused`` with 400 for a wrong one."""
    value = body.get(member)
    return None if value is None else check(member, value)


def required(body: Mapping[str, Any], member: str, check: Check[T]) -> T:
    value = given(body, member, check)
    if value is None:
        raise bad(f"{member} is missing")
    return value


def text(member: str, value: object) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= 2048:  # noqa: PLR2004 - longer than any sensible URL
        raise bad(f"{member} must be a text of 1 to 2048 characters")
    return value


def flag(member: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise bad(f"{member} must be true or false")
    return value


def number(low: float, high: float) -> Check[float]:
    def check(member: str, value: object) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            raise bad(f"{member} must be a number from {low} to {high}")
        return value

    return check


def whole(low: int, high: int) -> Check[int]:
    def check(member: str, value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise bad(f"{member} must be a whole number from {low} to {high}")
        return value

    return check


def one_of(values: tuple[str, ...]) -> Check[str]:
    def check(member: str, value: object) -> str:
        if not isinstance(value, str) or value not in values:
            raise bad(f"{member} must be one of {', '.join(values)}")
        return value

    return check


def listed(check: Check[T]) -> Check[tuple[T, ...]]:
    def check_all(member: str, value: object) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise bad(f"{member} must be a list")
        return tuple(check(f"{member}[{place}]", each) for place, each in enumerate(value))

    return check_all


def mapping(member: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise bad(f"{member} must be an object")
    return value


def web_address(member: str, value: object) -> str:
    """An http or https URL of any host."""
    try:
        url = URL(text(member, value))
        usable = url.scheme in {"http", "https"} and bool(url.host)
    except ValueError:
        usable = False
    if not usable:
        raise bad(f"{member} is not a URL")
    return str(url)


def address(member: str, value: object) -> str:
    """An https URL; plain http is taken from this machine alone, where receivers under test run."""
    url = URL(web_address(member, value))
    if url.scheme != "https" and url.host not in _HERE:
        raise bad(f"{member} must be an https URL")
    return str(url)


def header_text(member: str, value: object) -> str:
    """A text that one line of an HTTP header can carry."""
    if not (checked := text(member, value)).isprintable() or not checked.isascii():
        raise bad(f"{member} must be printable ASCII")
    return checked


def header_name(member: str, value: object) -> str:
    name = header_text(member, value)
    if not name.replace("-", "").replace("_", "").isalnum():
        raise bad(f"{member} must be a header's name")
    return name


def _receiver(member: str, value: object) -> Receiver:
    notification = mapping(member, value)
    required(notification, "type", one_of(("https",)))
    name = given(notification, "auth_header_name", header_name)
    secret = given(notification, "auth_header_value", header_text)
    if (name is None) != (secret is None):
        raise bad(f"{member} must have auth_header_name and auth_header_value both or neither")
    header = None if name is None or secret is None else (name, secret)
    return Receiver(required(notification, "url", address), header)


def receivers(body: Mapping[str, Any]) -> tuple[Receiver, ...]:
    """Who is told when the transaction is closed; ``complete`` is the only event (facts 2.1)."""
    notifications = given(body, "notifications", mapping) or {}
    if set(notifications) - {"complete"}:
        raise bad("notifications: complete is the only supported event")
    return given(notifications, "complete", listed(_receiver)) or ()


OPTIONAL_TEXTS: Mapping[str, str] = {
    "name": "name",
    "reference": "reference",
    "customer_identifier": "customer_identifier",
    "phone_region_code": "invitation_phone_region_code",
    "phone_number": "invitation_phone_number",
}
"""Member of the create request -> member of the fetched transaction, absent unless given (facts 5 and 7)."""
_UNREPEATED_TEXTS = ("redirect_url_success", "redirect_success_url", "redirect_url_exit")


def said(body: Mapping[str, Any]) -> dict[str, str]:
    """What the create request says that a fetch repeats."""
    for member in _UNREPEATED_TEXTS:
        given(body, member, text)
    values = {kept: given(body, asked, text) for asked, kept in OPTIONAL_TEXTS.items()}
    return {kept: value for kept, value in values.items() if value is not None}


def redactable(body: Mapping[str, Any]) -> tuple[str, ...]:
    """``redacted_data`` of the request, everything by default."""
    chosen = given(body, "redacted_data", listed(one_of(words.REDACTABLE)))
    return tuple(each for each in words.REDACTABLE if chosen is None or each in chosen)
