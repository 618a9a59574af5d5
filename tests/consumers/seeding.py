"""Rows put into the read model as they are, for questions about rows that no few events would make."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, insert

from consumers.projections.rows import timeline_row
from consumers.projections.store import Store
from consumers.projections.tables import ALERTS, DEAD_LETTERS, STATUS, SUBJECTS, TIMELINE
from schemas.event import EventKind, Outcome
from tests.consumers.making import told
from tests.examples import NOON

Values = dict[str, Any]


async def put(store: Store, table: Table, *rows: Values) -> None:
    async with store.writing() as connection:
        await connection.execute(insert(table), list(rows))


async def verification(store: Store, number: int, **changes: Any) -> Values:  # noqa: ANN401 - any column
    """A verification whose only event arrived in that minute, with its timeline and its subject; its status row."""
    row = status_row(number, **changes)
    event = told(
        number,
        Outcome(row["outcome"]),
        **{name: row[name] for name in ("provider", "source", "verification_id", "subject_ref", "test")},
        kind=EventKind(row["kind"]),
        vendor_event=row["vendor_event"],
    )
    await put(store, STATUS, row | {"event_id": event.event_id})
    await put(store, TIMELINE, timeline_row(event))
    if row["subject_ref"] is not None:
        named = {name: row[name] for name in ("subject_ref", "provider", "verification_id", "source", "test")}
        times = {"first_named_at": row["received_at"], "last_named_at": row["received_at"]}
        await put(store, SUBJECTS, named | times | {"subject_kind": row["subject_kind"]})
    return row | {"event_id": event.event_id}


def status_row(number: int, **changes: Any) -> Values:  # noqa: ANN401 - any column
    at = minute(number)
    return {
        "provider": "idenfy",
        "verification_id": f"scan-{number}",
        "kind": "VERIFICATION",
        "source": "idenfy-eu",
        "subject_ref": f"customer-{number}",
        "subject_kind": "PERSON",
        "outcome": "VERIFIED",
        "final": True,
        "decided_by": "AUTOMATIC",
        "vendor_event": "IDENTIFICATION_AUTO_FINISHED",
        "vendor_status": "APPROVED",
        "event_id": f"event-{number}",
        "occurred_at": at,
        "received_at": at,
        "test": False,
        "reasons": [],
        "first_received_at": at,
        "events": 1,
        "waits_for": None,
        "waits_since": None,
    } | changes


def alert_row(number: int, **changes: Any) -> Values:  # noqa: ANN401 - any column
    return {
        "alert_id": f"alert-{number}",
        "rule": "rejected-for-fraud",
        "severity": "WARNING",
        "scope": "VERIFICATION",
        "provider": "idenfy",
        "source": "idenfy-eu",
        "verification_id": f"scan-{number}",
        "event_ids": [f"event-{number}"],
        "message": "rejected for fraud",
        "outcome": "REJECTED",
        "count": 1,
        "test": False,
        "raised_at": minute(number),
    } | changes


def letter_row(number: int, **changes: Any) -> Values:  # noqa: ANN401 - any column
    return {
        "letter_key": f"scan-{number}/callback-{number}@callbacks.idenfy/0/{number}",
        "partition": 0,
        "offset": number,
        "at": minute(number),
        "stage": "normalize",
        "reason": "NOT_JSON",
        "detail": "the body is not JSON",
        "provider": "idenfy",
        "source": "idenfy-eu",
        "callback_id": f"callback-{number}",
        "of_topic": "callbacks.idenfy",
        "of_partition": 0,
        "of_offset": number,
        "bytes": 17,
    } | changes


async def put_alert(store: Store, number: int, **changes: Any) -> Values:  # noqa: ANN401 - any column
    row = alert_row(number, **changes)
    await put(store, ALERTS, row)
    return row


async def put_letter(store: Store, number: int, **changes: Any) -> Values:  # noqa: ANN401 - any column
    row = letter_row(number, **changes)
    await put(store, DEAD_LETTERS, row)
    return row


def minute(number: int) -> datetime:
    return NOON + timedelta(minutes=number)
