"""Examples of the words that the stages speak, for tests that need one and do not care which."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from schemas.callback import Callback
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
from schemas.message import Headers, Message
from schemas.waiting import waits_for

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stored:
    """A message as it would come back from a log."""

    topic: str
    partition: int
    offset: int
    key: str
    headers: Headers
    value: bytes | None
    appended_at: int = 0


def stored(message: Message, topic: str = "a-topic", offset: int = 7) -> Stored:
    return Stored(topic, 0, offset, message.key, message.headers, message.value)


def callback(**changes: Any) -> Callback:  # noqa: ANN401 - any field of a callback
    example = Callback(
        id="0195f3c2-7e5b-7d4e-9c2b-2f1f6e0a9c11",
        vendor="idenfy",
        source="idenfy-eu",
        verification_id="scan-1",
        received_at=NOON,
        body=b'{"scanRef":"scan-1"}',
        checked_by="hmac-sha256 env:KEY",
        http_headers=(("Idenfy-Event-Type", "IDENTIFICATION"), ("X-Twice", "a"), ("X-Twice", "b")),
        query="a=1",
    )
    return replace(example, **changes)


def event(**changes: Any) -> VerificationEvent:  # noqa: ANN401 - any field of an event
    """It waits for whom its other words say, where ``changes`` do not say it."""
    example = VerificationEvent(
        event_id="6a0a4bb4-6c8e-5b0e-8a61-0f2f3b5a7c11",
        provider="idenfy",
        source="idenfy-eu",
        verification_id="scan-1",
        subject_ref="customer-1",
        subject_kind=SubjectKind.PERSON,
        kind=EventKind.VERIFICATION,
        outcome=Outcome.REJECTED,
        final=True,
        reopens=False,
        decided_by=DecidedBy.HUMAN,
        vendor_event="IDENTIFICATION_MANUAL_FINISHED",
        vendor_status="DENIED",
        occurred_at=NOON,
        received_at=NOON,
        checks=(Check(CheckKind.FACE, "manualFace", CheckResult.FAIL, "FAKE_FACE"),),
        reasons=(Reason(ReasonClass.FRAUD, "FAKE_FACE"),),
        provenance=Provenance.CALLBACK,
        test=False,
        raw=Raw("callbacks.idenfy", 0, 7, "0195f3c2-7e5b-7d4e-9c2b-2f1f6e0a9c11", "ab" * 32),
        mapping_version=1,
        unmapped=("status.newMember",),
        waits_for=None,
    )
    one = replace(example, **changes)
    whom = waits_for(one.kind, one.outcome, one.checks, final=one.final)
    return one if "waits_for" in changes else replace(one, waits_for=whom)
