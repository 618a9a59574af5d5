"""Bodies as JSON, read strictly, with their members spelt as the facts spell them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo

from normalizers.documents import parse
from normalizers.findings import Findings
from normalizers.reading import Unreadable
from normalizers.vendors.credas.members import spelling
from normalizers.vendors.credas.words import UNLISTED, Word, Words
from schemas.deadletter import DeadLetterReason

Members = Mapping[str, object]

_LIST = "list"
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_EMPTY = "00000000-0000-0000-0000-000000000000"
"""What stands where there is no GUID."""

_NUMBER = re.compile(r"-?[0-9]{1,3}")
"""How Credas writes its words. Longer ones are somebody's number."""


def parse_document(body: bytes) -> Members | list[object]:
    """The object or the bare array that the API answered (section 5.1), as strictly as ``parse`` reads an object.

    Raises ``Unreadable``, also where two members of one object differ by case alone: nobody knows which is meant.
    """
    if not body.lstrip().startswith(b"["):
        return _object(_spelt(parse(body)))
    wrapped = parse(b'{"%s":%s}' % (_LIST.encode(), body))
    entries = wrapped.get(_LIST)
    if len(wrapped) != 1 or not isinstance(entries, list):
        raise Unreadable(DeadLetterReason.NOT_JSON, "the body is an array and something after it")
    return [_spelt(entry) for entry in entries]


def _object(value: object) -> Members:
    return value if isinstance(value, dict) else {}


def _spelt(value: object) -> object:
    if isinstance(value, list):
        return [_spelt(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    members = {spelling(name): _spelt(member) for name, member in value.items()}
    if len(members) < len(value):
        raise Unreadable(DeadLetterReason.DUPLICATE_KEY, "two members of an object differ by case alone")
    return members


def new_findings() -> Findings:
    return Findings(_NUMBER)


def guid(value: object) -> str | None:
    """The GUID in lower case, as Credas compares them (section 2.1), or ``None`` for what is none."""
    text = value.strip().lower() if isinstance(value, str) else ""
    return text if _GUID.fullmatch(text) and text != _EMPTY else None


def whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def listed(findings: Findings, path: str, value: object, words: Words) -> Word | None:
    """What the number means in that list, ``UNLISTED`` where it is not in it; ``None`` for nothing.

    What is not in the list is noted, a small number by itself and anything else by its path.
    """
    if value is None:
        return None
    number = whole(value)
    if number is not None and number in words:
        return words[number]
    findings.unknown(path, None if number is None else str(number))
    return UNLISTED


def moment(value: object, zone: tzinfo) -> datetime | None:
    """The UTC time of a text. Section 5.1: some name no zone; they are of ``zone``."""
    try:
        instant = datetime.fromisoformat(value) if isinstance(value, str) else None
        if instant is not None and instant.tzinfo is None:
            instant = instant.replace(tzinfo=zone)
        return instant and instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
