"""When an open verification is to be asked about: at fixed times after its first and its last event.

An occasion is a time, the same whoever computes it and whenever; so nothing needs to be remembered here, and one that
was missed while nobody ran is made up for, once.
"""

from __future__ import annotations

from datetime import timedelta

from ingest.api import Open
from ingest.calling.account import Account


def latest(verification: Open, account: Account, now: float) -> int | None:
    """The latest occasion that has come since its last event, in Unix seconds; ``None`` when there was none."""
    times = [verification.last_at + after.total_seconds() for after in account.since_last]
    times += [verification.first_at + after.total_seconds() for after in account.since_first]
    come = [time for time in times if verification.last_at < time <= now]
    return int(max(come)) if come else None


_REST = timedelta(days=1)
"""For so long nobody may have run, and every last occasion is made up for."""


def reach(account: Account) -> timedelta:
    """A verification without an event for longer has had its last occasion, and it was not missed."""
    return 2 * max((*account.since_last, *account.since_first), default=timedelta(0)) + _REST
