"""What people and programs ask the read model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping, not_, select, tuple_

from consumers.projections.fold import order_of
from consumers.projections.rows import event_of, reasons_of
from consumers.projections.store import Store
from consumers.projections.tables import STATUS, TIMELINE
from schemas.codec import event_to_record
from schemas.event import DecidedBy, EventKind, Outcome, Reason, SubjectKind, VerificationEvent

_PAGE = 500

TimelineRow = VerificationEvent
"""A row of the timeline is the event itself, whole."""


@dataclass(frozen=True, slots=True)
class StatusRow:
    """The current decision about one verification and kind; ``event_id`` is the event that holds it.

    ``first_received_at`` is the arrival of its first event, ``events`` how many there are.
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


async def status(store: Store, provider: str, verification_id: str) -> list[StatusRow]:
    """The statuses of a verification: the verification's own first, then those of other kinds by name."""
    wanted = STATUS.c.provider == provider, STATUS.c.verification_id == verification_id
    async with store.reading() as connection:
        rows = (await connection.execute(select(STATUS).where(*wanted))).mappings().all()
    statuses = [_status(row) for row in rows]
    return sorted(statuses, key=lambda row: (row.kind is not EventKind.VERIFICATION, row.kind))


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
        page = select(STATUS).where(*wanted).order_by(STATUS.c.verification_id, STATUS.c.kind).limit(_PAGE)
        async with store.reading() as connection:
            rows = (await connection.execute(page)).mappings().all()
        for row in rows:
            yield _status(row)
        if len(rows) < _PAGE:
            return
        last = rows[-1]["verification_id"], rows[-1]["kind"]


async def timeline(store: Store, provider: str, verification_id: str) -> list[TimelineRow]:
    """All that was told of a verification, every kind, in the order in which it happened at the vendor."""
    wanted = TIMELINE.c.provider == provider, TIMELINE.c.verification_id == verification_id
    async with store.reading() as connection:
        rows = (await connection.execute(select(TIMELINE).where(*wanted))).mappings().all()
    return sorted((event_of(row) for row in rows), key=order_of)


def as_json(row: StatusRow | TimelineRow) -> dict[str, Any]:
    """The row under the names of ``VerificationEvent``'s Avro fields; instants are ISO 8601 in UTC with a Z."""
    if isinstance(row, StatusRow):
        fields = asdict(row) | {"reasons": [{"class": one.reason_class, "code": one.code} for one in row.reasons]}
    else:
        fields = event_to_record(row)
    return {name: _instant(value) if isinstance(value, datetime) else value for name, value in fields.items()}


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _status(row: RowMapping) -> StatusRow:
    return StatusRow(
        **dict(row)
        | {
            "kind": EventKind(row["kind"]),
            "subject_kind": SubjectKind(row["subject_kind"]),
            "outcome": Outcome(row["outcome"]),
            "decided_by": DecidedBy(row["decided_by"]),
            "reasons": reasons_of(row),
        }
    )
