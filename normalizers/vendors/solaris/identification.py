"""Identifications as the API answers them: of a person, of a business, and the session around one."""

from __future__ import annotations

from collections.abc import Mapping

from normalizers.findings import Findings
from normalizers.reading import Reading
from normalizers.vendors.solaris import reasons, statuses, words
from normalizers.vendors.solaris.bodies import content_of
from normalizers.vendors.solaris.codes import TEST_CALL, read_code
from normalizers.vendors.solaris.findings import is_filled, new_findings
from normalizers.vendors.solaris.identity import instant, optional_id, required_id
from normalizers.vendors.solaris.verdict import Verdict, judge
from schemas.event import CheckKind, CheckResult, DecidedBy, EventKind, Outcome, Reason, ReasonClass, SubjectKind

Members = Mapping[str, object]

PERSON_MEMBERS = frozenset(
    {
        "id", "reference", "url", "status", "completed_at", "method", "metadata", "proof_of_address_type",
        "proof_of_address_issued_at", "language", "person_id", "address", "documents", "failure_reason", "iban",
        "terms_and_conditions_signed_at", "authorization_expires_at", "confirmation_expires_at", "provider_status_code",
        "estimated_waiting_time",
    }
)  # fmt: skip
"""Sections 5.1 and 7."""

BUSINESS_MEMBERS = frozenset(
    {
        "id", "method", "reference", "url", "status", "completed_at", "business_id", "legal_representatives",
        "legal_identification_status", "legal_identification_reason", "legal_identification_missing_information",
        "legal_identification_missing_information_details",
    }
)  # fmt: skip
"""Section 5.2."""

SESSION_MEMBERS = frozenset({"id", "url", "callback_url", "identification_methods", "status"})
"""Section 5, after the sample of section 7's call."""

_DECIDING = ("id", "status", "completed_at", "failure_reason", "provider_status_code")
_BUSINESS_DECIDING = ("id", "status", "completed_at", "legal_identification_status")
_MISSING = "legal_identification_missing_information"
_BY_AGENT = ("successful", "failed")


def read_person_identification(document: Members) -> Reading:
    """Raises ``Unreadable`` without an id or a status."""
    findings = new_findings()
    identification = required_id(document, "id")
    reason = read_code(findings, "failure_reason", document.get("failure_reason"), reasons.FAILURES)
    verdict = judge(findings, "status", document.get("status"), statuses.IDENTIFICATION, reason)
    method = findings.word("method", document.get("method"), words.METHODS)
    _read_provider_code(findings, document.get("provider_status_code"))
    findings.judge(
        CheckKind.ADDRESS, "proof_of_address_type", document.get("proof_of_address_type"), words.PROOFS_OF_ADDRESS
    )
    _read_documents(findings, document.get("documents"))
    person = optional_id(findings, document, "person_id")
    completed = instant(findings, "completed_at", document.get("completed_at"))
    findings.unknown_members(document, PERSON_MEMBERS)
    checks, gathered, unmapped = findings.settle()
    return Reading(
        verification_id=identification,
        kind=EventKind.VERIFICATION,
        outcome=verdict.outcome,
        final=verdict.final,
        vendor_event="identification",
        content=content_of(document, _DECIDING),
        vendor_status=verdict.word,
        subject_ref=person,
        decided_by=_decided_by(method, verdict),
        # Which end it is the time of is not said (section 5.1), so it places final decisions only.
        occurred_at=completed if verdict.final else None,
        checks=checks,
        reasons=gathered,
        unmapped=unmapped,
        test=reason == TEST_CALL,
        waits_for=verdict.waits_for,
    )


def _decided_by(method: str | None, verdict: Verdict) -> DecidedBy:
    """Section 1: with method ``idnow`` an agent decides by video. Of the other methods nothing is said."""
    return DecidedBy.HUMAN if method == "idnow" and verdict.word in _BY_AGENT else DecidedBy.UNKNOWN


def _read_provider_code(findings: Findings, value: object) -> None:
    """Section 6.3: an integer of Fourthline's, whose meaning is not public."""
    if isinstance(value, int) and not isinstance(value, bool):
        findings.check(CheckKind.UNKNOWN, "provider_status_code", CheckResult.UNKNOWN, str(value))
    elif value is not None:
        findings.unknown("provider_status_code")


def _read_documents(findings: Findings, value: object) -> None:
    """Section 7: the papers that are there; only their types, for names say nothing and content types lie."""
    for entry in findings.entries_of("documents", value):
        document_type = findings.members_of("documents", entry).get("document_type")
        word = findings.word("documents.document_type", document_type, words.DOCUMENT_TYPES)
        if word is not None:
            kind = words.DOCUMENT_TYPES.get(word, CheckKind.UNKNOWN)
            findings.check(kind, "documents", CheckResult.UNKNOWN, word)


def read_business_identification(document: Members) -> Reading:
    """Raises ``Unreadable`` without an id or a status."""
    findings = new_findings()
    identification = required_id(document, "id")
    verdict = judge(findings, "status", document.get("status"), statuses.BUSINESS_IDENTIFICATION)
    findings.word("method", document.get("method"), words.BUSINESS_METHODS)
    legal = document.get("legal_identification_status")
    findings.judge(CheckKind.COMPANY, "legal_identification_status", legal, words.LEGAL)
    if legal == "information_required":
        verdict = Verdict(verdict.word, Outcome.NEEDS_REVIEW, final=False)
    if is_filled(document.get(_MISSING)) and document[_MISSING] != []:
        findings.reasons[Reason(ReasonClass.NOT_DONE, _MISSING)] = None
    business = optional_id(findings, document, "business_id")
    completed = instant(findings, "completed_at", document.get("completed_at"))
    findings.unknown_members(document, BUSINESS_MEMBERS)
    checks, gathered, unmapped = findings.settle()
    return Reading(
        verification_id=identification,
        kind=EventKind.COMPANY,
        outcome=verdict.outcome,
        final=verdict.final,
        vendor_event="business_identification",
        content=content_of(document, _BUSINESS_DECIDING),
        vendor_status=verdict.word,
        subject_ref=business,
        subject_kind=SubjectKind.BUSINESS,
        occurred_at=completed if verdict.final else None,
        checks=checks,
        reasons=gathered,
        unmapped=unmapped,
        waits_for=verdict.waits_for,
    )


def read_session(document: Members) -> Reading:
    """A web view around an identification; it decides nothing itself. Raises ``Unreadable`` without an id."""
    findings = new_findings()
    session = required_id(document, "id")
    status = findings.word("status", document.get("status"), statuses.SESSION)
    for method in findings.entries_of("identification_methods", document.get("identification_methods")):
        findings.word("identification_methods", method, words.METHODS)
    findings.unknown_members(document, SESSION_MEMBERS)
    _, _, unmapped = findings.settle()
    return Reading(
        verification_id=session,
        kind=EventKind.SIGNAL,
        outcome=Outcome.UNKNOWN,
        final=False,
        vendor_event="identification_session",
        content=content_of(document, ("id", "status")),
        vendor_status=status,
        unmapped=unmapped,
    )
