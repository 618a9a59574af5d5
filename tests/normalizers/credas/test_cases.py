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
    events = [idenfy._event(result)] if isinstance(result, Reading) else []
    assert (expected["events"], expected["dead_letter"]) == (events, letter)


def test_the_cases_reach_every_kind_and_outcome_that_credas_can_lead_to() -> None:
    """A forgotten one would lack its cases too, so the lists are written down apart from them."""
    assert {"PENDING", "NEEDS_REVIEW", "VERIFIED", "REJECTED", "EXPIRED", "CANCELLED", "UNKNOWN"} == {
        event["outcome"] for event in EVENTS
    }
    assert {"VERIFICATION", "SIGNAL", "ADDITIONAL_STEP", "AML"} == {event["kind"] for event in EVENTS}
    letters = {_expected(name)["dead_letter"] for name in CASES} - {None}
    assert {
        "NOT_JSON", "DUPLICATE_KEY", "WRONG_TYPE", "MISSING_FIELD", "NO_VERIFICATION_ID", "NOT_THERE",
        "UNSUPPORTED_FORM",
    } == letters  # fmt: skip


def test_no_component_and_no_signal_is_ever_final() -> None:
    """Section 6.4: each is one part, and never an overall outcome."""
    others = [event for event in EVENTS if event["kind"] != "VERIFICATION"]
    assert others
    assert {(False, False)} == {(event["final"], event["reopens"]) for event in others}
