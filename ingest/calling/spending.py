"""How much of an account's budget is spent: counted in stretches of ten minutes, so that hour and day slide.

A vendor's day begins in a zone that no page names. Whatever it is, no day of it sees more calls than a sliding one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ingest.api import DAY, Budget

STRETCH = 600.0
"""Seconds. A stretch that has begun counts whole, so a bound is kept over a little more than its hour or day."""

HOUR = 3600.0

Counts = dict[int, tuple[int, int]]
"""By stretch (its number since 1970): calls, and those of them that nobody had called for."""


@dataclass(slots=True)
class Spending:
    """``own`` is what this owner of the account spent, ``others`` what the owners before it did."""

    budget: Budget
    own: Counts = field(default_factory=dict)
    others: Counts = field(default_factory=dict)

    @property
    def is_bounded(self) -> bool:
        """Whether anything must be counted at all."""
        return self.budget.per_hour is not None or self.budget.per_day is not None

    def spend(self, now: float, *, reconciling: bool) -> None:
        stretch = int(now // STRETCH)
        calls, of_them = self.own.get(stretch, (0, 0))
        self.own[stretch] = calls + 1, of_them + reconciling
        for old in [each for each in self.own if each < _first(now, DAY)]:
            del self.own[old]

    def wait(self, now: float, *, reconciling: bool) -> float:
        """Seconds until one more call fits; 0 when it does now."""
        bounds = (self.budget.per_hour, HOUR), (self.budget.per_day, DAY)
        return max(
            (self._wait_for(now, most, span, reconciling) for most, span in bounds if most is not None), default=0.0
        )

    def spent(self, now: float, span: float) -> int:
        """Calls within the span (seconds) that ends now, of this owner and of those before it."""
        return sum(number for stretch, number in self._calls(0).items() if stretch >= _first(now, span))

    def _wait_for(self, now: float, most: int, span: float, reconciling: bool) -> float:  # noqa: FBT001 - private
        waits = [_until(self._calls(0), now, most, span)]
        if reconciling:
            waits.append(_until(self._calls(1), now, int(most * self.budget.reconcile_share), span))
        return max(waits)

    def _calls(self, which: int) -> dict[int, int]:
        stretches = self.own.keys() | self.others.keys()
        nothing = 0, 0
        return {each: self.own.get(each, nothing)[which] + self.others.get(each, nothing)[which] for each in stretches}


def _first(now: float, span: float) -> int:
    """The first stretch that still counts within the span that ends now."""
    return int((now - span) // STRETCH)


def _until(calls: dict[int, int], now: float, most: int, span: float) -> float:
    """Seconds until fewer than ``most`` calls lie within the span, if none is made meanwhile."""
    within = sorted((stretch, number) for stretch, number in calls.items() if stretch >= _first(now, span))
    total = sum(number for _, number in within)
    for stretch, number in within:
        if total < most:
            break
        total -= number
        free_at = (stretch + 1) * STRETCH + span
        if total < most:
            return max(free_at - now, 0.0)
    return 0.0 if total < most else span
