from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from normalizers.memory import MOST_DECISIONS, Remembered, dump, load
from normalizers.reading import Previous
from schemas.event import EventKind, Outcome
from tests.examples import NOON

HORIZON = timedelta(seconds=120)
KIND = EventKind.VERIFICATION

Told = tuple[str, float]
"""A decision and when it was told, in seconds after noon."""


def occurrences(*told: Told) -> list[int | None]:
    """What memory says of each telling, one after another; ``None`` is a retry."""
    remembered, answers = Remembered(), []
    for decision, seconds in told:
        at = NOON + timedelta(seconds=seconds)
        occurrence = remembered.occurrence(KIND, decision, at, HORIZON)
        answers.append(occurrence)
        if occurrence is not None:
            previous = Previous(Outcome.VERIFIED, final=True)
            remembered = load(dump(remembered.with_decision(KIND, decision, occurrence, at, previous)))
    return answers


def test_a_repeat_of_the_last_decision_is_a_retry_however_late() -> None:
    """Nothing new was said."""
    assert [1, None, None] == occurrences(("approved", 0), ("approved", 1), ("approved", 1_000_000))


def test_approved_denied_approved_is_three_decisions() -> None:
    """The first and the third are equal, and the third is the second occurrence of the first."""
    assert [1, 1, 2] == occurrences(("approved", 0), ("denied", 3600), ("approved", 7200))


def test_a_late_retry_of_the_decision_before_is_no_decision() -> None:
    """Within the vendor's retry horizon an equal body is the vendor's own repetition, out of order."""
    assert [1, 1, None] == occurrences(("approved", 0), ("denied", 30), ("approved", 119))


def test_the_retry_horizon_counts_from_when_that_occurrence_was_first_told() -> None:
    """A retry does not prolong it."""
    told = ("approved", 0), ("denied", 30), ("approved", 119), ("approved", 121)
    assert [1, 1, None, 2] == occurrences(*told)


def test_kinds_do_not_touch_each_other() -> None:
    """An expiring document says nothing about a verification's own last decision."""
    previous = Previous(Outcome.VERIFIED, final=True)
    remembered = Remembered().with_decision(KIND, "approved", 1, NOON, previous)
    assert remembered.occurrence(EventKind.DOCUMENT_EXPIRY, "approved", NOON, HORIZON) == 1


def test_memory_of_one_verification_is_bounded() -> None:
    """The oldest decisions go first, the last one stays."""
    remembered = Remembered()
    for number in range(MOST_DECISIONS + 10):
        previous = Previous(Outcome.PENDING, final=False)
        remembered = remembered.with_decision(KIND, f"decision {number}", 1, NOON, previous)
    known = remembered.of(KIND)
    assert known is not None
    assert len(known.seen) == MOST_DECISIONS
    assert known.last in known.seen


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 400)), max_size=12))
def test_memory_agrees_with_the_rule_written_out(told: list[tuple[str, int]]) -> None:
    """The rule, told over the whole history instead of over a bounded memory."""
    moments = sorted(seconds for _, seconds in told)
    told = [(decision, moment) for (decision, _), moment in zip(told, moments, strict=True)]
    history: list[tuple[str, int]] = []
    expected: list[int | None] = []
    for decision, at in told:
        before = [when for what, when in history if what == decision]
        retry = bool(history) and bool(before) and (history[-1][0] == decision or at - before[-1] <= 120)
        expected.append(None if retry else len(before) + 1)
        if not retry:
            history.append((decision, at))
    assert expected == occurrences(*told)
