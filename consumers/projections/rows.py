"""Events as rows of the timeline, and the status row that a verification's timeline rows fold to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from sqlalchemy import RowMapping

from consumers.projections.fold import OrderKey, Status, join, of_decision, order_of
from schemas.event import (
    Check,
    CheckKind,
    CheckResult,
    DecidedBy,
    EventKind,
    Outcome,
    Provenance,
    Raw,
    Reason,
    ReasonClass,
    SubjectKind,
    VerificationEvent,
)

Values = dict[str, Any]

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
    return {
        "event_id": event.event_id,
        "provider": event.provider,
        "source": event.source,
        "verification_id": event.verification_id,
        "subject_ref": event.subject_ref,
        "subject_kind": event.subject_kind.value,
        "kind": event.kind.value,
        "outcome": event.outcome.value,
        "final": event.final,
        "reopens": event.reopens,
        "decided_by": event.decided_by.value,
        "vendor_event": event.vendor_event,
        "vendor_status": event.vendor_status,
        "occurred_at": event.occurred_at,
        "received_at": event.received_at,
        "checks": [
            {"kind": check.kind, "name": check.name, "result": check.result, "vendor_value": check.vendor_value}
            for check in event.checks
        ],
        "reasons": [{"class": reason.reason_class, "code": reason.code} for reason in event.reasons],
        "provenance": event.provenance.value,
        "test": event.test,
        "raw_topic": event.raw.topic,
        "raw_partition": event.raw.partition,
        "raw_offset": event.raw.offset,
        "raw_callback_id": event.raw.callback_id,
        "raw_sha256": event.raw.sha256,
        "mapping_version": event.mapping_version,
        "unmapped": list(event.unmapped),
        "order_micros": order_of(event).micros,
    }


def event_of(row: RowMapping) -> VerificationEvent:
    """The event that ``timeline_row`` was given."""
    return VerificationEvent(
        event_id=row["event_id"],
        provider=row["provider"],
        source=row["source"],
        verification_id=row["verification_id"],
        subject_ref=row["subject_ref"],
        subject_kind=SubjectKind(row["subject_kind"]),
        kind=EventKind(row["kind"]),
        outcome=Outcome(row["outcome"]),
        final=row["final"],
        reopens=row["reopens"],
        decided_by=DecidedBy(row["decided_by"]),
        vendor_event=row["vendor_event"],
        vendor_status=row["vendor_status"],
        occurred_at=row["occurred_at"],
        received_at=row["received_at"],
        checks=tuple(_check(check) for check in row["checks"]),
        reasons=reasons_of(row),
        provenance=Provenance(row["provenance"]),
        test=row["test"],
        raw=Raw(row["raw_topic"], row["raw_partition"], row["raw_offset"], row["raw_callback_id"], row["raw_sha256"]),
        mapping_version=row["mapping_version"],
        unmapped=tuple(row["unmapped"]),
    )


def reasons_of(row: RowMapping) -> tuple[Reason, ...]:
    return tuple(Reason(ReasonClass(reason["class"]), reason["code"]) for reason in row["reasons"])


def _check(check: dict[str, str]) -> Check:
    return Check(CheckKind(check["kind"]), check["name"], CheckResult(check["result"]), check["vendor_value"])


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
