"""How many, how fast, how recently: the day's counts, and each configured account's activity and state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from consumers.projections.queries.paging import equal
from consumers.projections.store import Store
from consumers.projections.tables import ACTIVITY, COUNTS, SOURCES
from schemas.event import EventKind, Outcome, ReasonClass


@dataclass(frozen=True, slots=True)
class CountRow:
    """Statuses that an event of that day (UTC) holds. Without a reason it counts each once; with one (``reason_class``
    and ``reason_code``), each that has this reason.
    """

    day: date
    provider: str
    source: str
    kind: EventKind
    outcome: Outcome
    final: bool
    reason_class: ReasonClass | None
    reason_code: str
    test: bool
    verifications: int


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A configured account: when something last came, and what of its calls was spent at ``budget_at``."""

    source: str
    provider: str
    last_callback_at: datetime | None
    last_event_at: datetime | None
    budget_at: datetime | None
    hour_spent: int | None
    hour_most: int | None
    day_spent: int | None
    day_most: int | None


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """An account's hour: what its door answered, its events; of ``timed`` of them the vendor's own time is known, and
    together they took ``delay_ms`` from there to us.
    """

    source: str
    hour: datetime
    provider: str
    stored: int
    refused: int
    limited: int
    failed: int
    events: int
    timed: int
    delay_ms: int


async def daily_counts(
    store: Store,
    since: date,
    until: date,
    *,
    provider: str | None = None,
    source: str | None = None,
    reasons: bool = False,
    test: bool | None = None,
) -> list[CountRow]:
    """From ``since`` to ``until``, both included, by day and name: with ``reasons`` by reason, else each status once.

    Raises ``ProjectionUnavailable``.
    """
    given = {"provider": provider, "source": source, "test": test}
    wanted = [equal(COUNTS.c[name], value) for name, value in given.items() if value is not None]
    wanted += [COUNTS.c.day >= since, COUNTS.c.day <= until]
    wanted += [COUNTS.c.reason_class != "" if reasons else COUNTS.c.reason_class == ""]
    # One that fell to nothing is of no interest, whether its row is still there or not.
    rows = select(COUNTS).where(*wanted, COUNTS.c.verifications > 0).order_by(*COUNTS.primary_key.columns)
    async with store.reading() as connection:
        found = (await connection.execute(rows)).mappings().all()
    return [
        CountRow(
            **dict(row)
            | {
                "kind": EventKind(row["kind"]),
                "outcome": Outcome(row["outcome"]),
                "reason_class": ReasonClass(row["reason_class"]) if row["reason_class"] else None,
            }
        )
        for row in found
    ]


async def sources(store: Store) -> list[SourceRow]:
    """The accounts of which anything was ever seen, by vendor and name. Raises ``ProjectionUnavailable``."""
    wanted = select(SOURCES).order_by(SOURCES.c.provider, SOURCES.c.source)
    async with store.reading() as connection:
        return [SourceRow(**row) for row in (await connection.execute(wanted)).mappings()]


async def activity(store: Store, since: datetime, *, source: str | None = None) -> list[ActivityRow]:
    """The hours that began at ``since`` or later, by account and time. Raises ``ProjectionUnavailable``."""
    wanted = select(ACTIVITY).where(ACTIVITY.c.hour >= since).order_by(ACTIVITY.c.source, ACTIVITY.c.hour)
    if source is not None:
        wanted = wanted.where(equal(ACTIVITY.c.source, source))
    async with store.reading() as connection:
        return [ActivityRow(**row) for row in (await connection.execute(wanted)).mappings()]
