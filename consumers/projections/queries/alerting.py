"""Alerts, who looks after them, and which are silenced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, select

from consumers.projections.queries.paging import Order, Page, equal, page_of, question_of, unindexed
from consumers.projections.store import Store
from consumers.projections.tables import ACKNOWLEDGEMENTS, ALERTS, SILENCES
from schemas.alert import AlertScope, Severity
from schemas.event import Outcome
from schemas.handling import Silence

_BY_TIME = Order((ALERTS.c.raised_at, ALERTS.c.alert_id), newest_first=True)


@dataclass(frozen=True, slots=True)
class AlertRow:
    """The alert (see ``schemas.alert``), and who has seen it, when, and what they said; ``None`` until somebody has."""

    alert_id: str
    rule: str
    severity: Severity
    scope: AlertScope
    provider: str
    source: str
    verification_id: str
    event_ids: tuple[str, ...]
    message: str
    outcome: Outcome
    count: int
    test: bool
    raised_at: datetime
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    acknowledgement_note: str | None


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """What is ``None`` does not matter."""

    rule: str | None = None
    severity: str | None = None
    provider: str | None = None
    source: str | None = None
    verification_id: str | None = None
    acknowledged: bool | None = None
    test: bool | None = None


async def alerts(store: Store, wanted: AlertFilter, *, cursor: str | None = None, limit: int = 50) -> Page[AlertRow]:
    """The newest first. Raises ``InvalidCursor``, ``ProjectionUnavailable``."""
    names = ("rule", "severity", "source", "verification_id", "test")
    values = [(ALERTS.c[name], getattr(wanted, name)) for name in names]
    provider = ALERTS.c.provider if wanted.verification_id is not None else unindexed(ALERTS.c.provider)
    conditions = (equal(column, value) for column, value in [*values, (provider, wanted.provider)] if value is not None)
    rows = _handled().where(*conditions)
    if wanted.acknowledged is not None:
        nobody = ACKNOWLEDGEMENTS.c.alert_id.is_(None)
        rows = rows.where(~nobody if wanted.acknowledged else nobody)
    question = question_of("alerts", wanted)
    return await page_of(store, rows, _BY_TIME, _alert, question=question, cursor=cursor, limit=limit)


async def alert(store: Store, alert_id: str) -> AlertRow | None:
    async with store.reading() as connection:
        found = await connection.execute(_handled().where(equal(ALERTS.c.alert_id, alert_id)))
        row = found.mappings().one_or_none()
    return None if row is None else _alert(row)


async def silences(store: Store, now: datetime) -> list[Silence]:
    """Those that are in force at ``now`` or will be, the first to end first."""
    wanted = select(SILENCES).where(SILENCES.c.until > now).order_by(SILENCES.c.until, SILENCES.c.silence_id)
    async with store.reading() as connection:
        rows = (await connection.execute(wanted)).mappings().all()
    return [Silence(id=row["silence_id"], **{k: v for k, v in row.items() if k != "silence_id"}) for row in rows]


def _handled() -> Select[Any]:
    by, at, note = (ACKNOWLEDGEMENTS.c[name] for name in ("by", "at", "note"))
    about = by.label("acknowledged_by"), at.label("acknowledged_at"), note.label("acknowledgement_note")
    both = ACKNOWLEDGEMENTS.c.alert_id == ALERTS.c.alert_id
    return select(ALERTS, *about).join(ACKNOWLEDGEMENTS, both, isouter=True)


def _alert(row: RowMapping) -> AlertRow:
    return AlertRow(
        **dict(row)
        | {
            "severity": Severity(row["severity"]),
            "scope": AlertScope(row["scope"]),
            "outcome": Outcome(row["outcome"]),
            "event_ids": tuple(row["event_ids"]),
        }
    )
