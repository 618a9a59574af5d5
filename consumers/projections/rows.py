"""Events as rows of the timeline, and the status row that a verification's timeline rows fold to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields as fields_of
from functools import reduce
from typing import Any

from sqlalchemy import RowMapping

from consumers.projections.fold import OrderKey, Status, join, of_decision, order_of
from schemas.codec import event_of_fields, event_to_record
from schemas.event import Outcome, Raw, Reason, ReasonClass, VerificationEvent

Values = dict[str, Any]

_FIELDS = frozenset(field.name for field in fields_of(VerificationEvent)) - {"raw"}
_RAW = tuple(field.name for field in fields_of(Raw))

_OF_CURRENT = (
    "provider",
    "verification_id",
    "kind",
    "source",
    "subject_kind",
    "outcome",
    "final",
    "decided_by",
    "vendor_event",
    "vendor_status",
    "event_id",
    "occurred_at",
    "received_at",
    "test",
    "reasons",
)
FOLDED = (*_OF_CURRENT, "subject_ref", "reopens", "order_micros", "raw_partition", "raw_offset")
"""The timeline's columns that ``status_row`` needs."""


def timeline_row(event: VerificationEvent) -> Values:
    """The event's fields, its custody pointer as columns of its own, and where it stands in time."""
    fields = event_to_record(event)
    raw = fields.pop("raw")
    return fields | {f"raw_{name}": value for name, value in raw.items()} | {"order_micros": order_of(event).micros}


def event_of(row: RowMapping) -> VerificationEvent:
    """The event that ``timeline_row`` was given."""
    fields = {name: value for name, value in row.items() if name in _FIELDS}
    return event_of_fields(fields | {"raw": {name: row[f"raw_{name}"] for name in _RAW}})


def reasons_of(row: RowMapping) -> tuple[Reason, ...]:
    return tuple(Reason(ReasonClass(reason["class"]), reason["code"]) for reason in row["reasons"])


def status_row(rows: Sequence[RowMapping]) -> Values:
    """The status after all timeline rows of one verification and kind, at least one.

    It is the current decision's, except ``subject_ref``: where that event names no subject, the latest that does.
    """
    by_order = {_order(row): row for row in rows}
    current = reduce(join, (_fold(order, row) for order, row in by_order.items())).current
    assert current is not None, "at least one row"  # noqa: S101 - the caller's promise, for the type checker
    decision = by_order[current]
    latest_first = (row for _, row in sorted(by_order.items(), reverse=True))
    named = next((row["subject_ref"] for row in (decision, *latest_first) if row["subject_ref"]), None)
    return {column: decision[column] for column in _OF_CURRENT} | {
        "subject_ref": named,
        "first_received_at": min(row["received_at"] for row in rows),
        "events": len(rows),
    }


def _order(row: RowMapping) -> OrderKey:
    return OrderKey(row["order_micros"], row["raw_partition"], row["raw_offset"], row["event_id"])


def _fold(order: OrderKey, row: RowMapping) -> Status:
    return of_decision(order, Outcome(row["outcome"]), final=row["final"], reopens=row["reopens"])
