"""Rows as JSON: the names of the Avro fields where there are such, instants in ISO 8601 with a Z."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from schemas.codec import event_to_record
from schemas.event import Reason, VerificationEvent


def as_json(row: object) -> dict[str, Any]:
    """The row of any of these queries as an object that JSON can say; a reason's class is called ``class``.

    Instants are ISO 8601 in UTC with a Z, days too.
    """
    if isinstance(row, VerificationEvent):
        return {name: _plain(value) for name, value in event_to_record(row).items()}
    if isinstance(row, Reason):
        return {"class": row.reason_class.value, "code": row.code}
    if not is_dataclass(row) or isinstance(row, type):
        raise TypeError(f"{type(row).__name__} is not a row")
    return {field.name: _plain(getattr(row, field.name)) for field in fields(row)}


def _plain(value: object) -> object:  # noqa: PLR0911 - one line for each kind of value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if is_dataclass(value):
        return as_json(value)
    return value
