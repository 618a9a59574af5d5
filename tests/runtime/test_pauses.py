"""The breaker: calls that fail together count once, and one that works closes it."""

from __future__ import annotations

from runtime.errands.pauses import BREAKS_AT, Breaker, Patience


def test_a_hundred_calls_that_fail_together_are_no_longer_left_alone_than_a_few() -> None:
    """Each counted for itself they would take a short trouble for one of hours."""
    breaker = Breaker(Patience(first=1.0, longest=300.0))
    for _ in range(100):
        breaker.failed(0.0, None)
    assert (BREAKS_AT, True) == (breaker.failures, 0 < breaker.wait(0.0) <= 1.0)
    breaker.worked()
    assert not breaker.probing
