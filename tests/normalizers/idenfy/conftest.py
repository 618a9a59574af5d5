"""The recorded cases, and how to read one.

A case is a folder. Its ``request.json`` has the ``headers`` and the body (``raw_body``, or ``body_file`` beside it),
and under ``after`` the cases that were delivered before it. Its ``expected.json`` has the ``answer`` to the request and
what came of it: ``events``, or a ``dead_letter``. ``$callback`` stands for the id that the callback got on arrival.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from normalizers.reading import Previous, Reading, Unreadable
from normalizers.vendors.idenfy import MAPPING
from schemas.callback import Callback
from schemas.event import EventKind

CASES = Path(__file__).parent / "cases"

ReadBody = Callable[..., Reading | Unreadable]
ReadCase = Callable[[str], Reading | Unreadable]


def _read_body(
    body: bytes,
    event: str | None = "IDENTIFICATION",
    remembered: dict[tuple[str, EventKind], Previous] | None = None,
) -> Reading | Unreadable:
    headers = () if event is None else (("Host", "hookline.example"), ("Idenfy-Event-Type", event))
    callback = Callback(
        id="$callback",
        vendor="idenfy",
        source="idenfy",
        verification_id="unused",
        received_at=datetime(2025, 6, 15, tzinfo=UTC),
        body=body,
        http_headers=headers,
    )
    try:
        reading = MAPPING.read(callback, lambda subject, kind: (remembered or {}).get((subject, kind)))
    except Unreadable as unreadable:
        return unreadable
    assert reading is not None, "each of iDenfy's callbacks speaks for itself"
    return reading


def _read_case(name: str) -> Reading | Unreadable:
    request = json.loads((CASES / name / "request.json").read_bytes())
    remembered = {}
    for earlier in request.get("after", []):
        reading = _read_case(earlier)
        assert isinstance(reading, Reading)
        remembered[reading.verification_id, reading.kind] = Previous(reading.outcome, reading.final)
    raw = request.get("raw_body")
    body = (CASES / name / request["body_file"]).read_bytes() if raw is None else raw.encode()
    return _read_body(body, request["headers"].get("Idenfy-Event-Type"), remembered)


@pytest.fixture(scope="session")
def read_body() -> ReadBody:
    """Reads a body under an event type; gives what ``Unreadable`` says instead of raising it, and nothing else."""
    return _read_body


@pytest.fixture(scope="session")
def read_case() -> ReadCase:
    """Reads a case by its name, with the memory of the cases that it comes after."""
    return _read_case


@pytest.fixture(scope="session")
def sample() -> Callable[[str], bytes]:
    """The body of a case whose body is a file."""
    return lambda name: (CASES / name / "body.json").read_bytes()
