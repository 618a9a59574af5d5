"""Who a webhook or a document is about, and when it was decided."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from normalizers.documents import instant_of_text
from normalizers.findings import Findings
from normalizers.reading import Unreadable
from normalizers.vendors.solaris.findings import is_filled
from schemas.callback import Callback
from schemas.deadletter import DeadLetterReason

MAX_ID_LENGTH = 200
"""Section 1 calls ids opaque and forbids to validate their length; this only keeps nonsense away from keys."""

EVENT_TYPE = "Solaris-Webhook-Event-Type"
NOTIFICATION = "Solaris-Webhook-Id"
ENTITY = "Solaris-Entity-Id"
"""Section 3, the headers."""

# An ident token that begins with TST- is no sign of a test: the facts have it as an example and say nothing more of it.
_TEST_NAMES = ("X-MANUALTEST-", "X-AUTOTEST-")
_HEADER_ID = re.compile(r"[\x21-\x7e]{1,200}")


def header_id(callback: Callback, name: str) -> str | None:
    """The id in that header, or ``None`` if there is none or no visible ASCII."""
    value = (callback.http_header(name.lower()) or "").strip()
    return value if _HEADER_ID.fullmatch(value) else None


def required_id(document: Mapping[str, object], name: str) -> str:
    """The id in that member. Raises ``Unreadable``: ``NO_VERIFICATION_ID``, or ``WRONG_TYPE`` for what is no id."""
    value = document.get(name)
    if not is_filled(value):
        raise Unreadable(DeadLetterReason.NO_VERIFICATION_ID, f"the body has no {name}")
    if isinstance(value, str) and len(value) <= MAX_ID_LENGTH:
        return value
    raise Unreadable(DeadLetterReason.WRONG_TYPE, f"{name} is not a text of 1 to {MAX_ID_LENGTH} characters")


def optional_id(findings: Findings, document: Mapping[str, object], name: str) -> str | None:
    """The id in that member, or ``None``; what stands there and is no id is noted and counts as absent."""
    value = document.get(name)
    if not is_filled(value):
        return None
    if isinstance(value, str) and len(value) <= MAX_ID_LENGTH:
        return value
    findings.unknown(name)
    return None


def first_id(
    findings: Findings, callback: Callback, document: Mapping[str, object], places: Iterable[str]
) -> str | None:
    """The id in the first filled place: ``ENTITY`` is that header, any other place a member of the body."""
    found = (
        header_id(callback, ENTITY) if place == ENTITY else optional_id(findings, document, place) for place in places
    )
    return next((value for value in found if value is not None), None)


def is_test_name(value: object) -> bool:
    """Section 9: such a name is a scenario for robots, and nobody's own."""
    return isinstance(value, str) and value.upper().startswith(_TEST_NAMES)


def instant(findings: Findings, path: str, value: object) -> datetime | None:
    """The UTC time of an ISO 8601 text; ``None`` for nothing, and for a text without a zone or that is no time."""
    if not is_filled(value):
        return None
    moment = instant_of_text(value) if isinstance(value, str) else None
    if moment is None:
        findings.unknown(path)
    return moment
