"""JSON documents of vendors, read strictly: whatever two readers could understand differently is refused.

The common body is parsed once by orjson. Repeated keys and integers that orjson would round are ruled out by writing it
anew and by counting; only a body that these cannot clear is read a second time, slowly and completely.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Never

import orjson

from normalizers.reading import Unreadable
from schemas.deadletter import DeadLetterReason

MAX_LEVELS = 100
LATEST_SECOND = 253_402_300_799
"""The last second of the year 9999, in Unix seconds: the latest that a ``datetime`` can say."""

_SMALLEST_INTEGER = -(2**63)
_LARGEST_INTEGER = 2**64 - 1
_SHORTEST_HUGE_INTEGER = b"0" * 19
_DIGITS = bytes(0x30 if chr(byte) in "0123456789" else 0x20 for byte in range(256))
_LINK = ("http://", "https://")
_LONGEST_LINK_START = 8

# Possessive, and with an optional closing quote: linear in the length of the body, whatever the body is.
_STRUCTURE = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)


def parse(body: bytes, *, unique_in: Collection[str] = ()) -> dict[str, object]:
    """The JSON object that ``body`` is.

    No key repeats at the top level, nor in the top level's members named in ``unique_in``; elsewhere the last one wins.
    Every integer is exact. Raises ``Unreadable``: ``NOT_JSON``, ``TOO_DEEP`` (over 100 levels), ``NUMBER_OUT_OF_RANGE``
    (an integer over 64 bits, a fraction over a double), ``WRONG_TYPE`` (no object) or ``DUPLICATE_KEY``.
    """
    document = _loads(body)
    if body.count(b"{") + body.count(b"[") > MAX_LEVELS and _is_too_deep(body):
        raise Unreadable(DeadLetterReason.TOO_DEEP, f"the body nests deeper than {MAX_LEVELS} levels")
    if document is _REFUSED:
        raise Unreadable(*_fault(body))
    if not isinstance(document, dict):
        raise Unreadable(DeadLetterReason.WRONG_TYPE, "the body is JSON, but not an object")
    if not _is_surely_strict(body, document):
        _read_strictly(body, unique_in)
    return document


def canonical(document: object) -> bytes:
    """The document as JSON with sorted keys and without links: a text that starts with http:// or https:// is null.

    Vendors sign links anew for every delivery, so links say nothing about a decision.
    """
    text = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    if b"/" not in text or b"://" not in text:  # one byte is found ten times faster than three
        return text
    return orjson.dumps(_without_links(document), option=orjson.OPT_SORT_KEYS)


def instant_of_seconds(seconds: int, path: str) -> datetime:
    """The UTC time of a count of Unix seconds. Raises ``Unreadable(NUMBER_OUT_OF_RANGE)`` outside 1970 to 9999."""
    if not 0 <= seconds <= LATEST_SECOND:
        raise Unreadable(DeadLetterReason.NUMBER_OUT_OF_RANGE, f"{path} is no time in Unix seconds")
    return datetime.fromtimestamp(seconds, UTC)


def instant_of_text(text: str) -> datetime | None:
    """The UTC time of an ISO 8601 text that names its zone, or ``None``: a time without a zone is not guessed at."""
    try:
        instant = datetime.fromisoformat(text)
        return instant.astimezone(UTC) if instant.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


class _Refused:
    """What orjson refused; ``_fault`` says why."""


_REFUSED = _Refused()


def _loads(body: bytes) -> object:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        # The error carries the whole body, so it is dropped here and never becomes another error's cause.
        return _REFUSED


def _is_too_deep(body: bytes) -> bool:
    """Whether the brackets of the text nest too deep, be it JSON or not; brackets inside texts do not count."""
    depth = 0
    for match in _STRUCTURE.finditer(body):
        mark = match[0]
        if mark in (b"[", b"{"):
            depth += 1
        elif mark in (b"]", b"}"):
            depth -= 1
        if depth > MAX_LEVELS:
            return True
    return False


def _is_surely_strict(body: bytes, document: dict[str, object]) -> bool:
    r"""Whether writing the document anew, or counting, shows that no key was dropped and no integer rounded.

    A body without spaces and escapes, as most programs write it, comes out byte for byte, and then nothing was lost.
    Else its colons are counted, those of its members and those inside its texts. A dropped member takes at least one
    colon with it, and none can come back, unless a text spells its colon ``\u003a``. An integer over 64 bits has 19
    digits or more.
    """
    written = orjson.dumps(document)
    return written == body or (
        b"\\u003" not in body
        and body.count(b":") == written.count(b":")
        and _SHORTEST_HUGE_INTEGER not in body.translate(_DIGITS)
    )


class _Members(list[tuple[str, object]]):
    """An object's members as they stand in the text, repeats included."""

    def keys_repeat(self) -> bool:
        return len({key for key, _ in self}) < len(self)


class _Numbers:
    """Hooks for ``json.loads`` that notice a number that a 64-bit integer or a double cannot hold."""

    out_of_range = False

    def integer(self, text: str) -> int:
        longest = len(str(_SMALLEST_INTEGER))
        value = int(text) if len(text) <= longest else _LARGEST_INTEGER + 1
        self.out_of_range |= not _SMALLEST_INTEGER <= value <= _LARGEST_INTEGER
        return value

    def fraction(self, text: str) -> float:
        value = float(text)
        self.out_of_range |= math.isinf(value)
        return value


def _no_constant(name: str) -> Never:
    raise ValueError(name)


def _read_slowly(body: bytes, numbers: _Numbers) -> object:
    """Raises ``ValueError`` for what is not JSON. The body must have passed the limit of levels."""
    return json.loads(
        body.decode(),
        object_pairs_hook=_Members,
        parse_int=numbers.integer,
        parse_float=numbers.fraction,
        parse_constant=_no_constant,
    )


def _fault(body: bytes) -> tuple[DeadLetterReason, str]:
    """Why orjson refused a body that is not too deep."""
    numbers = _Numbers()
    try:
        _read_slowly(body, numbers)
    except ValueError:
        return DeadLetterReason.NOT_JSON, "the body is not JSON in UTF-8"
    if numbers.out_of_range:
        return DeadLetterReason.NUMBER_OUT_OF_RANGE, "a number in the body does not fit into 64 bits"
    return DeadLetterReason.NOT_JSON, "a text in the body holds half of a surrogate pair"


def _read_strictly(body: bytes, unique_in: Collection[str]) -> None:
    """Returns if the body, which orjson accepted, keeps the promises of ``parse``; raises ``Unreadable`` otherwise."""
    numbers = _Numbers()
    members = _read_slowly(body, numbers)
    if numbers.out_of_range:
        raise Unreadable(DeadLetterReason.NUMBER_OUT_OF_RANGE, "a number in the body does not fit into 64 bits")
    if not isinstance(members, _Members):
        raise Unreadable(DeadLetterReason.WRONG_TYPE, "the body is JSON, but not an object")
    if members.keys_repeat():
        raise Unreadable(DeadLetterReason.DUPLICATE_KEY, "a key repeats at the top level of the body")
    for key, value in members:
        if key in unique_in and isinstance(value, _Members) and value.keys_repeat():
            raise Unreadable(DeadLetterReason.DUPLICATE_KEY, f"a key repeats in {key}")


def _without_links(value: object) -> object:
    if isinstance(value, str):
        return None if value[:_LONGEST_LINK_START].lower().startswith(_LINK) else value
    if isinstance(value, dict):
        return {key: _without_links(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_without_links(member) for member in value]
    return value
