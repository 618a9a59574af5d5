from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from consumers.alerts.cooling import Cooling, found
from consumers.alerts.history import History, dump, load, observe
from consumers.alerts.rule import BUILT_IN
from schemas.alert import Alert
from schemas.event import Outcome, Reason, ReasonClass
from tests.consumers.making import told
from tests.examples import NOON

HOUR = timedelta(hours=1)
FRAUD = (Reason(ReasonClass.FRAUD, "FAKE_FACE"),)


@given(st.lists(st.tuples(st.integers(0, 7200), st.integers(1, 5)), max_size=30))
def test_every_finding_is_counted_once(minutes: list[tuple[int, int]]) -> None:
    """Told or still held, whatever the times, and no two alerts come within one cool-down."""
    state: Cooling | None = None
    told_at = []
    total = 0
    for minute, count in minutes:
        state, raised = found(state, NOON + timedelta(minutes=minute), HOUR, count)
        total += raised
        told_at += [minute] if raised else []
    assert sum(count for _, count in minutes) == total + (state.held if state else 0)
    assert [] == [(a, b) for a, b in pairwise(told_at) if b - a < 60]


def test_findings_within_the_cooldown_are_in_the_next_alerts_count() -> None:
    """Of the same rule about the same verification; what is counted survives the log."""
    rule = replace(BUILT_IN["rejected-for-fraud"], cooldown=HOUR)
    history, alerts = History(), list[Alert]()
    for number, minute in enumerate((0, 10, 59, 61, 62)):
        rejected = told(number, Outcome.REJECTED, reasons=FRAUD, received_at=NOON + timedelta(minutes=minute))
        history, raised, _ = observe(load(dump(history)), rejected, number, (rule,))
        alerts += raised
    assert [(NOON, 1), (NOON + timedelta(minutes=61), 3)] == [(alert.raised_at, alert.count) for alert in alerts]
    assert 1 == history.cooling["rejected-for-fraud"].held
