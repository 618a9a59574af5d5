"""How verifications came where they stand, and what operators did."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, literal_column, select

from consumers.projections.fold import order_of
from consumers.projections.queries.paging import Order, Page, equal, page_of, question_of, unindexed
from consumers.projections.rows import event_of
from consumers.projections.store import Store
from consumers.projections.tables import TIMELINE
from schemas.event import EventKind, VerificationEvent

TimelineRow = VerificationEvent
"""A row of the timeline is the event itself, whole."""

_BY_ARRIVAL = Order((TIMELINE.c.received_at, TIMELINE.c.event_id), newest_first=True)

_IS_ACTION = TIMELINE.c.kind == literal_column(f"'{EventKind.ACTION}'")
"""Written out, not bound: only so does a database see that the partial index has all of them."""


@dataclass(frozen=True, slots=True)
class ActionFilter:
    """What is ``None`` does not matter. ``action`` is its name, as ``override-liveness``."""

    provider: str | None = None
    verification_id: str | None = None
    action: str | None = None


async def timeline(store: Store, provider: str, verification_id: str) -> list[TimelineRow]:
    """All that was told of a verification, every kind, in the order in which it happened at the vendor."""
    wanted = equal(TIMELINE.c.provider, provider), equal(TIMELINE.c.verification_id, verification_id)
    async with store.reading() as connection:
        rows = (await connection.execute(select(TIMELINE).where(*wanted))).mappings().all()
    return sorted((event_of(row) for row in rows), key=order_of)


async def actions(
    store: Store, wanted: ActionFilter, *, cursor: str | None = None, limit: int = 50
) -> Page[TimelineRow]:
    """The steps of what operators did, the newest first. Raises ``InvalidCursor``, ``ProjectionUnavailable``."""
    provider = TIMELINE.c.provider if wanted.verification_id is not None else unindexed(TIMELINE.c.provider)
    columns: dict[ColumnElement[str], str | None] = {
        provider: wanted.provider,
        TIMELINE.c.verification_id: wanted.verification_id,
        TIMELINE.c.vendor_event: wanted.action,
    }
    conditions = [equal(column, value) for column, value in columns.items() if value is not None]
    rows = select(TIMELINE).where(_IS_ACTION, *conditions)
    question = question_of("actions", wanted)
    return await page_of(store, rows, _BY_ARRIVAL, event_of, question=question, cursor=cursor, limit=limit)
