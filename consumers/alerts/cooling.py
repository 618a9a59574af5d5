"""Cool-down: after an alert, further findings of its rule about the same thing are counted into the next one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


@dataclass(frozen=True, slots=True)
class Cooling:
    """When the last alert was raised (microseconds since 1970), and what was found since and has not been told."""

    raised_at: int
    held: int = 0


def found(before: Cooling | None, at: datetime, cooldown: timedelta, count: int = 1) -> tuple[Cooling, int]:
    """The state after ``count`` findings, and for how many findings an alert is to be raised now: 0 for none.

    A finding from before the last alert is within its cool-down, too.
    """
    now = micros(at)
    if before is not None and now - before.raised_at < cooldown // _MICROSECOND:
        return Cooling(before.raised_at, before.held + count), 0
    return Cooling(now), count + (before.held if before else 0)
