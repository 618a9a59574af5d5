"""Times as people say them, and exactly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_UNITS = ((86_400 * 365, "year"), (86_400, "day"), (3600, "hour"), (60, "minute"))
_JUST = 45


def ago(moment: datetime, now: datetime) -> str:
    """``3 minutes ago``, ``in 2 hours``, ``just now``."""
    seconds = (now - moment).total_seconds()
    if abs(seconds) < _JUST:
        return "just now"
    words = lasted(timedelta(seconds=abs(seconds)))
    return f"{words} ago" if seconds > 0 else f"in {words}"


def lasted(span: timedelta) -> str:
    """``2 days``, in the largest unit of which there is one, rounded down."""
    seconds = max(span.total_seconds(), 0)
    for length, word in _UNITS:
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {word}{'' if count == 1 else 's'}"
    count = round(seconds)
    return f"{count} second{'' if count == 1 else 's'}"


def exact(moment: datetime) -> str:
    """To the second, with its zone: ``29 Nov 2026, 16:38:45 UTC``."""
    return f"{moment.astimezone(UTC):%-d %b %Y, %H:%M:%S} UTC"


def iso(moment: datetime) -> str:
    """For the ``datetime`` attribute."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def milliseconds(number: float) -> str:
    """A duration as it is read at a glance: ``850 ms``, ``12 s``, ``3 minutes``."""
    if number < 1000:  # noqa: PLR2004 - a second
        return f"{round(number)} ms"
    if number < 120_000:  # noqa: PLR2004 - two minutes
        return f"{number / 1000:.3g} s"
    return lasted(timedelta(milliseconds=number))
