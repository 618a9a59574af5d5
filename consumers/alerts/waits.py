"""The rules about what takes long, pure: a status of the read model and the time in, a finding out.

* ``needs-review-too-old``: it has waited for a reviewer for ``hours`` or more.
* ``verification-expires-soon``: it waits for the customer, and the time in which they can still go on ends within
  ``hours``. When that is is not told by any vendor's callback, so it is counted from the verification's first event:
  ``lifetimes``, by source or by provider. What of those is not there is not looked at.

Each is found once for each wait, however often one looks.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from consumers.alerts.finding import Finding
from consumers.alerts.rule import Rule
from consumers.projections.queries import StatusRow
from schemas.event import WaitsFor


def review_too_old(rule: Rule, row: StatusRow, now: datetime) -> Finding | None:
    since = row.waits_since
    if row.waits_for is not WaitsFor.REVIEWER or since is None or now - since < timedelta(hours=rule.hours):
        return None
    message = f"{row.provider} {row.verification_id} has waited for a review since {since:%Y-%m-%d %H:%M} UTC."
    return _finding(row, message, since, now)


def expires_soon(rule: Rule, row: StatusRow, now: datetime) -> Finding | None:
    ends = ends_at(rule, row)
    if row.waits_for is not WaitsFor.CUSTOMER or ends is None or not now < ends <= now + timedelta(hours=rule.hours):
        return None
    message = (
        f"{row.provider} {row.verification_id} waits for the customer, who can go on until about "
        f"{ends:%Y-%m-%d %H:%M} UTC."
    )
    return _finding(row, message, ends, now)


def ends_at(rule: Rule, row: StatusRow) -> datetime | None:
    """Until when the customer can go on, counted from the first event; ``None`` where nobody says how long."""
    hours = rule.lifetimes.get(row.source, rule.lifetimes.get(row.provider))
    return None if hours is None else row.first_received_at + timedelta(hours=hours)


def _finding(row: StatusRow, message: str, of: datetime, now: datetime) -> Finding:
    return Finding(
        fact=(row.kind, of.isoformat()),
        message=message,
        at=now,
        provider=row.provider,
        source=row.source,
        verification_id=row.verification_id,
        event_ids=(row.event_id,),
        outcome=row.outcome,
        test=row.test,
    )
