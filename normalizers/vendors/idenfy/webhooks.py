"""What every webhook has in common that is not about a verification's own result (the facts, section 6.7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from normalizers.documents import canonical
from normalizers.findings import Findings
from normalizers.reading import Reading
from normalizers.vendors.idenfy.identity import subject_id, subject_ref
from schemas.callback import Callback
from schemas.event import DecidedBy, EventKind, Outcome, SubjectKind, WaitsFor

Members = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a body says. As it stands it is a signal: it says nothing about an outcome."""

    outcome: Outcome = Outcome.UNKNOWN
    final: bool = False
    vendor_status: str | None = None
    decided_by: DecidedBy = DecidedBy.UNKNOWN
    occurred_at: datetime | None = None
    waits_for: WaitsFor | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """How one type is read: ``ids`` are the members that name the subject, the first filled one wins (section 7)."""

    kind: EventKind
    ids: tuple[str, ...]
    members: frozenset[str]
    judge: Callable[[Findings, Members], Verdict]
    subject: Callable[[Members], SubjectKind]


def person(_document: Members) -> SubjectKind:
    return SubjectKind.PERSON


def business(_document: Members) -> SubjectKind:
    return SubjectKind.BUSINESS


def read_webhook(webhook: Webhook, callback: Callback, word: str, document: Members) -> Reading:
    """What the body says; without a subject of its own it is filed under the callback's id."""
    findings = Findings()
    verification_id = subject_id(document, webhook.ids) or callback.id
    verdict = webhook.judge(findings, document)
    client = subject_ref(findings, document)
    findings.unknown_members(document, webhook.members)
    checks, reasons, unmapped = findings.settle()
    return Reading(
        verification_id=verification_id,
        kind=webhook.kind,
        outcome=verdict.outcome,
        final=verdict.final,
        vendor_event=word,
        content=canonical(document),
        vendor_status=verdict.vendor_status,
        subject_ref=client,
        subject_kind=webhook.subject(document),
        decided_by=verdict.decided_by,
        occurred_at=verdict.occurred_at,
        checks=checks,
        reasons=reasons,
        unmapped=unmapped,
        waits_for=verdict.waits_for,
    )
