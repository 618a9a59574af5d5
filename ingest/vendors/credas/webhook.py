"""What a webhook of Credas' is and names: facts, section 2. No header tells its type, so its members do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import orjson

Members = Mapping[str, object]

GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_EMPTY = "00000000-0000-0000-0000-000000000000"
"""What stands where there is no GUID."""

_REGISTRATION = re.compile(r"[\x21-\x7e]{1,100}")


class Kind(StrEnum):
    """``PROCESS`` is also whatever else names a process: the step webhook, whose members no page lists."""

    PROCESS = "process"
    ACTOR = "actor"
    STATUS = "status"
    REGISTRATION = "registration"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Webhook:
    """``process`` and ``entity`` are GUIDs in lower case, ``registration`` is the ``regCode`` of a legacy body."""

    kind: Kind
    process: str | None = None
    entity: str | None = None
    registration: str | None = None


def webhook_of(body: bytes) -> Webhook:
    """What the body names; nothing, of unknown kind, where it is none of theirs. Raises nothing."""
    members = members_of(_parsed(body))
    kind = _kind(members)
    if kind is Kind.STATUS:
        payload = members.get("payload")
        members = members_of(_parsed(payload) if isinstance(payload, str) else payload)
    code = members.get("regcode")
    registration = code if isinstance(code, str) and _REGISTRATION.fullmatch(code) else None
    return Webhook(kind, guid(members.get("processid")), guid(members.get("entityid")), registration)


def _kind(members: Members) -> Kind:
    """Section 2, and section 9 for what a legacy registration has."""
    if "updatetype" in members:
        return Kind.STATUS
    if "processactorid" in members:
        return Kind.ACTOR
    if "processid" in members:
        return Kind.PROCESS
    return Kind.REGISTRATION if "regcode" in members else Kind.UNKNOWN


def members_of(document: object) -> Members:
    """The object's members by their names in lower case: section 2, their case differs from page to page.

    None where it is no object, or where two names differ by case alone, as nobody knows then which one is meant.
    """
    if not isinstance(document, dict):
        return {}
    members = {str(name).lower(): value for name, value in document.items()}
    return members if len(members) == len(document) else {}


def guid(value: object) -> str | None:
    """The GUID in lower case, or ``None`` for what is none."""
    text = value.strip().lower() if isinstance(value, str) else ""
    return text if GUID.fullmatch(text) and text != _EMPTY else None


def _parsed(text: bytes | str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
