"""Who a document is about (the facts, section 7) and when it was decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from normalizers.documents import instant_of_seconds, instant_of_text
from normalizers.findings import Findings
from normalizers.reading import Unreadable
from normalizers.references import safe_reference
from schemas.deadletter import DeadLetterReason

MAX_ID_LENGTH = 200
"""Section 1 promises 36 characters and calls the id opaque; this only keeps nonsense away from keys."""


def subject_id(document: Mapping[str, object], names: Iterable[str]) -> str | None:
    """The vendor's id under the first of ``names`` that is filled, or ``None``.

    Raises ``Unreadable(WRONG_TYPE)`` if that is no text of 1 to 200 characters.
    """
    for name in names:
        value = document.get(name)
        if value is None:
            continue
        if isinstance(value, str) and 0 < len(value) <= MAX_ID_LENGTH:
            return value
        raise Unreadable(DeadLetterReason.WRONG_TYPE, f"{name} is not a text of 1 to {MAX_ID_LENGTH} characters")
    return None


def subject_ref(findings: Findings, *places: Mapping[str, object]) -> str | None:
    """The ``clientId`` out of the first place that has one.

    Section 11: some integrations put an e-mail address there, see ``safe_reference``.
    """
    value = next((place["clientId"] for place in places if place.get("clientId") not in (None, "")), None)
    if value is None:
        return None
    if not isinstance(value, str):
        findings.unknown("clientId")
        return None
    return safe_reference(value)


def time_of_seconds(findings: Findings, path: str, value: object) -> datetime | None:
    """The time of a count of Unix seconds; ``None`` for nothing, for 0 and for another type.

    Raises ``Unreadable(NUMBER_OUT_OF_RANGE)`` for a count that is no time.
    """
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return instant_of_seconds(value, path) if value else None
    findings.unknown(path)
    return None


def time_of_text(findings: Findings, path: str, value: object) -> datetime | None:
    """The time of an ISO 8601 text; ``None`` for nothing, and for a text without a zone or that is no time."""
    if value is None or value == "":
        return None
    instant = instant_of_text(value) if isinstance(value, str) else None
    if instant is None:
        findings.unknown(path)
    return instant
