"""A record as the file keeps it, and back."""

from __future__ import annotations

from typing import Any, NamedTuple
from zlib import crc32

import orjson

from runtime.eventlog.api import Headers, Message, Record
from runtime.eventlog.sizes import refuse_too_large


class Row(NamedTuple):
    """What is written of a message. ``headers`` is JSON: a list of name and value, its bytes as Latin-1 text."""

    topic: str
    key: str
    crc: int
    headers: bytes
    value: bytes | None

    @property
    def size(self) -> int:
        return len(self.key) + len(self.headers) + len(self.value or b"")


def encode(topic: str, message: Message, limit: int) -> Row:
    """Raises ``RecordTooLarge`` when key, headers and value together are over ``limit`` bytes.

    Raises ``ValueError`` or ``TypeError`` when the key or a header's name cannot be written as UTF-8.
    """
    key = message.key.encode()
    value = message.value
    headers = orjson.dumps([(name, text.decode("latin-1")) for name, text in message.headers])
    at_most = len(key) + len(headers) + (0 if value is None else len(value))
    if at_most > limit:  # the headers' JSON is longer than the headers: only their own bytes count
        refuse_too_large(topic, message, limit)
    return Row(topic, message.key, crc32(key), headers, value)


def decode(topic: str, stored: tuple[Any, ...]) -> Record:
    """The record of ``(offset, key, headers, value, appended_at)``."""
    offset, key, headers, value, appended_at = stored
    return Record(topic, 0, offset, key, _headers(headers), value, appended_at)


def _headers(encoded: bytes) -> Headers:
    return tuple([(name, text.encode("latin-1")) for name, text in orjson.loads(encoded)])
