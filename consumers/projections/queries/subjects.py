"""All that is known of one customer reference, across vendors."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from consumers.projections.queries.paging import MAX_LIMIT, equal
from consumers.projections.queries.statuses import StatusRow, VerificationFilter, verifications
from consumers.projections.store import Store
from consumers.projections.tables import SUBJECTS
from schemas.event import SubjectKind


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """Its ``total`` verifications; ``verifications`` are their statuses of all kinds, the newest first and at most
    500: ``verifications()`` with this reference has them all, by pages.
    """

    subject_ref: str
    subject_kinds: tuple[SubjectKind, ...]
    total: int
    verifications: tuple[StatusRow, ...]


async def subject(store: Store, subject_ref: str) -> SubjectRow | None:
    """``None`` where no event named this reference. Raises ``ProjectionUnavailable``."""
    named = (
        select(SUBJECTS.c.subject_kind, func.count().label("verifications"))
        .where(equal(SUBJECTS.c.subject_ref, subject_ref))
        .group_by(SUBJECTS.c.subject_kind)
        .order_by(SUBJECTS.c.subject_kind)
    )
    async with store.reading() as connection:
        kinds = (await connection.execute(named)).all()
    if not kinds:
        return None
    newest = await verifications(store, VerificationFilter(subject_ref=subject_ref), limit=MAX_LIMIT)
    return SubjectRow(
        subject_ref,
        tuple(SubjectKind(row.subject_kind) for row in kinds),
        sum(row.verifications for row in kinds),
        newest.items,
    )
