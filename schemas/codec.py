"""VerificationEvent and Alert to and from records: Avro values, CloudEvents headers (Kafka binding, binary mode)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from schemas import wire
from schemas.alert import Alert, AlertScope, Severity
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
    WaitsFor,
)
from schemas.message import Headers, Message, Stored
from schemas.topics import ALERTS, VERIFICATION_EVENTS
from schemas.waiting import waits_for

_EVENT_SUBJECT = f"{VERIFICATION_EVENTS}-value"
_ALERT_SUBJECT = f"{ALERTS}-value"
_NOT_SAID = "UNKNOWN"
"""Whom an event waits for that was written before there was such a field, or by a word of a program of tomorrow."""


def event_to_record(event: VerificationEvent) -> dict[str, Any]:
    """The event as the Avro record's fields; also what ``--json`` prints of it."""
    return {
        "event_id": event.event_id,
        "provider": event.provider,
        "source": event.source,
        "verification_id": event.verification_id,
        "subject_ref": event.subject_ref,
        "subject_kind": event.subject_kind,
        "kind": event.kind,
        "outcome": event.outcome,
        "final": event.final,
        "reopens": event.reopens,
        "decided_by": event.decided_by,
        "vendor_event": event.vendor_event,
        "vendor_status": event.vendor_status,
        "occurred_at": event.occurred_at,
        "received_at": event.received_at,
        "checks": [
            {"kind": check.kind, "name": check.name, "result": check.result, "vendor_value": check.vendor_value}
            for check in event.checks
        ],
        "reasons": [{"class": reason.reason_class, "code": reason.code} for reason in event.reasons],
        "provenance": event.provenance,
        "test": event.test,
        "raw": {
            "topic": event.raw.topic,
            "partition": event.raw.partition,
            "offset": event.raw.offset,
            "callback_id": event.raw.callback_id,
            "sha256": event.raw.sha256,
        },
        "mapping_version": event.mapping_version,
        "unmapped": list(event.unmapped),
        "waits_for": event.waits_for,
    }


def event_to_message(event: VerificationEvent) -> Message:
    headers = _cloudevent(
        event_id=event.event_id,
        source=f"/{event.provider}/{event.source}",
        kind="hookline.VerificationEvent",
        subject=event.verification_id,
        time=event.received_at,
    )
    return Message(event.key, event.key, headers, wire.encode(_EVENT_SUBJECT, event_to_record(event)))


async def prepare_events(records: Iterable[Stored]) -> None:
    """``event_from_record`` knows the schemas that these records were written with.

    Raises ``RegistryUnavailable`` and ``RegistryRefused`` where only a registry could tell, and does not.
    """
    await wire.prepare(_EVENT_SUBJECT, (record.value for record in records))


def event_from_record(record: Stored) -> VerificationEvent:
    """The event that ``event_to_message`` wrote, whichever version of the schema it had: see ``prepare_events``.

    Raises ``Undecodable``.
    """
    return event_of_fields(wire.decode(_EVENT_SUBJECT, record.value))


def event_of_fields(fields: dict[str, Any]) -> VerificationEvent:
    """The event whose fields ``event_to_record`` gave; enum words may be plain text."""
    told = {
        "subject_kind": SubjectKind(fields["subject_kind"]),
        "kind": EventKind(fields["kind"]),
        "outcome": Outcome(fields["outcome"]),
        "decided_by": DecidedBy(fields["decided_by"]),
        "provenance": Provenance(fields["provenance"]),
        "checks": tuple(
            Check(CheckKind(check["kind"]), check["name"], CheckResult(check["result"]), check["vendor_value"])
            for check in fields["checks"]
        ),
        "reasons": tuple(Reason(ReasonClass(reason["class"]), reason["code"]) for reason in fields["reasons"]),
        "raw": Raw(**fields["raw"]),
        "unmapped": tuple(fields["unmapped"]),
    }
    return VerificationEvent(**fields | told | {"waits_for": _waits_for(fields, told)})


def _waits_for(fields: dict[str, Any], told: dict[str, Any]) -> WaitsFor | None:
    """The event's own word; where it has none, what follows from its others."""
    said = fields["waits_for"]
    if said == _NOT_SAID:
        return waits_for(told["kind"], told["outcome"], told["checks"], final=fields["final"])
    return None if said is None else WaitsFor(said)


def alert_to_record(alert: Alert) -> dict[str, Any]:
    """The alert as the Avro record's fields; also what is printed of it."""
    return {
        "alert_id": alert.alert_id,
        "rule": alert.rule,
        "severity": alert.severity,
        "provider": alert.provider,
        "source": alert.source,
        "verification_id": alert.verification_id,
        "event_ids": list(alert.event_ids),
        "message": alert.message,
        "outcome": alert.outcome,
        "test": alert.test,
        "raised_at": alert.raised_at,
        "scope": alert.scope,
        "count": alert.count,
    }


def alert_to_message(alert: Alert) -> Message:
    headers = _cloudevent(
        event_id=alert.alert_id,
        source=f"/{alert.provider}/{alert.source}",
        kind="hookline.Alert",
        subject=alert.verification_id or alert.key,
        time=alert.raised_at,
    )
    return Message(alert.key, alert.key, headers, wire.encode(_ALERT_SUBJECT, alert_to_record(alert)))


async def prepare_alerts(records: Iterable[Stored]) -> None:
    """The same as ``prepare_events``, for ``alert_from_record``."""
    await wire.prepare(_ALERT_SUBJECT, (record.value for record in records))


def alert_from_record(record: Stored) -> Alert:
    """The alert that ``alert_to_message`` wrote, whichever version of the schema it had: see ``prepare_alerts``.

    Raises ``Undecodable``.
    """
    fields = wire.decode(_ALERT_SUBJECT, record.value)
    return Alert(
        **fields
        | {
            "severity": Severity(fields["severity"]),
            "scope": AlertScope(fields["scope"]),
            "outcome": Outcome(fields["outcome"]),
            "event_ids": tuple(fields["event_ids"]),
        }
    )


def _cloudevent(*, event_id: str, source: str, kind: str, subject: str, time: datetime) -> Headers:
    return (
        ("ce_specversion", b"1.0"),
        ("ce_id", event_id.encode()),
        ("ce_source", source.encode()),
        ("ce_type", kind.encode()),
        ("ce_subject", subject.encode()),
        ("ce_time", time.isoformat().encode()),
        ("content-type", b"application/avro"),
    )
