"""Every recorded case, through the mapping: the published bodies, and one body for each rule of the facts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from normalizers.reading import Reading, Unreadable
from tests.normalizers.idenfy import test_cases as idenfy

RECORDED = Path(__file__).parent / "cases"
CASES = sorted(case.name for case in RECORDED.iterdir())


def _event(reading: Reading) -> dict[str, object]:
    """As of any vendor; and that it is a test, where the document says so."""
    return idenfy._event(reading) | ({"test": True} if reading.test else {})


def _expected(name: str) -> dict[str, Any]:
    expected: dict[str, Any] = json.loads((RECORDED / name / "expected.json").read_bytes())
    return expected


EVENTS = [event for name in CASES for event in _expected(name)["events"]]


@pytest.mark.parametrize("name", CASES)
def test_a_recorded_body_is_read_as_the_facts_say(
    name: str, read_case: Callable[[str], Reading | Unreadable | None]
) -> None:
    """Each folder's expected.json was checked by eye against the facts; a dead letter is compared by its reason."""
    expected = _expected(name)

    result = read_case(name)

    letter = result.reason.value if isinstance(result, Unreadable) else None
    events = [_event(result)] if isinstance(result, Reading) else []
    assert (expected["events"], expected["dead_letter"]) == (events, letter)


def test_the_cases_reach_every_kind_outcome_and_reason_that_solaris_can_lead_to() -> None:
    """A kind of event that was forgotten would lack its cases too, so the lists are written down apart from them."""
    letters = {_expected(name)["dead_letter"] for name in CASES} - {None}

    assert {"VERIFICATION", "VIDEO_CALL", "AML", "COMPANY", "SIGNAL", "ERASED", "UNKNOWN"} == {
        event["kind"] for event in EVENTS
    }
    assert {"PENDING", "NEEDS_REVIEW", "VERIFIED", "REJECTED", "EXPIRED", "CANCELLED", "UNKNOWN"} == {
        event["outcome"] for event in EVENTS
    }
    assert {
        "NOT_JSON", "TOO_DEEP", "DUPLICATE_KEY", "NUMBER_OUT_OF_RANGE", "WRONG_TYPE", "MISSING_FIELD",
        "NO_VERIFICATION_ID", "UNSUPPORTED_FORM",
    } == letters  # fmt: skip


def test_a_document_that_says_so_is_about_a_test_and_tells_no_name() -> None:
    """Sections 6.4 and 9: a test call, or a person or a result of IDnow's that bears the name of a scenario."""
    tests = {name for name in CASES for event in _expected(name)["events"] if event.get("test")}

    assert {
        "identification-canceled-as-a-test-call", "idnow-attempts-test-name-changed", "person-of-a-test-scenario",
        "sample-idnow-attempts-success",
    } == tests  # fmt: skip
    assert "TEST-" not in json.dumps(EVENTS).upper()


def test_only_identifications_and_originations_speak_of_a_verification() -> None:
    """Compliance, attempts and businesses are about something else and never change a person's outcome."""
    assert {"identification", "IDENTIFICATION_ORIGINATION"} == {
        event["vendor_event"] for event in EVENTS if event["kind"] == "VERIFICATION"
    }


def test_what_is_pending_cancelled_or_in_review_is_never_final() -> None:
    """Section 6.1: after each of these the same identification may still succeed."""
    open_outcomes = ("PENDING", "CANCELLED", "NEEDS_REVIEW")
    still_open = [event for event in EVENTS if event["outcome"] in open_outcomes]

    assert set(open_outcomes) == {event["outcome"] for event in still_open}
    assert [False] * len(still_open) == [event["final"] for event in still_open]
