"""Arguments as they were given, held against an action's fields."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping

import orjson

from ingest.act.errors import InvalidOrder
from ingest.action import Field, FieldKind, InvalidArgument, VendorAction

MAX_TEXT = 10_000
"""Characters of a text."""

LEAST, MOST = -(2**63), 2**63 - 1
"""Of a number: it must fit in 64 bits, as JSON's do at most receivers."""

_LONGEST_NAME = 64

MAX_BYTES = 1_500_000
"""Of all arguments but files together, as JSON: they must fit on the log."""

MAX_FILE = 10_000_000
"""Bytes of a file; the log keeps its digest."""


def checked(action: VendorAction, given: Mapping[str, object]) -> Mapping[str, object]:
    """The arguments, each of its field's kind; ``null`` is the same as not given.

    Raises ``InvalidOrder`` with every fault: a field that there is not, one that is missing, one of another kind.
    """
    known = {field.name: field for field in action.fields}
    faults = [InvalidArgument(_name(name), _unknown(known)) for name in given if name not in known]
    arguments = {name: value for name, value in given.items() if name in known and value is not None}
    for name, field in known.items():
        if field.required and arguments.get(name) in (None, "", b"", []):
            faults.append(InvalidArgument(name, f"missing; {field.help}"))
        elif name in arguments:
            try:
                arguments[name] = _value(field, arguments[name])
            except InvalidArgument as fault:
                faults.append(fault)
    if not faults and _size(arguments) > MAX_BYTES:
        faults.append(InvalidArgument("arguments", f"more than {MAX_BYTES} bytes together"))
    if faults:
        raise InvalidOrder(faults)
    return arguments


def _name(name: str) -> str:
    """What somebody else called a field is shown only where it looks like a name."""
    return name if name.isidentifier() and name.isascii() and len(name) <= _LONGEST_NAME else "?"


def _unknown(known: Mapping[str, Field]) -> str:
    return f"no such field; there are: {', '.join(known) or 'none'}"


def _size(arguments: Mapping[str, object]) -> int:
    return sum(len(orjson.dumps(value)) for value in arguments.values() if not isinstance(value, bytes))


def _value(field: Field, given: object) -> object:
    if not field.many:
        return _one(field, given)
    if not isinstance(given, list):
        raise InvalidArgument(field.name, "give a list")
    return [_one(field, each) for each in given]


def _one(field: Field, given: object) -> object:
    value = _KINDS[field.kind](field.name, given)
    if field.choices and value not in field.choices:
        raise InvalidArgument(field.name, f"write one of: {', '.join(field.choices)}")
    return value


def _text(name: str, given: object) -> str:
    if not isinstance(given, str):
        raise InvalidArgument(name, "give a text")
    if len(given) > MAX_TEXT:
        raise InvalidArgument(name, f"{len(given)} characters; at most {MAX_TEXT}")
    if not given.replace("\n", "").replace("\t", "").isprintable():
        raise InvalidArgument(name, "holds control characters; write plain text")
    return given


def _number(name: str, given: object) -> int:
    if type(given) is not int:
        raise InvalidArgument(name, "give a whole number")
    if not LEAST <= given <= MOST:
        raise InvalidArgument(name, f"give a number from {LEAST} to {MOST}")
    return given


def _flag(name: str, given: object) -> bool:
    if not isinstance(given, bool):
        raise InvalidArgument(name, "give true or false")
    return given


def _json(name: str, given: object) -> object:
    try:
        orjson.dumps(given)
    except (orjson.JSONEncodeError, RecursionError):
        raise InvalidArgument(name, "cannot be written as JSON: a number beyond 64 bits, or too deep") from None
    return given


def _file(name: str, given: object) -> bytes:
    """Bytes, or base64 of them, as they come in JSON."""
    try:
        content = base64.b64decode(given, validate=True) if isinstance(given, str) else given
    except (binascii.Error, ValueError):
        content = None
    if not isinstance(content, bytes):
        raise InvalidArgument(name, "give the file's bytes as base64")
    if len(content) > MAX_FILE:
        raise InvalidArgument(name, f"{len(content)} bytes; at most {MAX_FILE}")
    return content


_KINDS: Mapping[FieldKind, Callable[[str, object], object]] = {
    FieldKind.TEXT: _text,
    FieldKind.NUMBER: _number,
    FieldKind.FLAG: _flag,
    FieldKind.JSON: _json,
    FieldKind.FILE: _file,
}
