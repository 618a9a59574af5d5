"""Several fetches of one transaction, one after another, with what is remembered between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import orjson

from normalizers.memory import Remembered
from normalizers.normalize import normalize
from normalizers.reading import Previous
from normalizers.vendors.idverse import MAPPING
from schemas.callback import Callback, CallbackKind
from schemas.event import EventKind, Outcome, Raw

NOON = datetime(2025, 6, 15, 12, tzinfo=UTC)
CLOSED = "2025-06-14T00:00:00.000Z"
Members = Mapping[str, object]

PASSED: Members = {"status": "COMPLETE", "closed_at": CLOSED, "results": {"overall": "PASSED", "documents": "PASSED"}}
EMPTIED: Members = {"status": "COMPLETE", "closed_at": CLOSED}
STALE: Members = {"status": "INPROGRESS"}


def outcomes(documents: Sequence[Members]) -> list[Outcome]:
    """Of the events that the fetches lead to, a minute apart."""
    remembered, told = Remembered(), []
    for minute, document in enumerate(documents):
        body = orjson.dumps({"transaction_id": "t1", **document})
        at = NOON + timedelta(minutes=minute)
        callback = Callback(f"id-{minute}", "idverse", "idverse", "t1", at, body, CallbackKind.DOCUMENT)
        reading = MAPPING.read(callback, partial(_recall, remembered))
        if reading is None:
            continue
        event, remembered = normalize(MAPPING, callback, reading, remembered, Raw("t", 0, minute, callback.id, ""))
        told += [event.outcome] if event is not None else []
    return told


def _recall(remembered: Remembered, _name: str, kind: EventKind) -> Previous | None:
    known = remembered.of(kind)
    return known.previous if known else None


def test_an_outcome_outlives_its_results_also_behind_a_stale_answer() -> None:
    """A cache that tells an older state does not make us forget what was decided."""
    assert [Outcome.VERIFIED] == outcomes([PASSED, EMPTIED, PASSED])
    assert [Outcome.VERIFIED, Outcome.PENDING] == outcomes([PASSED, STALE, EMPTIED, PASSED])


def test_the_way_of_a_transaction_is_told_step_by_step_and_once() -> None:
    created: Members = {"status": "PENDING"}
    told = outcomes([created, created, STALE, STALE, PASSED, PASSED, STALE])
    assert [Outcome.PENDING, Outcome.PENDING, Outcome.VERIFIED] == told
