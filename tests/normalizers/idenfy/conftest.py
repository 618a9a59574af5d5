"""The recorded cases of webhooks, the recorded answers of iDenfy's API, and how to read one.

A case is a folder. Its ``request.json`` has the ``headers`` and the body (``raw_body``, or ``body_file`` beside it),
and under ``after`` the cases that were delivered before it. Its ``expected.json`` has the ``answer`` to the request and
what came of it: ``events``, or a ``dead_letter``. ``$callback`` stands for the id that the callback got on arrival.
An answer's folder is alike; it was fetched for its ``verification_id``, was no request (its ``answer`` is null), and
comes to neither an event nor a dead letter where it says nothing new.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from normalizers.reading import Previous, Reading, Unreadable
from normalizers.vendors.idenfy import MAPPING
from schemas.callback import Callback, CallbackKind
from schemas.event import EventKind

CASES = Path(__file__).parent / "cases"
ANSWERS = Path(__file__).parent / "answers"

Remembered = dict[tuple[str, EventKind], Previous]
ReadBody = Callable[..., Reading | Unreadable]
ReadCase = Callable[[str], Reading | Unreadable]
ReadAnswer = Callable[[str], Reading | Unreadable | None]


def _read_body(
    body: bytes,
    event: str | None = "IDENTIFICATION",
    remembered: Remembered | None = None,
) -> Reading | Unreadable:
    headers = () if event is None else (("Host", "hookline.example"), ("Idenfy-Event-Type", event))
    reading = _read(body, CallbackKind.CALLBACK, headers, remembered or {})
    assert reading is not None, "each of iDenfy's callbacks speaks for itself"
    return reading


def _read(
    body: bytes, kind: CallbackKind, headers: tuple[tuple[str, str], ...], remembered: Remembered
) -> Reading | Unreadable | None:
    callback = Callback(
        id="$callback",
        vendor="idenfy",
        source="idenfy",
        verification_id="unused",
        received_at=datetime(2025, 6, 15, tzinfo=UTC),
        body=body,
        kind=kind,
        http_headers=headers,
    )
    try:
        return MAPPING.read(callback, lambda subject, of: remembered.get((subject, of)))
    except Unreadable as unreadable:
        return unreadable


def _read_case(name: str) -> Reading | Unreadable:
    request = json.loads((CASES / name / "request.json").read_bytes())
    event = request["headers"].get("Idenfy-Event-Type")
    return _read_body(_body(CASES / name, request), event, _remembered(request))


def _read_answer(name: str) -> Reading | Unreadable | None:
    request = json.loads((ANSWERS / name / "request.json").read_bytes())
    headers = tuple(request["headers"].items())
    return _read(_body(ANSWERS / name, request), CallbackKind(request["kind"]), headers, _remembered(request))


def _body(folder: Path, request: dict[str, Any]) -> bytes:
    raw: str | None = request.get("raw_body")
    return (folder / request["body_file"]).read_bytes() if raw is None else raw.encode()


def _remembered(request: dict[str, Any]) -> Remembered:
    """What is known after the cases that came before."""
    remembered: Remembered = {}
    for earlier in request.get("after", []):
        reading = _read_case(earlier)
        assert isinstance(reading, Reading)
        remembered[reading.verification_id, reading.kind] = Previous(reading.outcome, reading.final)
    return remembered


@pytest.fixture(scope="session")
def read_body() -> ReadBody:
    """Reads a body under an event type; gives what ``Unreadable`` says instead of raising it, and nothing else."""
    return _read_body


@pytest.fixture(scope="session")
def read_case() -> ReadCase:
    """Reads a case by its name, with the memory of the cases that it comes after."""
    return _read_case


@pytest.fixture(scope="session")
def read_answer() -> ReadAnswer:
    """Reads an answer by its name, with the memory of the cases that it comes after."""
    return _read_answer


@pytest.fixture(scope="session")
def sample() -> Callable[[str], bytes]:
    """The body of a case whose body is a file."""
    return lambda name: (CASES / name / "body.json").read_bytes()
