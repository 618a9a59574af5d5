"""Every recorded case, through the mapping: iDenfy's published bodies, and one body for each rule of its facts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from normalizers.reading import Reading, Unreadable

CASES = Path(__file__).parent / "cases"
STORED = 200


def _expected(name: str) -> dict[str, Any]:
    expected: dict[str, Any] = json.loads((CASES / name / "expected.json").read_bytes())
    return expected


READ = sorted(case.name for case in CASES.iterdir() if _expected(case.name)["answer"] == STORED)


def _event(reading: Reading) -> dict[str, object]:
    """A reading, spelt as the events of ``expected.json`` are: with ``waits_for`` where the vendor's word says that."""
    whom = {} if reading.waits_for is None else {"waits_for": reading.waits_for.value}
    return whom | {
        "kind": reading.kind.value,
        "outcome": reading.outcome.value,
        "final": reading.final,
        "reopens": reading.reopens,
        "decided_by": reading.decided_by.value,
        "vendor_event": reading.vendor_event,
        "vendor_status": reading.vendor_status,
        "verification_id": reading.verification_id,
        "subject_ref": reading.subject_ref,
        "subject_kind": reading.subject_kind.value,
        "occurred_at": reading.occurred_at and reading.occurred_at.isoformat(),
        "checks": [
            {
                "kind": check.kind.value,
                "name": check.name,
                "result": check.result.value,
                "vendor_value": check.vendor_value,
            }
            for check in reading.checks
        ],
        "reasons": [{"class": reason.reason_class.value, "code": reason.code} for reason in reading.reasons],
        "unmapped": list(reading.unmapped),
    }


@pytest.mark.parametrize("name", READ)
def test_a_recorded_body_is_read_as_the_facts_say(name: str, read_case: Callable[[str], Reading | Unreadable]) -> None:
    """Each folder's expected.json was checked by eye against the facts; a dead letter is compared by its reason."""
    expected = _expected(name)

    result = read_case(name)

    if isinstance(result, Unreadable):
        assert (expected["events"], expected["dead_letter"]) == ([], result.reason.value)
    else:
        assert (expected["events"], expected["dead_letter"]) == ([_event(result)], None)


def test_the_cases_reach_every_kind_outcome_and_reason_that_idenfy_can_lead_to() -> None:
    """A kind of event that was forgotten would lack its cases too, so the lists are written down apart from them."""
    events = [event for name in READ for event in _expected(name)["events"]]
    letters = {_expected(name)["dead_letter"] for name in READ} - {None}

    assert {
        "VERIFICATION", "AML", "DOCUMENT_EXPIRY", "FACE_AUTHENTICATION", "AGE_ESTIMATION", "VIDEO_CALL", "BANK_CARD",
        "COMPANY", "SIGNAL", "UNKNOWN",
    } == {event["kind"] for event in events}  # fmt: skip
    assert {
        "PENDING", "NEEDS_REVIEW", "VERIFIED", "REJECTED", "EXPIRED", "CANCELLED", "ERROR", "UNKNOWN",
    } == {event["outcome"] for event in events}  # fmt: skip
    assert {
        "NOT_JSON", "TOO_DEEP", "DUPLICATE_KEY", "NUMBER_OUT_OF_RANGE", "WRONG_TYPE", "MISSING_FIELD",
        "NO_VERIFICATION_ID", "UNSUPPORTED_FORM",
    } == letters  # fmt: skip


def test_nothing_but_a_result_speaks_of_a_verification() -> None:
    """Section 6.7: the other webhooks describe other subjects and never change a verification's outcome."""
    events = [event for name in READ for event in _expected(name)["events"]]

    speaking = {event["vendor_event"].replace("ID_VERIFICATION", "IDENTIFICATION") for event in events
                if event["kind"] == "VERIFICATION"}  # fmt: skip

    assert {
        "IDENTIFICATION", "IDENTIFICATION_AUTO_FINISHED", "IDENTIFICATION_MANUAL_FINISHED",
        "IDENTIFICATION_RESUBMITTED", "IDENTIFICATION_EXPIRED", "IDENTIFICATION_CANCELLED",
    } == speaking  # fmt: skip


def test_a_pending_outcome_is_never_final() -> None:
    """PENDING says that something is still to come."""
    pending = [event for name in READ for event in _expected(name)["events"] if event["outcome"] == "PENDING"]

    assert pending
    assert [False] * len(pending) == [event["final"] for event in pending]
