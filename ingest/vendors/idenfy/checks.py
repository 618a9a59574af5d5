"""What a value in a request must be. A check raises ``InvalidArgument`` with the name or path that it is given.

Names in a path that a request's author chose are shown only where they look like a name: a person's data may stand
where they do not belong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from ingest.action import InvalidArgument
from ingest.vendors.checks import Check, below

_NO_NAME = re.compile(r"[\d~!@#$%^*()_+={}\[\]|\\:;\",<>/?]")
"""Section 8: no digits; and the characters that the 2023 page "GeneratingIdentificationToken" forbids [F18]."""

_ALPHA_2 = re.compile(r"[A-Za-z]{2}")


def text(least: int, most: int) -> Check:
    def check(name: str, value: object) -> None:
        if not isinstance(value, str) or not least <= len(value) <= most:
            raise InvalidArgument(name, f"give a text of {least} to {most} characters")

    return check


def whole(least: int, most: int, unit: str = "") -> Check:
    def check(name: str, value: object) -> None:
        if type(value) is not int or not least <= value <= most:
            raise InvalidArgument(name, f"give a whole number from {least} to {most}{unit}")

    return check


def one_of(words: Sequence[str]) -> Check:
    def check(name: str, value: object) -> None:
        if value not in words:
            raise InvalidArgument(name, f"write one of: {', '.join(words)}")

    return check


def flag(name: str, value: object) -> None:
    if not isinstance(value, bool):
        raise InvalidArgument(name, "give true or false")


def persons_name(name: str, value: object) -> None:
    text(1, 100)(name, value)
    if _NO_NAME.search(str(value)):
        raise InvalidArgument(name, "holds a digit or a special character, which iDenfy takes in no name")


def https_url(name: str, value: object) -> None:
    text(5, 2048)(name, value)
    if not _is_https(str(value)):
        raise InvalidArgument(name, "give an HTTPS URL, such as https://example.com/callbacks/idenfy")


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and parts.port != 0 and not re.search(r"\s", url)
    except ValueError:
        return False


def is_alpha_2(value: str) -> bool:
    return _ALPHA_2.fullmatch(value) is not None


def country(name: str, value: object) -> None:
    if not isinstance(value, str) or not is_alpha_2(value):
        raise InvalidArgument(name, "give a country as its two letters, ISO 3166-1 alpha-2")


def list_of(check: Check) -> Check:
    """A check of a list, whose every entry passes ``check``, and none stands there twice."""

    def check_all(name: str, value: object) -> None:
        if not isinstance(value, list):
            raise InvalidArgument(name, "give a list")
        for index, entry in enumerate(value):
            check(f"{name}[{index}]", entry)
            if entry in value[:index]:
                raise InvalidArgument(f"{name}[{index}]", "stands there twice")

    return check_all


def object_of(name: str, value: object) -> Mapping[str, object]:
    """The JSON object that the value must be."""
    if not isinstance(value, dict):
        raise InvalidArgument(name, "give a JSON object")
    return value


def each_of(check: Check) -> Check:
    """A check of an object, whose every member passes ``check``."""

    def check_all(name: str, value: object) -> None:
        for member, inner in object_of(name, value).items():
            check(below(name, member), inner)

    return check_all


def members_of(checks: Mapping[str, Check]) -> Check:
    """A check of an object, whose members are among those of ``checks``, and pass."""

    def check_all(name: str, value: object) -> None:
        for member, inner in object_of(name, value).items():
            if member not in checks:
                raise InvalidArgument(below(name, member), f"no such member; there are: {', '.join(checks)}")
            checks[member](below(name, member), inner)

    return check_all
