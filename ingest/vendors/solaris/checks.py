"""What a value in a request must be. A check raises ``InvalidArgument`` with the name or path that it is given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from ingest.action import InvalidArgument
from ingest.vendors.checks import Check, below, written_as

_LONGEST_URL = 2048
"""Characters. Ours: no page tells."""


def text(most: int) -> Check:
    def check(name: str, value: object) -> None:
        if not isinstance(value, str) or not 0 < len(value.strip()) <= len(value) <= most or not value.isprintable():
            raise InvalidArgument(name, f"give a text of 1 to {most} characters, or leave it out")

    return check


country = written_as("[A-Z]{2}", "give a country as its two capital letters, ISO 3166-1 alpha-2")


def moment(name: str, value: object) -> None:
    """A time in UTC, with its date and ``Z``."""
    written = str(value)
    try:
        is_utc = datetime.fromisoformat(written).utcoffset() == timedelta(0)
    except ValueError:
        is_utc = False
    if not is_utc or "T" not in written or not written.endswith("Z"):
        raise InvalidArgument(name, "give a time in UTC, such as 2022-01-01T00:00:00Z")


def url(name: str, value: object, *, plain_http: bool) -> None:
    """An https URL without user and fragment; http, too, where it is only played."""
    schemes = {"https", "http"} if plain_http else {"https"}
    if not isinstance(value, str) or len(value) > _LONGEST_URL or not _is_url(value, schemes):
        raise InvalidArgument(name, "give an https URL, such as https://hooks.example.com/callbacks/solaris")


def _is_url(given: str, schemes: set[str]) -> bool:
    try:
        parts = urlsplit(given)
        usable = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0 and parts.username is None
    except ValueError:
        return False
    return usable and given.isascii() and given.isprintable() and not re.search(r"[ #\\]", given)


def members_of(checks: Mapping[str, Check], needed: tuple[str, ...] = ()) -> Check:
    """A check of an object whose members are among those of ``checks``, and pass; those ``needed`` are there."""

    def check_all(name: str, value: object) -> None:
        if not isinstance(value, dict):
            raise InvalidArgument(name, f"give a JSON object with {', '.join(checks)}")
        for member, inner in value.items():
            if member not in checks:
                raise InvalidArgument(below(name, member), f"no such member; there are: {', '.join(checks)}")
            checks[member](below(name, member), inner)
        for member in needed:
            if member not in value:
                raise InvalidArgument(below(name, member), "missing")

    return check_all
