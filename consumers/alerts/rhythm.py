"""How often an account usually calls back, learned by the hour, and how much of that has been missing: pure.

A day has 24 hours (UTC), and there are two kinds of day: Monday to Friday, and the weekend. For each of these 48 hours
the usual number of callbacks is remembered, newer days counting more. While an account says nothing, what it usually
says at this hour is added up; an account that is quiet at night is missed by nobody at night. How many callbacks are
missing is also for how many of its usual intervals it has been silent.

Only time that somebody watched counts: where two observations lie further apart than ``LONGEST_GAP``, nothing ran here
that could have heard anything, and nothing is learned or missed, nor is that time any silence. A first callback of an
hour of which nothing is known yet is missed by nobody. While a silence is told of nothing is learned, so that an outage
becomes no habit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

LONGEST_GAP = timedelta(minutes=10)
FADING = 0.8
"""What the days before count, at each further one: after two weeks of its kind, little."""

_HOUR = timedelta(hours=1)
_SECOND = timedelta(seconds=1)
_BUCKETS = 48


@dataclass(frozen=True, slots=True)
class Bucket:
    """``hours`` is how much of such hours was watched, and ``heard`` how many callbacks came in them, both faded."""

    heard: float = 0.0
    hours: float = 0.0


@dataclass(frozen=True, slots=True)
class Rhythm:
    """``until`` is up to when it was watched. ``hour`` is what came in the hour that lasts, ``watched`` how much of it
    was watched. ``missing`` callbacks should have come since ``heard_at``, when the latest came, if any did; ``silent``
    is how long it was watched since.
    """

    until: datetime
    buckets: tuple[Bucket, ...] = (Bucket(),) * _BUCKETS
    hour: int = 0
    watched: float = 0.0
    missing: float = 0.0
    silent: timedelta = timedelta(0)
    heard_at: datetime | None = None
    told: bool = False


def passed(rhythm: Rhythm, now: datetime) -> Rhythm:
    """After time in which nothing came; time that lies back changes nothing."""
    if now <= rhythm.until:
        return rhythm
    if now - rhythm.until > LONGEST_GAP:
        return replace(rhythm, until=now, hour=0, watched=0.0)
    ends = _begin(rhythm.until) + _HOUR
    if now < ends:
        return _watched(rhythm, now)
    return passed(_learned(_watched(rhythm, ends), ends), now)


def heard(rhythm: Rhythm, now: datetime, callbacks: int) -> Rhythm:
    """After time in which so many callbacks came, at least one. A silence that was told of is over."""
    after = passed(rhythm, now)
    heard_at = max(now, after.until)
    return replace(after, hour=after.hour + callbacks, missing=0.0, silent=timedelta(0), heard_at=heard_at, told=False)


def _watched(rhythm: Rhythm, now: datetime) -> Rhythm:
    time = now - rhythm.until
    missing = rhythm.missing + usual(rhythm, rhythm.until) * (time / _HOUR)
    return replace(
        rhythm, until=now, watched=rhythm.watched + time / _HOUR, missing=missing, silent=rhythm.silent + time
    )


def _learned(rhythm: Rhythm, ends: datetime) -> Rhythm:
    """The hour that ended goes into its bucket."""
    fresh = replace(rhythm, hour=0, watched=0.0)
    if rhythm.told or not rhythm.watched:
        return fresh
    at = _bucket(ends - _HOUR)
    old = rhythm.buckets[at]
    bucket = Bucket(old.heard * FADING + rhythm.hour, old.hours * FADING + rhythm.watched)
    return replace(fresh, buckets=(*rhythm.buckets[:at], bucket, *rhythm.buckets[at + 1 :]))


def usual(rhythm: Rhythm, at: datetime) -> float:
    """Callbacks an hour that usually come at that hour; 0 where nothing is known of it."""
    bucket = rhythm.buckets[_bucket(at)]
    return bucket.heard / bucket.hours if bucket.hours else 0.0


def _begin(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _bucket(at: datetime) -> int:
    return at.hour + (24 if at.isoweekday() > 5 else 0)  # noqa: PLR2004 - Saturday and Sunday


def dump(rhythm: Rhythm) -> dict[str, Any]:
    """JSON to be."""
    return {
        "until": rhythm.until.isoformat(),
        "buckets": [[each.heard, each.hours] for each in rhythm.buckets],
        "hour": rhythm.hour,
        "watched": rhythm.watched,
        "missing": rhythm.missing,
        "silent": rhythm.silent / _SECOND,
        "heard_at": rhythm.heard_at.isoformat() if rhythm.heard_at else None,
        "told": rhythm.told,
    }


def load(fields: dict[str, Any]) -> Rhythm:
    """What ``dump`` was given, whichever version of the program gave it."""
    heard_at = fields["heard_at"]
    return Rhythm(
        until=datetime.fromisoformat(fields["until"]),
        buckets=tuple(Bucket(*row) for row in fields["buckets"]),
        hour=fields["hour"],
        watched=fields["watched"],
        missing=fields["missing"],
        silent=timedelta(seconds=fields.get("silent", 0.0)),
        heard_at=datetime.fromisoformat(heard_at) if heard_at else None,
        told=fields["told"],
    )
