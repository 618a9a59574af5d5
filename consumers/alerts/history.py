"""What the alerting stage remembers of a verification, what an event adds to it, and its form on the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from consumers.alerts.rules import Seen, alerts_for, seen_of
from consumers.projections.fold import OrderKey
from schemas.alert import Alert
from schemas.event import Outcome, VerificationEvent

MOST_SEEN = 64
"""Events remembered of one verification; those that were seen first go first."""


@dataclass(frozen=True, slots=True)
class History:
    """``seen`` is in the order of arrival; ``touched_at`` is the log's time of its latest (microseconds since 1970)."""

    touched_at: int = 0
    seen: tuple[Seen, ...] = ()

    def knows(self, event: VerificationEvent) -> bool:
        return any(seen.order.event_id == event.event_id for seen in self.seen)


def observe(history: History, event: VerificationEvent, at: int) -> tuple[History, list[Alert]]:
    """The history after the event, and the alerts that it raises. A known or irrelevant event changes nothing."""
    seen = seen_of(event)
    if seen is None or history.knows(event):
        return history, []
    return History(at, (*history.seen, seen)[-MOST_SEEN:]), alerts_for(event, history.seen)


def dump(history: History) -> bytes:
    rows = [[*seen.order, seen.decision, seen.reopens, seen.test] for seen in history.seen]
    return orjson.dumps([history.touched_at, rows])


def load(value: bytes | None) -> History:
    """The history that ``dump`` was given; the empty one for ``None``."""
    if value is None:
        return History()
    touched_at, rows = orjson.loads(value)
    return History(touched_at, tuple(_seen(row) for row in rows))


def _seen(row: list[Any]) -> Seen:
    *order, decision, reopens, test = row
    return Seen(OrderKey(*order), Outcome(decision) if decision else None, reopens, test)
