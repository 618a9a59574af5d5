"""JSON Schemas of what the API answers, read off the rows themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from consumers.console.api.kinds import Schema

_SIMPLE: Mapping[object, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    object: {},
}
_NAMES = {"reason_class": "class"}
"""What ``as_json`` calls ``Reason``'s member."""


def reference(row: type) -> Schema:
    return {"$ref": f"#/components/schemas/{row.__name__}"}


def rows_of(item: Schema, **more: Schema) -> Schema:
    """A page: its rows, the cursor of what follows, and what else it says."""
    following = {"type": ["string", "null"], "description": "The cursor of the next page; null when this is the last."}
    return object_of(items={"type": "array", "items": item}, next=following, **more)


def row_with(row: type, **more: Schema) -> Schema:
    """The row's members and these."""
    return object_of(**components([row])[row.__name__]["properties"], **more)


def object_of(**members: Schema) -> Schema:
    """An object that has all of these; a later version may have more."""
    return {"type": "object", "properties": members, "required": list(members)}


def components(rows: Sequence[type]) -> dict[str, Schema]:
    """The schemas of these rows, and of all that they hold."""
    found: dict[str, Schema] = {}
    for row in rows:
        _collect(row, found)
    return dict(sorted(found.items()))


def _collect(row: type, found: dict[str, Schema]) -> None:
    if row.__name__ in found:
        return
    found[row.__name__] = {}  # it may hold itself
    hints = get_type_hints(row)
    members = {_name(row, field.name): _schema(hints[field.name], found) for field in fields(row)}
    found[row.__name__] = object_of(**members)


def _name(row: type, name: str) -> str:
    return _NAMES.get(name, name) if row.__name__ == "Reason" else name


def _schema(hint: Any, found: dict[str, Schema]) -> Schema:  # noqa: ANN401 - any annotation
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    origin = get_origin(hint)
    if origin in {Union, UnionType}:
        return _optional(hint, found)
    if origin in {tuple, list}:
        return {"type": "array", "items": _schema(get_args(hint)[0], found)}
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"type": "string", "enum": [word.value for word in hint]}
    if isinstance(hint, type) and is_dataclass(hint):
        _collect(hint, found)
        return reference(hint)
    raise TypeError(f"{hint} is nothing that an answer holds")


def _optional(hint: Any, found: dict[str, Schema]) -> Schema:  # noqa: ANN401 - any annotation
    (inner,) = (each for each in get_args(hint) if each is not NoneType)
    schema = _schema(inner, found)
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    words = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, "type": [schema["type"], "null"], **words}
