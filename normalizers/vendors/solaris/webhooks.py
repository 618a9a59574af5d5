"""Solaris' webhooks by type (the facts, section 5): the thin ones, and those that speak by themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from normalizers.documents import canonical
from normalizers.findings import Findings
from normalizers.reading import Reading, Unreadable
from normalizers.vendors.solaris import reasons, statuses
from normalizers.vendors.solaris.bodies import content_of
from normalizers.vendors.solaris.identity import ENTITY, NOTIFICATION, first_id, header_id, optional_id
from normalizers.vendors.solaris.verdict import Verdict, judge
from schemas.callback import Callback
from schemas.deadletter import DeadLetterReason
from schemas.event import CheckKind, CheckResult, EventKind, Outcome, SubjectKind

Members = Mapping[str, object]

THIN = frozenset(
    {
        "IDENTIFICATION",
        "IDENTIFICATION_SESSION",
        "BUSINESS_IDENTIFICATION",
        "PERSON_CHANGED",
        "WEBHOOK-SUBSCRIPTION",
    }
)
"""Types that say nothing by themselves: sections 1 and 7, their resource is read. The last one is the handshake."""

_SAYS_NOTHING = Verdict(None, Outcome.UNKNOWN, final=False)


def _signal(_findings: Findings, _document: Members) -> Verdict:
    """Something changed, and no page says what it means for an outcome."""
    return _SAYS_NOTHING


def _erased(_findings: Findings, _document: Members) -> Verdict:
    """Nothing comes after it."""
    return Verdict(None, Outcome.UNKNOWN, final=True)


def _origination(findings: Findings, document: Members) -> Verdict:
    return judge(findings, "status", document.get("status"), statuses.ORIGINATION)


def _transfer_attempt(findings: Findings, document: Members) -> Verdict:
    reason = findings.reason("Reason", document.get("Reason"), reasons.TRANSFERS)
    findings.check(CheckKind.BANK, "reference_transfer", CheckResult.FAIL, reason)
    remaining = document.get("remaining_attempts")
    if isinstance(remaining, int) and not isinstance(remaining, bool):
        result = CheckResult.PASS if remaining > 0 else CheckResult.FAIL
        findings.check(CheckKind.UNKNOWN, statuses.RETRYABLE, result, str(remaining))
    elif remaining is not None:
        findings.unknown("remaining_attempts")
    return _SAYS_NOTHING


def _questions(findings: Findings, _document: Members) -> Verdict:
    """Compliance asks; the questions themselves may be about anything and go no further."""
    findings.check(CheckKind.QUESTIONNAIRE, "questions", CheckResult.NOT_DONE, None)
    return _SAYS_NOTHING


@dataclass(frozen=True, slots=True)
class Webhook:
    """How one type is read.

    ``ids`` are the places that name the subject, the first filled one wins (``ENTITY`` is that header); without one the
    callback's own id stands in, unless the type is of no use without (``must_name``). ``members`` is ``None`` where no
    page lists them. ``deciding`` are the members that make two bodies the same decision; empty: each notification is
    news of its own.
    """

    kind: EventKind
    ids: tuple[str, ...]
    subject: SubjectKind
    members: frozenset[str] | None = None
    judge: Callable[[Findings, Members], Verdict] = _signal
    deciding: tuple[str, ...] = ()
    must_name: bool = False


_EMPTY_BODY = frozenset({"id"})  # section 9: the emulator puts a throw-away id into bodies that should be empty
_QUESTIONS_MEMBERS = frozenset({"question_set_id", "entity_id", "context_id", "deadline", "recipient", "questions"})
_TRANSFER_MEMBERS = frozenset({"id", "method", "person_id", "remaining_attempts", "Reason"})
_REPRESENTATIVE_MEMBERS = frozenset(
    {"id", "legal_representative_id", "legal_representative_type", "business_id", "valid_until"}
)
_ORIGINATION_DECIDING = ("identification_origination_id", "status", "identification_id", "esigning_id")

WEBHOOKS: Mapping[str, Webhook] = {
    "IDENTIFICATION_ORIGINATION": Webhook(
        EventKind.VERIFICATION,
        ("identification_origination_id",),
        SubjectKind.PERSON,
        frozenset({*_ORIGINATION_DECIDING, "status_description"}),
        _origination,
        _ORIGINATION_DECIDING,
        must_name=True,
    ),
    "IDENTIFICATION_REFERENCE_TRANSFER_ATTEMPT": Webhook(
        EventKind.SIGNAL, ("id",), SubjectKind.PERSON, _TRANSFER_MEMBERS, _transfer_attempt
    ),
    "LEGAL_REPRESENTATIVE": Webhook(EventKind.SIGNAL, ("business_id",), SubjectKind.BUSINESS, _REPRESENTATIVE_MEMBERS),
    "BENEFICIAL_OWNER": Webhook(EventKind.SIGNAL, ("business_id",), SubjectKind.BUSINESS),
    "PERSON_DELETED": Webhook(
        EventKind.ERASED, (ENTITY,), SubjectKind.PERSON, _EMPTY_BODY, _erased, (ENTITY,), must_name=True
    ),
    "PERSON_MOBILE_NUMBER_CREATED": Webhook(EventKind.SIGNAL, (ENTITY,), SubjectKind.PERSON, _EMPTY_BODY),
    "PERSON_MOBILE_NUMBER_DELETED": Webhook(EventKind.SIGNAL, ("id",), SubjectKind.PERSON, frozenset({"id"})),
    "PERSON_TAX_IDENTIFICATION_CHANGED": Webhook(EventKind.SIGNAL, ("id",), SubjectKind.PERSON, frozenset({"id"})),
    "QUESTIONS_REQUIRE_RESPONSE": Webhook(
        EventKind.SIGNAL, ("entity_id",), SubjectKind.UNKNOWN, _QUESTIONS_MEMBERS, _questions
    ),
    "BUSINESS_CHANGED": Webhook(EventKind.SIGNAL, (ENTITY,), SubjectKind.BUSINESS, _EMPTY_BODY),
    "BUSINESS_DELETED": Webhook(
        EventKind.ERASED, (ENTITY,), SubjectKind.BUSINESS, _EMPTY_BODY, _erased, (ENTITY,), must_name=True
    ),
    "ACCOUNT_OPENING_REQUEST": Webhook(EventKind.SIGNAL, (ENTITY, "id"), SubjectKind.UNKNOWN),
}
"""Section 5. ``PERSON_TAX_IDENTIFICATION_CHANGED`` is the one whose body names the person and whose header does not."""

UNKNOWN = Webhook(EventKind.UNKNOWN, (ENTITY, "id"), SubjectKind.UNKNOWN)
"""Section 5: new types come without notice; such a one is kept and says nothing."""


def read_webhook(webhook: Webhook, callback: Callback, word: str, document: Members, findings: Findings) -> Reading:
    """What the body says; ``word`` is the type. Raises ``Unreadable`` where what it cannot do without is missing."""
    subject = first_id(findings, callback, document, webhook.ids)
    if subject is None and webhook.must_name:
        raise Unreadable(DeadLetterReason.NO_VERIFICATION_ID, f"neither body nor headers have {webhook.ids[0]}")
    verdict = webhook.judge(findings, document)
    reference = "business_id" if webhook.subject is SubjectKind.BUSINESS else "person_id"
    customer = optional_id(findings, document, reference)
    if webhook.members is not None:
        findings.unknown_members(document, webhook.members)
    checks, gathered, unmapped = findings.settle()
    return Reading(
        verification_id=subject or callback.id,
        kind=webhook.kind,
        outcome=verdict.outcome,
        final=verdict.final,
        vendor_event=word,
        content=_content(webhook, callback, word, document),
        vendor_status=verdict.word,
        subject_ref=customer,
        subject_kind=webhook.subject,
        checks=checks,
        reasons=gathered,
        unmapped=unmapped,
        waits_for=verdict.waits_for,
    )


def _content(webhook: Webhook, callback: Callback, word: str, document: Members) -> bytes:
    if webhook.deciding:
        return content_of({**document, ENTITY: header_id(callback, ENTITY), "type": word}, (*webhook.deciding, "type"))
    notification = header_id(callback, NOTIFICATION)
    if notification is not None:
        return canonical({"type": word, "notification": notification})
    return canonical({"type": word, "entity": header_id(callback, ENTITY), "body": document})
