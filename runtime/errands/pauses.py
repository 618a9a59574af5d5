"""How long to leave another side alone: back-off with jitter for one thing, and a circuit breaker for all of them."""

from __future__ import annotations

import random
from dataclasses import dataclass

BREAKS_AT = 5
"""So many failures in a row, of whatever was tried, and the other side is left alone; then one call at a time probes
it.
"""

LONGEST_WISH = 3600.0
"""Seconds that a Retry-After may ask for before it is tried again all the same."""


@dataclass(frozen=True, slots=True)
class Patience:
    """The first pause after a failure and the longest, in seconds; each is twice the one before, and jittered."""

    first: float = 1.0
    longest: float = 300.0

    def pause(self, failures: int) -> float:
        """After so many failures in a row, at least one."""
        full = min(self.longest, self.first * 2.0 ** min(failures - 1, 30))
        return full * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret


@dataclass(slots=True)
class Breaker:
    """``until``: before that time nothing is asked of the other side."""

    patience: Patience
    failures: int = 0
    until: float = 0.0

    @property
    def probing(self) -> bool:
        """Whether one call at a time is enough, as the next one is likely to fail."""
        return self.failures >= BREAKS_AT

    def worked(self) -> None:
        self.failures = 0

    def failed(self, now: float, after: float | None) -> None:
        """``after``: what the other side itself asked for, if it did. Calls that fail together are one failure more."""
        if now >= self.until:
            self.failures += 1
            if self.probing:
                self.leave_alone(now, self.patience.pause(self.failures - BREAKS_AT + 1))
        if after is not None:
            self.leave_alone(now, after)

    def leave_alone(self, now: float, seconds: float) -> None:
        self.until = max(self.until, now + min(seconds, LONGEST_WISH))

    def wait(self, now: float) -> float:
        return max(0.0, self.until - now)
