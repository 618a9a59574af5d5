"""Every recorded answer of ``/api/v2/status``, through the mapping: what is told where no webhook came."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from normalizers.reading import Reading, Unreadable
from normalizers.vendors.idenfy import decision
from tests.normalizers.idenfy.test_cases import _event

ANSWERS = Path(__file__).parent / "answers"
NAMES = sorted(answer.name for answer in ANSWERS.iterdir())


def _expected(name: str) -> dict[str, Any]:
    expected: dict[str, Any] = json.loads((ANSWERS / name / "expected.json").read_bytes())
    return expected


@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_answer_is_read_as_the_facts_say(
    name: str, read_answer: Callable[[str], Reading | Unreadable | None]
) -> None:
    """Section 8. What only confirms the last decision is neither an event nor a dead letter."""
    expected = _expected(name)

    result = read_answer(name)

    letter = result.reason.value if isinstance(result, Unreadable) else None
    events = [_event(result)] if isinstance(result, Reading) else []
    assert (expected["events"], expected["dead_letter"]) == (events, letter)


def test_the_answers_reach_every_outcome_that_a_status_can_lead_to() -> None:
    """No answer says that a verification was cancelled (section 6.1): only a webhook's type does."""
    outcomes = {event["outcome"] for name in NAMES for event in _expected(name)["events"]}

    assert {outcome.value for outcome in decision.OVERALL.values() if outcome} | {"ERROR"} == outcomes


def test_an_answer_is_never_final_while_the_verification_is_open() -> None:
    """Section 8, recovery: whatever is neither under way nor unused ends it."""
    events = [event for name in NAMES for event in _expected(name)["events"]]

    assert [event["outcome"] != "PENDING" for event in events] == [event["final"] for event in events]
    assert {"RECONCILED"} == {event["vendor_event"] for event in events}
