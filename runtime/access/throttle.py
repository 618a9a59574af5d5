"""Who tries one wrong token after another waits."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from math import ceil
from time import monotonic

from runtime.access.errors import TooManyTries

_MOST_WRONG = 10
_WITHIN = 60.0
"""So many wrong tries within so many seconds."""
_MOST_ADDRESSES = 10_000
"""That are remembered at once; the one that was wrong longest ago is forgotten first."""


class Throttle:
    """Wrong tries of each address that people sign in from. IPv6 addresses count by their network of 64 bits."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, list[float]] = OrderedDict()

    def check(self, address: str | None) -> None:
        """Raises ``TooManyTries`` while the address has to wait."""
        recent = self._recent(_place(address))
        if len(recent) >= _MOST_WRONG:
            seconds = max(1, ceil(recent[0] + _WITHIN - self._clock()))
            raise TooManyTries(f"too many wrong tries from there; wait {seconds} s", seconds)

    def was_wrong(self, address: str | None) -> None:
        place = _place(address)
        self._wrong[place] = [*self._recent(place), self._clock()][-_MOST_WRONG:]
        self._wrong.move_to_end(place)
        while len(self._wrong) > _MOST_ADDRESSES:
            self._wrong.popitem(last=False)

    def _recent(self, place: str) -> list[float]:
        return [each for each in self._wrong.get(place, ()) if each > self._clock() - _WITHIN]


def _place(address: str | None) -> str:
    try:
        found = ip_address((address or "").partition("%")[0])
    except ValueError:
        return "?"
    return str(int(found) >> 64) if isinstance(found, IPv6Address) else str(found)
