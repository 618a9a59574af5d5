"""The account's budget at IDVerse and the sandbox's own count of calls (facts 7: 2,000 a day, 500 a second).

The day is the UTC day of the clock; the page states no time zone. Every create and every fetch of JSON counts, whatever
its answer. Calls over the budget are answered 429, do not count, and work again a minute after the last of them; the
day's quota comes back with the next day and not earlier.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox.idverse.account import Account
from sandbox.idverse.refusal import too_many

COUNTED = frozenset({"create", "fetch"})
PENALTY = 60.0
"""Seconds without a limited call after which calls work again."""


@dataclass(slots=True)
class Day:
    """``counted`` calls spent the quota, ``limited`` ones were answered 429; ``calls`` are all of them, by name."""

    counted: int = 0
    limited: int = 0
    calls: Counter[str] = field(default_factory=Counter)


class Limits:
    def __init__(self, account: Account, time_scale: float) -> None:
        self._account = account
        self._penalty = PENALTY * time_scale
        self._days: dict[str, Day] = {}
        self._last_second: deque[float] = deque(maxlen=account.burst)
        self._blocked_until = 0.0
        self._at_once = 0
        self._most_at_once = 0

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """A call is under way while the context is open."""
        self._at_once += 1
        self._most_at_once = max(self._most_at_once, self._at_once)
        try:
            yield
        finally:
            self._at_once -= 1

    def count(self, call: str, now: float) -> None:
        """The call is counted. Raises ``Refused`` with 429 if it is over the budget."""
        day = self._days.setdefault(datetime.fromtimestamp(now, UTC).date().isoformat(), Day())
        day.calls[call] += 1
        if call not in COUNTED:
            return
        if now < self._blocked_until or day.counted >= self._account.daily_quota or self._bursts(now):
            day.limited += 1
            self._blocked_until = now + self._penalty
            raise too_many()
        day.counted += 1
        self._last_second.append(now)

    def _bursts(self, now: float) -> bool:
        full = len(self._last_second) == self._account.burst
        return full and now - self._last_second[0] < 1

    def report(self) -> dict[str, Any]:
        days = {
            day: {"counted": each.counted, "limited": each.limited, "calls": dict(each.calls)}
            for day, each in self._days.items()
        }
        return {"account": self._account.tenant, "days": days, "most_at_once": self._most_at_once}
