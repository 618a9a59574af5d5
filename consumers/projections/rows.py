"""Events as rows of the timeline, and the status row that a verification's timeline rows fold to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields as fields_of
from typing import Any

from sqlalchemy import RowMapping

from consumers.projections.bulk import Values
from consumers.projections.fold import OrderKey, of_decision, order_of
from consumers.projections.waiting import Asking, standing_of
from schemas.codec import event_of_fields, event_to_record
from schemas.event import Outcome, Raw, Reason, ReasonClass, VerificationEvent, WaitsFor

_OUTCOMES = {each.value: each for each in Outcome}
_WAITS: Mapping[str | None, WaitsFor | None] = {None: None} | {each.value: each for each in WaitsFor}
"""Looked up, as making a member of an enum costs ten times as much."""

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
FOLDED = (*_OF_CURRENT, "subject_ref", "reopens", "order_micros", "raw_partition", "raw_offset", "waits_for")
"""The timeline's columns that ``status_row`` needs."""


def timeline_row(event: VerificationEvent) -> Values:
    """The event's fields, its custody pointer as columns of its own, and where it stands in time."""
    fields = event_to_record(event)
    for name, value in fields.pop("raw").items():
        fields["raw_" + name] = value
    fields["order_micros"] = order_of(event).micros
    return fields


def event_of(row: RowMapping) -> VerificationEvent:
    """The event that ``timeline_row`` was given."""
    fields = {name: value for name, value in row.items() if name in _FIELDS}
    return event_of_fields(fields | {"raw": {name: row[f"raw_{name}"] for name in _RAW}})


def reasons_of(row: RowMapping) -> tuple[Reason, ...]:
    return tuple(Reason(ReasonClass(reason["class"]), reason["code"]) for reason in row["reasons"])


def status_row(rows: Sequence[Mapping[str, Any]]) -> Values:
    """The status after all timeline rows of one verification and kind, at least one.

    It is the current decision's, except ``subject_ref``: where that event names no subject, the latest that does.
    """
    by_order = {_order(row): row for row in rows}
    current, wait = standing_of([_asking(order, row) for order, row in by_order.items()])
    assert current is not None, "at least one row"  # noqa: S101 - the caller's promise, for the type checker
    decision = by_order[current]
    status = {column: decision[column] for column in _OF_CURRENT}
    status["subject_ref"] = decision["subject_ref"] or _latest_named(by_order)
    status["first_received_at"] = min([row["received_at"] for row in rows])
    status["events"] = len(rows)
    status["waits_for"], status["waits_since"] = wait
    return status


def _latest_named(by_order: Mapping[OrderKey, Mapping[str, Any]]) -> str | None:
    latest_first = (by_order[order]["subject_ref"] for order in sorted(by_order, reverse=True))
    return next((subject_ref for subject_ref in latest_first if subject_ref), None)


def _order(row: Mapping[str, Any]) -> OrderKey:
    return OrderKey(row["order_micros"], row["raw_partition"], row["raw_offset"], row["event_id"])


def _asking(order: OrderKey, row: Mapping[str, Any]) -> Asking:
    state = of_decision(order, _OUTCOMES[row["outcome"]], final=row["final"], reopens=row["reopens"])
    return Asking(order, state, _WAITS[row["waits_for"]], row["received_at"])
