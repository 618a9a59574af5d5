"""The budget slides: no stretch of an hour or a day, wherever it begins, sees more calls than allowed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.api import DAY, Budget
from ingest.calling.spending import Spending

NOON = 1_763_000_000.0


@given(
    st.lists(st.tuples(st.floats(0.0, 7200.0), st.booleans()), max_size=120),
    st.integers(1, 6),
    st.integers(1, 20),
    st.sampled_from([0.0, 0.25, 0.5, 1.0]),
)
def test_no_hour_and_no_day_sees_more_than_its_bound(
    tries: list[tuple[float, bool]], per_hour: int, per_day: int, share: float
) -> None:
    """Calls come at any times, by several owners one after another; each asks first."""
    budget = Budget(per_hour=per_hour, per_day=per_day, reconcile_share=share)
    spending, now = Spending(budget), NOON
    made: list[tuple[float, bool]] = []
    for number, (later, reconciling) in enumerate(tries):
        now += later
        if number % 10 == 9:
            spending = _next_owner(spending)
        if spending.wait(now, reconciling=reconciling) == 0:
            spending.spend(now, reconciling=reconciling)
            made.append((now, reconciling))
    for span, most in ((3600.0, per_hour), (DAY, per_day)):
        for start, _ in made:
            within = [which for at, which in made if start <= at < start + span]
            assert len(within) <= most
            assert sum(within) <= most * share


def _next_owner(before: Spending) -> Spending:
    """What it finds on the log is what all before it have spent."""
    known = dict(before.others)
    for stretch, (calls, reconciling) in before.own.items():
        old = known.get(stretch, (0, 0))
        known[stretch] = old[0] + calls, old[1] + reconciling
    return Spending(before.budget, others=known)


@given(st.lists(st.floats(0.0, 4000.0), min_size=1, max_size=50), st.integers(1, 5))
def test_after_the_wait_there_is_room(pauses: list[float], per_hour: int) -> None:
    """Whoever waits as long as it is told may call, and need not ask again before that."""
    spending, now = Spending(Budget(per_hour=per_hour)), NOON
    for pause in pauses:
        now += pause
        wait = spending.wait(now, reconciling=False)
        if wait > 0:
            assert spending.wait(now + wait / 2, reconciling=False) > 0
            now += wait
        assert 0 == spending.wait(now, reconciling=False)
        spending.spend(now, reconciling=False)


def test_a_budget_without_bounds_never_waits() -> None:
    spending = Spending(Budget())
    spending.spend(NOON, reconciling=True)
    assert (0.0, False) == (spending.wait(NOON, reconciling=True), spending.is_bounded)


def test_a_share_of_nothing_asks_about_nothing() -> None:
    """Callbacks' calls go on."""
    spending = Spending(Budget(per_day=10, reconcile_share=0.0))
    assert 0 == spending.wait(NOON, reconciling=False)
    assert spending.wait(NOON, reconciling=True) > 0
