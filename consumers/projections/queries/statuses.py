"""Where verifications stand: one, a filtered list, those that wait for somebody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, RowMapping, func, not_, select, tuple_

from consumers.projections.queries.paging import Order, Page, equal, page_of, question_of, unindexed
from consumers.projections.rows import reasons_of
from consumers.projections.store import Store
from consumers.projections.tables import STATUS, SUBJECTS
from schemas.event import DecidedBy, EventKind, Outcome, Reason, SubjectKind, WaitsFor

_BATCH = 500

_BY_ARRIVAL = Order((STATUS.c.received_at, STATUS.c.provider, STATUS.c.verification_id, STATUS.c.kind), True)
_BY_WAITING = Order((STATUS.c.waits_since, STATUS.c.provider, STATUS.c.verification_id, STATUS.c.kind), False)


@dataclass(frozen=True, slots=True)
class StatusRow:
    """The current decision about one verification and kind; ``event_id`` is the event that holds it.

    ``first_received_at`` is the arrival of its first event, ``events`` how many there are. ``waits_for`` says whom it
    waits for since ``waits_since``, ``None`` where it waits for nobody.
    """

    provider: str
    verification_id: str
    kind: EventKind
    source: str
    subject_ref: str | None
    subject_kind: SubjectKind
    outcome: Outcome
    final: bool
    decided_by: DecidedBy
    vendor_event: str
    vendor_status: str | None
    event_id: str
    occurred_at: datetime | None
    received_at: datetime
    test: bool
    reasons: tuple[Reason, ...]
    first_received_at: datetime
    events: int
    waits_for: WaitsFor | None
    waits_since: datetime | None


@dataclass(frozen=True, slots=True)
class VerificationFilter:
    """What is ``None`` does not matter. ``subject_ref`` is any reference that one of its events named; ``since`` and
    ``until`` bound ``received_at``, the first included and the last not.
    """

    provider: str | None = None
    source: str | None = None
    kind: str | None = None
    outcome: str | None = None
    subject_ref: str | None = None
    final: bool | None = None
    test: bool | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """What is ``None`` does not matter."""

    provider: str | None = None
    source: str | None = None
    waits_for: str | None = None
    test: bool | None = None


@dataclass(frozen=True, slots=True)
class WorkSummary:
    """How many statuses at a vendor wait for somebody, and since when the oldest does."""

    waits_for: WaitsFor
    provider: str
    verifications: int
    oldest_since: datetime
    test: bool


async def status(store: Store, provider: str, verification_id: str) -> list[StatusRow]:
    """The statuses of a verification: the verification's own first, then those of other kinds by name."""
    wanted = equal(STATUS.c.provider, provider), equal(STATUS.c.verification_id, verification_id)
    async with store.reading() as connection:
        rows = (await connection.execute(select(STATUS).where(*wanted))).mappings().all()
    return sorted((status_of(row) for row in rows), key=lambda row: (row.kind is not EventKind.VERIFICATION, row.kind))


async def verifications(
    store: Store, wanted: VerificationFilter, *, cursor: str | None = None, limit: int = 50
) -> Page[StatusRow]:
    """The statuses that the filter wants, every kind one of its own, the newest arrival first.

    Raises ``InvalidCursor``, ``ProjectionUnavailable``.
    """
    rows = select(STATUS).where(*_conditions(wanted, ("provider", "source", "kind", "outcome", "final", "test")))
    if wanted.since is not None:
        rows = rows.where(STATUS.c.received_at >= wanted.since)
    if wanted.until is not None:
        rows = rows.where(STATUS.c.received_at < wanted.until)
    if wanted.subject_ref is not None:
        named = (SUBJECTS.c.provider == STATUS.c.provider) & (SUBJECTS.c.verification_id == STATUS.c.verification_id)
        rows = rows.join(SUBJECTS, named).where(equal(SUBJECTS.c.subject_ref, wanted.subject_ref))
    question = question_of("verifications", wanted)
    return await page_of(store, rows, _BY_ARRIVAL, status_of, question=question, cursor=cursor, limit=limit)


async def open_verifications(store: Store, provider: str, source: str, since: datetime) -> AsyncIterator[StatusRow]:
    """The verifications of a source, persons' and companies', that have not ended and had an event since then."""
    last = "", ""
    while True:
        wanted = (
            STATUS.c.provider == provider,
            STATUS.c.source == source,
            STATUS.c.kind.in_([EventKind.VERIFICATION.value, EventKind.COMPANY.value]),
            not_(STATUS.c.final),
            STATUS.c.received_at >= since,
            tuple_(STATUS.c.verification_id, STATUS.c.kind) > last,
        )
        page = select(STATUS).where(*wanted).order_by(STATUS.c.verification_id, STATUS.c.kind).limit(_BATCH)
        async with store.reading() as connection:
            rows = (await connection.execute(page)).mappings().all()
        for row in rows:
            yield status_of(row)
        if len(rows) < _BATCH:
            return
        last = rows[-1]["verification_id"], rows[-1]["kind"]


async def open_work(store: Store, wanted: WorkFilter, *, cursor: str | None = None, limit: int = 50) -> Page[StatusRow]:
    """What waits for somebody, the longest wait first. Raises ``InvalidCursor``, ``ProjectionUnavailable``."""
    rows = select(STATUS).where(
        STATUS.c.waits_for.is_not(None), *_conditions(wanted, ("provider", "source", "waits_for", "test"))
    )
    question = question_of("open-work", wanted)
    return await page_of(store, rows, _BY_WAITING, status_of, question=question, cursor=cursor, limit=limit)


async def open_work_summary(store: Store) -> list[WorkSummary]:
    """Who must do how much, by vendor, tests apart; nobody who has nothing to do."""
    by = STATUS.c.waits_for, STATUS.c.provider, STATUS.c.test
    counted = func.count().label("verifications"), func.min(STATUS.c.waits_since).label("oldest_since")
    wanted = select(*by, *counted).where(STATUS.c.waits_for.is_not(None)).group_by(*by).order_by(*by)
    async with store.reading() as connection:
        rows = (await connection.execute(wanted)).mappings().all()
    return [WorkSummary(**dict(row) | {"waits_for": WaitsFor(row["waits_for"])}) for row in rows]


def status_of(row: RowMapping) -> StatusRow:
    waits_for = row["waits_for"]
    return StatusRow(
        **dict(row)
        | {
            "kind": EventKind(row["kind"]),
            "subject_kind": SubjectKind(row["subject_kind"]),
            "outcome": Outcome(row["outcome"]),
            "decided_by": DecidedBy(row["decided_by"]),
            "reasons": reasons_of(row),
            "waits_for": None if waits_for is None else WaitsFor(waits_for),
        }
    )


def _conditions(wanted: object, names: tuple[str, ...]) -> list[ColumnElement[bool]]:
    named = ((name, getattr(wanted, name)) for name in names)
    return [equal(unindexed(STATUS.c[name]), value) for name, value in named if value is not None]
