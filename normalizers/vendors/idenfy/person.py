"""Webhooks about a person that are not a verification's result (the facts, sections 5.7 and 6.7)."""

from __future__ import annotations

from collections.abc import Mapping

from normalizers.findings import Findings
from normalizers.vendors.idenfy import members, reasons, results, screening
from normalizers.vendors.idenfy.identity import time_of_text
from normalizers.vendors.idenfy.webhooks import Members, Verdict, Webhook, person
from schemas.event import CheckKind, EventKind, Outcome, SubjectKind

FACE_AUTHENTICATION: Mapping[str, Outcome] = {
    "Success": Outcome.VERIFIED,
    "Failed": Outcome.REJECTED,
    "Expired": Outcome.EXPIRED,
    "Canceled": Outcome.CANCELLED,
    "Pending": Outcome.PENDING,
}
AGE_ESTIMATION: Mapping[str, Outcome] = {
    "SUCCESS": Outcome.VERIFIED,
    "UNDERAGE": Outcome.REJECTED,
    "FACE_MISMATCH": Outcome.REJECTED,
    "ATTEMPTS_EXCEEDED": Outcome.REJECTED,
    "UNCERTAIN": Outcome.NEEDS_REVIEW,
}
BANK_CARD: Mapping[str, Outcome] = {
    "MATCH": Outcome.VERIFIED,
    "NO_MATCH": Outcome.REJECTED,
    "NOT_COMPARED": Outcome.NEEDS_REVIEW,
}
"""The three above: section 6.7."""

_FACE_METHODS: Mapping[str, CheckKind] = {"ACTIVE_LIVENESS": CheckKind.LIVENESS, "FACE_MATCHING": CheckKind.FACE}
_AGE_STATUSES = frozenset({"COMPLETED", "FAILED"})
_MONITORING = frozenset({"ALERT", "DECLINED", "ACCEPTED", "PENDING", "STATUS", "ACTIVE", "STOPPED"})
_MONITORING_STATUSES = ("status", "alertStatus", "alert_status")
_ACCOUNT_STATUSES = range(1, 6)


def document_expiration(findings: Findings, document: Members) -> Verdict:
    """The document expires, not the verification: no outcome."""
    threshold = document.get("expirationThreshold")
    findings.reason("expirationThreshold", threshold, reasons.EXPIRATION_THRESHOLDS)
    return Verdict(vendor_status=findings.word("expirationThreshold", threshold, reasons.EXPIRATION_THRESHOLDS))


def facial_authentication(findings: Findings, document: Members) -> Verdict:
    status = findings.word("status", document.get("status"), FACE_AUTHENTICATION)
    outcome = FACE_AUTHENTICATION.get(status or "", Outcome.NEEDS_REVIEW)
    method = findings.word("method", document.get("method"), _FACE_METHODS)
    findings.judge(
        _FACE_METHODS.get(method or "", CheckKind.FACE), "status", document.get("status"), results.FACE_AUTHENTICATION
    )
    findings.free_reason("failReason", document.get("failReason"), reasons.TAGS)
    for tag in findings.entries_of("riskTags", document.get("riskTags")):
        findings.reason("riskTags", tag, reasons.RISK_TAGS)
    return Verdict(outcome, final=outcome not in (Outcome.PENDING, Outcome.NEEDS_REVIEW), vendor_status=status)


def age_estimation(findings: Findings, document: Members) -> Verdict:
    """The webhook comes at an end state only, so whatever it says is final."""
    status = findings.word("status", document.get("status"), _AGE_STATUSES)
    word = document.get("outcome")
    findings.judge(CheckKind.AGE, "outcome", word, results.AGE)
    findings.reason("outcome", word, reasons.AGE_OUTCOMES)
    outcome = findings.word("outcome", word, AGE_ESTIMATION)
    failed = status == "FAILED" and outcome is None
    return Verdict(
        Outcome.ERROR if failed else AGE_ESTIMATION.get(outcome or "", Outcome.NEEDS_REVIEW),
        final=True,
        vendor_status=outcome or status,
        occurred_at=time_of_text(findings, "occurredAt", document.get("occurredAt")),
    )


def aml_monitoring(findings: Findings, document: Members) -> Verdict:
    """An alert, or flags in any list, need somebody's eyes; monitoring goes on, so nothing is final."""
    words = [findings.word(name, document.get(name), _MONITORING) for name in _MONITORING_STATUSES]
    screening.flags(findings, document)
    screening.services(findings, CheckKind.AML, "results", document.get("results"))
    overall = screening.aml_check(findings, "amlCheck", document.get("amlCheck"))
    flags = [overall, *(document.get(name) for name in ("pepsStatus", "sanctionsStatus", "adverseMediaStatus"))]
    alert = "ALERT" in words or any(screening.is_flagged(flag) for flag in flags)
    return Verdict(
        Outcome.NEEDS_REVIEW if alert else Outcome.UNKNOWN, vendor_status=next((word for word in words if word), None)
    )


def _monitored(document: Members) -> SubjectKind:
    """Section 2: a person or a company. Only persons have a surname; ``userType`` says it where it is sent."""
    if document.get("userType") == "COMPANY":
        return SubjectKind.BUSINESS
    return SubjectKind.PERSON if document.get("surname") else SubjectKind.UNKNOWN


def aml_monitoring_expiration(_findings: Findings, _document: Members) -> Verdict:
    """Counters of an account."""
    return Verdict()


def _nobody(_document: Members) -> SubjectKind:
    return SubjectKind.UNKNOWN


def bank_verification(findings: Findings, document: Members) -> Verdict:
    findings.judge(CheckKind.BANK, "riskLevel", document.get("riskLevel"), results.RISK)
    return Verdict()


def bank_card(findings: Findings, document: Members) -> Verdict:
    """The webhook comes at the end only, so whatever it says is final."""
    status = findings.word("status", document.get("status"), BANK_CARD)
    findings.judge(CheckKind.BANK, "status", document.get("status"), results.BANK_CARD)
    for name in ("nameMatch", "lastFourMatch"):
        findings.flag(CheckKind.BANK, name, document.get(name))
    findings.reason("noMatchReason", document.get("noMatchReason"), reasons.NO_MATCH_REASONS)
    return Verdict(BANK_CARD.get(status or "", Outcome.NEEDS_REVIEW), final=True, vendor_status=status)


def account_check(findings: Findings, document: Members) -> Verdict:
    """What the statuses 1 to 5 mean is not published (section 13, question 6)."""
    status = document.get("status")
    known = isinstance(status, int) and not isinstance(status, bool) and status in _ACCOUNT_STATUSES
    if not known and status is not None:
        findings.unknown("status")
    date = time_of_text(findings, "date", document.get("date"))
    return Verdict(vendor_status=str(status) if known else None, occurred_at=date)


def video_call(findings: Findings, document: Members) -> Verdict:
    """The 2020 shape, for no newer one is published; the webhook comes at the end, so whatever it says is final."""
    status = document.get("status")
    date = time_of_text(findings, "date", document.get("date"))
    if isinstance(status, bool):
        outcome = Outcome.VERIFIED if status else Outcome.REJECTED
        return Verdict(outcome, final=True, vendor_status=str(status).lower(), occurred_at=date)
    return Verdict(
        Outcome.NEEDS_REVIEW, final=True, vendor_status=findings.word("status", status, ()), occurred_at=date
    )


WEBHOOKS: Mapping[str, Webhook] = {
    "DOCUMENT_EXPIRATION": Webhook(
        EventKind.DOCUMENT_EXPIRY, ("scanRef",), members.DOCUMENT_EXPIRATION, document_expiration, person
    ),
    "FACIAL_AUTHENTICATION": Webhook(
        EventKind.FACE_AUTHENTICATION, ("id",), members.FACIAL_AUTHENTICATION, facial_authentication, person
    ),
    "AGE_ESTIMATION": Webhook(EventKind.AGE_ESTIMATION, ("scanRef",), members.AGE_ESTIMATION, age_estimation, person),
    "AML_MONITORING": Webhook(EventKind.AML, ("monitoringId",), members.AML_MONITORING, aml_monitoring, _monitored),
    "AML_MONITORING_EXPIRATION": Webhook(
        EventKind.SIGNAL, (), members.AML_MONITORING_EXPIRATION, aml_monitoring_expiration, _nobody
    ),
    "BANK_VERIFICATION": Webhook(EventKind.SIGNAL, ("id",), members.BANK_VERIFICATION, bank_verification, person),
    "BANK_CARD_VERIFICATION_COMPLETED": Webhook(EventKind.BANK_CARD, ("id",), members.BANK_CARD, bank_card, person),
    "ACCOUNT_CHECK": Webhook(EventKind.SIGNAL, ("scanRef",), members.ACCOUNT_CHECK, account_check, person),
    "VIDEO_CALL_FINISHED": Webhook(EventKind.VIDEO_CALL, ("scanRef",), members.VIDEO_CALL, video_call, person),
}
"""Section 2 and 5.7; the ids are section 7."""
