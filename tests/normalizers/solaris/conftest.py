"""The recorded cases, and how to read one.

A case is a folder. Its ``request.json`` has the ``headers`` and the body (``raw_body``, or ``body_file`` beside it); of
a fetched document it also has the ``kind`` and the ``verification_id`` that it was fetched for. Its ``expected.json``
has the receiver's ``answer`` (null: a document is no request) and what came of it: ``events``, or a ``dead_letter``;
neither for a thin webhook. ``$callback`` stands for the id that the callback got on arrival.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from normalizers.reading import Reading, Unreadable
from normalizers.vendors.solaris import MAPPING
from schemas.callback import Callback, CallbackKind

RECORDED = Path(__file__).parent / "cases"

Result = Reading | Unreadable | None
ReadDocument = Callable[..., Result]
ReadWebhook = Callable[..., Result]
ReadCase = Callable[[str], Result]


def read_callback(body: bytes, kind: CallbackKind, headers: Mapping[str, str], verification_id: str) -> Result:
    """What the mapping says; gives what ``Unreadable`` says instead of raising it, and nothing else."""
    callback = Callback(
        id="$callback",
        vendor="solaris",
        source="solaris",
        verification_id=verification_id,
        received_at=datetime(2025, 6, 15, tzinfo=UTC),
        body=body,
        kind=kind,
        http_headers=tuple(headers.items()),
    )
    try:
        return MAPPING.read(callback, lambda _subject, _kind: None)
    except Unreadable as unreadable:
        return unreadable


def _read_document(body: bytes, verification_id: str = "i1") -> Result:
    return read_callback(body, CallbackKind.DOCUMENT, {"Content-Type": "application/json"}, verification_id)


def _read_webhook(body: bytes, event: str | None, entity: str | None = None, notification: str | None = None) -> Result:
    named = {
        "Solaris-Webhook-Event-Type": event,
        "Solaris-Entity-Id": entity,
        "Solaris-Webhook-Id": notification,
    }
    headers = {name: value for name, value in named.items() if value is not None}
    return read_callback(body, CallbackKind.CALLBACK, headers, "unused")


def _read_case(name: str) -> Result:
    request = json.loads((RECORDED / name / "request.json").read_bytes())
    raw = request.get("raw_body")
    body = (RECORDED / name / request["body_file"]).read_bytes() if raw is None else raw.encode()
    kind = CallbackKind(request.get("kind", "callback"))
    return read_callback(body, kind, request["headers"], request.get("verification_id", "unused"))


@pytest.fixture(scope="session")
def read_document() -> ReadDocument:
    """Reads an answer of the API, fetched for ``i1`` where nothing else is said."""
    return _read_document


@pytest.fixture(scope="session")
def read_webhook() -> ReadWebhook:
    """Reads a body under an event type, an entity id and a notification id."""
    return _read_webhook


@pytest.fixture(scope="session")
def read_case() -> ReadCase:
    """Reads a case by its name."""
    return _read_case
