"""The sandbox's own count of calls. Credas publishes no limits (facts 7), so none is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Usage:
    def __init__(self) -> None:
        self.forbidden = 0
        self._calls: Counter[str] = Counter()
        self._at_once = 0
        self._most_at_once = 0

    @contextmanager
    def under_way(self, call: str) -> Iterator[None]:
        """A call of that name is counted, and under way while the context is open."""
        self._calls[call] += 1
        self._at_once += 1
        self._most_at_once = max(self._most_at_once, self._at_once)
        try:
            yield
        finally:
            self._at_once -= 1

    def report(self) -> dict[str, Any]:
        """All calls and those by name, how many had no good key, and the highest number under way together."""
        return {
            "calls": self._calls.total(),
            "by_name": dict(self._calls),
            "forbidden": self.forbidden,
            "most_at_once": self._most_at_once,
        }
