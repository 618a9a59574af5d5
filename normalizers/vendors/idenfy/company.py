"""Webhooks about a company, and about papers ordered for one (the facts, sections 5.8 and 6.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from normalizers.findings import Findings
from normalizers.vendors.idenfy import members, reasons, results, screening
from normalizers.vendors.idenfy.identity import time_of_text
from normalizers.vendors.idenfy.webhooks import Members, Verdict, Webhook, business
from schemas.event import CheckKind, DecidedBy, EventKind, Outcome, WaitsFor

APPROVAL: Mapping[str, Outcome] = {"APPROVED": Outcome.VERIFIED, "DENIED": Outcome.REJECTED}
INFO_REQUEST: Mapping[str, Outcome] = {
    "REQUESTED": Outcome.PENDING,
    "EXPIRED": Outcome.EXPIRED,
    "CANCELED": Outcome.CANCELLED,
}
EXPIRATION: Mapping[str, Outcome] = {"EXPIRED": Outcome.EXPIRED, "PENDING": Outcome.UNKNOWN}
"""The three above: section 6.7."""

SUBMITTED: Final = WaitsFor.VENDOR
"""Sections 5.8 and 15.1: whom a company waits for that has handed in its form, until there is an ``approvalStatus``."""

_ORDER_STATUSES = frozenset({"NOT_ORDERED", "IN_PROGRESS", "FINISHED", "FAILED", "TIMED_OUT"})
_ENTITY_TYPES = frozenset({"CORPORATION", "LLC", "PARTNERSHIP", "NON_PROFIT", "TRUST", "SOLE_PROPRIETORSHIP"})
_REVIEWED_SUBJECTS = frozenset({"COMPANY", "BENEFICIARY", "SHAREHOLDER"})
_REVIEW_FLAGS: tuple[tuple[CheckKind, str], ...] = (
    (CheckKind.AML, "overallStatus"),
    (CheckKind.PEP, "pepsCheckStatus"),
    (CheckKind.SANCTIONS, "sanctionsCheckStatus"),
    (CheckKind.ADVERSE_MEDIA, "negativeNewsStatus"),
)


def _set_by(value: object) -> DecidedBy:
    """Section 5.8: where a manager set a status, the body names the manager."""
    return DecidedBy.HUMAN if value else DecidedBy.UNKNOWN


def company_submit(findings: Findings, document: Members) -> Verdict:
    submitted = time_of_text(findings, "submissionTime", document.get("submissionTime"))
    return Verdict(Outcome.PENDING, occurred_at=submitted, waits_for=SUBMITTED)


def company_review(findings: Findings, document: Members) -> Verdict:
    approval = document.get("approvalStatus")
    status = findings.word("approvalStatus", approval, APPROVAL)
    outcome = Outcome.PENDING if approval in (None, "") else APPROVAL.get(status or "", Outcome.NEEDS_REVIEW)
    findings.free_reason("denyReason", document.get("denyReason"), reasons.TAGS)
    screening.aml_check(findings, "amlCheck", document.get("amlCheck"))
    screening.services(findings, CheckKind.COMPANY, "companyCheck", document.get("companyCheck"))
    screening.services(findings, CheckKind.AML, "shareholderCheck", document.get("shareholderCheck"))
    screening.services(findings, CheckKind.ADVERSE_MEDIA, "negativeNewsCheck", document.get("negativeNewsCheck"))
    _review_flags(findings, document)
    for beneficiary in findings.entries_of("beneficiaries", document.get("beneficiaries")):
        _beneficiary(findings, findings.members_of("beneficiaries", beneficiary))
    return Verdict(
        outcome,
        final=outcome in (Outcome.VERIFIED, Outcome.REJECTED),
        vendor_status=status,
        decided_by=_set_by(document.get("statusChangedBy")),
        waits_for=SUBMITTED if outcome is Outcome.PENDING else None,
    )


def _beneficiary(findings: Findings, beneficiary: Members) -> None:
    screening.services(findings, CheckKind.AML, "beneficiaries.beneficiaryCheck", beneficiary.get("beneficiaryCheck"))
    screening.aml_check(findings, "beneficiaries.amlCheck", beneficiary.get("amlCheck"))
    news = beneficiary.get("negativeNewsCheck")
    screening.services(findings, CheckKind.ADVERSE_MEDIA, "beneficiaries.negativeNewsCheck", news)
    _review_flags(findings, beneficiary, "beneficiaries.")


def _review_flags(findings: Findings, subject: Members, prefix: str = "") -> bool:
    """The checks of the flags that managers set; and whether any of them says that something was found."""
    for kind, name in _REVIEW_FLAGS:
        findings.judge(kind, prefix + name, subject.get(name), results.SCREENED)
    return any(screening.is_flagged(subject.get(name)) for _, name in _REVIEW_FLAGS)


def company_aml_review(findings: Findings, document: Members) -> Verdict:
    """Of the company or of somebody behind it; further reviews may follow, so nothing is final."""
    findings.word("amlReviewSubjectType", document.get("amlReviewSubjectType"), _REVIEWED_SUBJECTS)
    flagged = _review_flags(findings, document)
    overall = document.get("overallStatus")
    return Verdict(
        Outcome.NEEDS_REVIEW if flagged else Outcome.UNKNOWN,
        vendor_status=findings.word("overallStatus", overall, results.SCREENED),
        decided_by=_set_by(document.get("statusSetBy")),
        occurred_at=time_of_text(findings, "statusSetAt", document.get("statusSetAt")),
    )


def company_info_request(findings: Findings, document: Members) -> Verdict:
    """The outcome is the request's. Its event is a SIGNAL, so that it never undoes what was decided of the company."""
    status = findings.word("status", document.get("status"), INFO_REQUEST)
    outcome = INFO_REQUEST.get(status or "", Outcome.NEEDS_REVIEW)
    return Verdict(
        outcome,
        final=outcome in (Outcome.EXPIRED, Outcome.CANCELLED),
        vendor_status=status,
        occurred_at=time_of_text(findings, "date", document.get("date")),
    )


def company_expiration(findings: Findings, document: Members) -> Verdict:
    status = findings.word("expirationStatus", document.get("expirationStatus"), EXPIRATION)
    outcome = EXPIRATION.get(status or "", Outcome.UNKNOWN)
    return Verdict(outcome, final=outcome is Outcome.EXPIRED, vendor_status=status)


def company_delete(findings: Findings, document: Members) -> Verdict:
    return Verdict(occurred_at=time_of_text(findings, "date", document.get("date")))


def ordered_document(findings: Findings, document: Members) -> Verdict:
    status = findings.word("status", document.get("status"), _ORDER_STATUSES)
    delivered = time_of_text(findings, "deliveredAt", document.get("deliveredAt"))
    return Verdict(vendor_status=status, occurred_at=delivered)


def sos_report(findings: Findings, document: Members) -> Verdict:
    findings.word("entityType", document.get("entityType"), _ENTITY_TYPES)
    return Verdict(vendor_status=findings.word("status", document.get("status"), _ORDER_STATUSES))


_COMPANY_IDS = ("companyId", "id")

WEBHOOKS: Mapping[str, Webhook] = {
    "COMPANY_SUBMIT": Webhook(EventKind.COMPANY, _COMPANY_IDS, members.COMPANY_SUBMIT, company_submit, business),
    "COMPANY_REVIEW": Webhook(EventKind.COMPANY, _COMPANY_IDS, members.COMPANY_REVIEW, company_review, business),
    "COMPANY_AML_REVIEW": Webhook(
        EventKind.AML, _COMPANY_IDS, members.COMPANY_AML_REVIEW, company_aml_review, business
    ),
    "COMPANY_INFO_REQUEST": Webhook(
        EventKind.SIGNAL, _COMPANY_IDS, members.COMPANY_INFO_REQUEST, company_info_request, business
    ),
    "COMPANY_EXPIRATION": Webhook(
        EventKind.COMPANY, _COMPANY_IDS, members.COMPANY_EXPIRATION, company_expiration, business
    ),
    "COMPANY_DELETE": Webhook(EventKind.SIGNAL, _COMPANY_IDS, members.COMPANY_DELETE, company_delete, business),
    "GOV_ORDERED_DOCUMENT": Webhook(
        EventKind.SIGNAL, ("id",), members.GOV_ORDERED_DOCUMENT, ordered_document, business
    ),
    "SOS_REPORT": Webhook(EventKind.SIGNAL, ("id",), members.SOS_REPORT, sos_report, business),
}
"""Section 2 and 5.8; the ids are section 7."""
