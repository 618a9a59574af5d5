"""The time that a sandbox goes by, which its control API moves on."""

from __future__ import annotations

from collections.abc import Callable


class Clock:
    """Unix seconds of a base, moved on by ``advance``."""

    def __init__(self, base: Callable[[], float]) -> None:
        self._base = base
        self._ahead = 0.0

    def now(self) -> float:
        return self._base() + self._ahead

    def seconds(self) -> int:
        """Whole seconds, for a vendor that writes no smaller ones."""
        return int(self.now())

    def advance(self, seconds: float) -> None:
        self._ahead += seconds
