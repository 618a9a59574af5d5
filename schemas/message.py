"""A message before a log gives it a place, and the shape in which one comes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """Key, partition key, headers and value of a record to be; a value of ``None`` is a tombstone for the key.

    A partition key that is a number names the partition itself.
    """

    key: str
    partition_key: str | int
    headers: Headers
    value: bytes | None


class Stored(Protocol):
    """A record read from a log, as far as decoding needs it."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> str: ...
    @property
    def headers(self) -> Headers: ...
    @property
    def value(self) -> bytes | None: ...


def instant_of(text: str) -> datetime:
    """The instant that this ISO 8601 text means. Raises ``ValueError``, also where it names no zone; ``TypeError``."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("a time without a zone")
    return instant


def text_of(value: object) -> str:
    """Raises ``TypeError`` for anything but a text."""
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


class Undecodable(ValueError):
    """The record is not what its topic promises; it belongs on the dead letters, whole."""
