"""The recorded cases, and how to read one.

A case is a folder, as of any vendor; its ``request.json`` also has the source's ``options``, and of a fetched document
its ``kind`` and the ``verification_id`` that it was fetched for. It arrives on 15 June 2025.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from normalizers.reading import Previous, Reading, Unreadable
from normalizers.vendors.idverse import MAPPING
from schemas.callback import Callback, CallbackKind

CASES = Path(__file__).parent / "cases"
ARRIVAL = datetime(2025, 6, 15, tzinfo=UTC)

Result = Reading | Unreadable | None
ReadBody = Callable[..., Result]
ReadCase = Callable[[str], Result]


def _read(
    body: bytes,
    kind: CallbackKind = CallbackKind.DOCUMENT,
    verification_id: str = "t1",
    previous: Previous | None = None,
    options: Mapping[str, str] | None = None,
) -> Result:
    """What the mapping says; gives what ``Unreadable`` says instead of raising it, and nothing else."""
    callback = Callback(
        id="$callback",
        vendor="idverse",
        source="idverse",
        verification_id=verification_id,
        received_at=ARRIVAL,
        body=body,
        kind=kind,
        options=tuple((options or {}).items()),
    )
    try:
        return MAPPING.read(callback, lambda _subject, _kind: previous)
    except Unreadable as unreadable:
        return unreadable


def _read_case(name: str) -> Result:
    request = json.loads((CASES / name / "request.json").read_bytes())
    raw = request.get("raw_body")
    body = (CASES / name / request["body_file"]).read_bytes() if raw is None else raw.encode()
    kind = CallbackKind(request.get("kind", "callback"))
    return _read(body, kind, request.get("verification_id", "unused"), None, request.get("options"))


@pytest.fixture(scope="session")
def read_body() -> ReadBody:
    """Reads a body: a transaction fetched for ``t1``, where nothing else is said."""
    return _read


@pytest.fixture(scope="session")
def read_case() -> ReadCase:
    """Reads a case by its name."""
    return _read_case
