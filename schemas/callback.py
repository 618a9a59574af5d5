"""Callback: whatever came in by one of the four doors, byte for byte, before anything interprets it.

``to_message`` is the one place where a body is written to the log, ``from_record`` the one where it is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256

import orjson

from schemas.message import Headers, Message, Stored, Undecodable


class CallbackKind(StrEnum):
    """Which door it came through: the vendor's own POST, a document that was fetched, an operator's action."""

    CALLBACK = "callback"
    DOCUMENT = "document"
    ACTION = "action"


@dataclass(frozen=True, slots=True)
class Callback:
    """One delivery. ``http_headers`` keeps order and repeats, bytes as Latin-1; the vendor's secret ones were left out.

    ``verification_id`` is the vendor's id as far as the door found one, else the callback's own ``id`` (UUIDv7).
    ``checked_by`` names the scheme and the key that authenticated it, never the key. ``cause`` is the id of the
    callback that led to this document; a document without one was asked for by us alone. ``test`` is true when the
    source is declared a test account. ``options`` are what the source's settings say about how it is to be read.
    """

    id: str
    vendor: str
    source: str
    verification_id: str
    received_at: datetime
    body: bytes
    kind: CallbackKind = CallbackKind.CALLBACK
    checked_by: str = ""
    http_headers: tuple[tuple[str, str], ...] = ()
    query: str = ""
    cause: str | None = None
    attempt: int = 1
    test: bool = False
    options: tuple[tuple[str, str], ...] = ()

    def option(self, name: str) -> str | None:
        return next((value for key, value in self.options if key == name), None)

    def http_header(self, name: str) -> str | None:
        """The first value of the header called ``name`` (lower case), or ``None``."""
        for key, value in self.http_headers:
            if key.lower() == name:
                return value
        return None

    @property
    def sha256(self) -> str:
        return sha256(self.body).hexdigest()


_KINDS = {kind.encode(): kind for kind in CallbackKind}


def to_message(callback: Callback) -> Message:
    account = _account_headers(callback.vendor, callback.source, callback.checked_by, test=callback.test)
    cause = () if callback.cause is None else (("cause", callback.cause.encode()),)
    options = (("options", orjson.dumps(callback.options)),) if callback.options else ()
    delivery = (
        ("id", callback.id.encode()),
        ("kind", callback.kind.encode()),
        ("received-at", callback.received_at.isoformat().encode()),
        ("query", callback.query.encode()),
        ("attempt", b"%d" % callback.attempt),
        ("http-headers", orjson.dumps(callback.http_headers)),
    )
    key = f"{callback.verification_id}/{callback.id}"
    return Message(key, callback.verification_id, delivery + account + cause + options, callback.body)


@lru_cache(maxsize=1024)
def _account_headers(vendor: str, source: str, checked_by: str, *, test: bool) -> Headers:
    """The headers that are the same for every delivery of an account; made once, as this is the receiver's hot path."""
    return (
        ("vendor", vendor.encode()),
        ("source", source.encode()),
        ("checked-by", checked_by.encode()),
        ("test", b"true" if test else b"false"),
    )


def from_record(record: Stored) -> Callback:
    """The callback that ``to_message`` wrote. Raises ``Undecodable`` for anything else, a tombstone included."""
    if record.value is None:
        raise Undecodable(f"{record.topic}/{record.partition}/{record.offset}: a tombstone, not a callback")
    try:
        return _decode(record.key, dict(record.headers), record.value)
    except (KeyError, ValueError) as error:
        raise Undecodable(f"{record.topic}/{record.partition}/{record.offset}: not a callback ({error!r})") from error


def _decode(key: str, headers: dict[str, bytes], body: bytes) -> Callback:
    cause = headers.get("cause")
    return Callback(
        id=headers["id"].decode(),
        vendor=headers["vendor"].decode(),
        source=headers["source"].decode(),
        verification_id=key.rsplit("/", 1)[0],
        received_at=datetime.fromisoformat(headers["received-at"].decode()),
        body=body,
        kind=_KINDS[headers["kind"]],
        checked_by=headers["checked-by"].decode(),
        http_headers=tuple([(name, value) for name, value in orjson.loads(headers["http-headers"])]),
        query=headers["query"].decode(),
        cause=cause.decode() if cause is not None else None,
        attempt=int(headers["attempt"]),
        test=headers["test"] == b"true",
        options=tuple([(name, value) for name, value in orjson.loads(headers.get("options", b"[]"))]),
    )


def header(headers: Headers, name: str) -> str | None:
    """The text of a record's header, or ``None``; for tools that look at records without decoding them."""
    return next((value.decode(errors="replace") for key, value in headers if key == name), None)
