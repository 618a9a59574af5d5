"""The recorded cases, and how to read one.

A case is a folder, as of any vendor; its ``request.json`` also has the source's ``options``, and of a fetched document
its ``kind``, the ``verification_id`` and the ``target`` that it was fetched for, and where the verification stands by
kind of event (``standing``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from normalizers.reading import Previous, Reading, Unreadable
from normalizers.vendors.credas import MAPPING
from schemas.callback import Callback, CallbackKind
from schemas.event import EventKind, Outcome

CASES = Path(__file__).parent / "cases"
PROCESS = "1e144e85-f45b-4ae3-8915-ae2826ea1e55"
ARRIVAL = datetime(2025, 6, 15, tzinfo=UTC)

Result = Reading | Unreadable | None
ReadBody = Callable[..., Result]
ReadCase = Callable[[str], Result]
Standing = Mapping[EventKind, Previous]


def _read(
    body: bytes,
    kind: CallbackKind = CallbackKind.DOCUMENT,
    *,
    target: str = "process",
    verification_id: str = PROCESS,
    standing: Standing | None = None,
    options: Mapping[str, str] | None = None,
    host: str = "portal.credas.com/api/v2/ci",
) -> Result:
    """What the mapping says; gives what ``Unreadable`` says instead of raising it, and nothing else."""
    callback = Callback(
        id="$callback",
        vendor="credas",
        source="credas",
        verification_id=verification_id,
        received_at=ARRIVAL,
        body=body,
        kind=kind,
        checked_by=f"fetched {host} {target}" if kind is CallbackKind.DOCUMENT else "static-header current",
        options=tuple((options or {}).items()),
    )
    known = standing or {}
    try:
        return MAPPING.read(callback, lambda name, about: known.get(about) if name == PROCESS else None)
    except Unreadable as unreadable:
        return unreadable


def _read_case(name: str) -> Result:
    request = json.loads((CASES / name / "request.json").read_bytes())
    raw = request.get("raw_body")
    body = (CASES / name / request["body_file"]).read_bytes() if raw is None else raw.encode()
    standing = {
        EventKind(kind): Previous(Outcome(outcome), final)
        for kind, (outcome, final) in request.get("standing", {}).items()
    }
    return _read(
        body,
        CallbackKind(request.get("kind", "callback")),
        target=request.get("target", "process"),
        verification_id=request.get("verification_id", PROCESS),
        standing=standing,
        options=request.get("options"),
    )


@pytest.fixture(scope="session")
def read_body() -> ReadBody:
    """Reads a body: a document fetched for the process of the samples, where nothing else is said."""
    return _read


@pytest.fixture(scope="session")
def read_case() -> ReadCase:
    """Reads a case by its name."""
    return _read_case
