"""Whom something that is not settled waits for, and since when: pure, and the same in every order of arrival.

What an event says of it by itself is one word of ours (its ``waits_for``). A verification waits for whom its current
decision asks; it has waited for them since the first of the latest decisions, without a break, that asked for the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from consumers.projections.fold import OrderKey, Status, join
from schemas.event import WaitsFor

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Asking(NamedTuple):
    """What an event contributes: where it stands, the state after it alone, whom it asks, and when it came to us."""

    order: OrderKey
    state: Status
    asks: WaitsFor | None
    received_at: datetime

    @property
    def told_at(self) -> datetime:
        """The vendor's time, else ours; never later than it came, as clocks differ."""
        return min(_EPOCH + timedelta(microseconds=self.order.micros), self.received_at)


class Wait(NamedTuple):
    """For whom, and since when; ``(None, None)`` when nothing is waited for."""

    waits_for: WaitsFor | None
    since: datetime | None


NOTHING = Wait(None, None)


class Standing(NamedTuple):
    """Where a verification and kind stands: the event that holds its current decision, and whom it waits for."""

    current: OrderKey | None
    wait: Wait


def standing_of(events: Iterable[Asking]) -> Standing:
    """Of events in any order and any number of times: as if each was told in the vendor's order."""
    by_order = {each.order: each for each in events}
    if len(by_order) == 1:
        ((current, each),) = by_order.items()
        return Standing(current, NOTHING if each.asks is None else Wait(each.asks, each.told_at))
    return _standing(by_order)


def _standing(by_order: Mapping[OrderKey, Asking]) -> Standing:
    state, current, wait = Status(), None, NOTHING
    for order in sorted(by_order):
        each = by_order[order]
        state = join(state, each.state)
        current = state.current
        wanted = by_order[current].asks if current is not None else None
        if wanted is None:
            wait = NOTHING
        elif wanted is not wait.waits_for:
            wait = Wait(wanted, each.told_at)
    return Standing(current, wait)
