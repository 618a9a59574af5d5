"""A message before a log gives it a place, and the shape in which one comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """Key, partition key, headers and value of a record to be; a value of ``None`` is a tombstone for the key."""

    key: str
    partition_key: str
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


class Undecodable(ValueError):
    """The record is not what its topic promises; it belongs on the dead letters, whole."""
