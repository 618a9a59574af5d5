"""A person as the API answers it: only what compliance says of them, and nothing that says who they are."""

from __future__ import annotations

from collections.abc import Mapping

from normalizers.findings import Findings
from normalizers.reading import Reading
from normalizers.vendors.solaris import words
from normalizers.vendors.solaris.bodies import content_of
from normalizers.vendors.solaris.findings import new_findings
from normalizers.vendors.solaris.identity import is_test_name, required_id
from schemas.event import CheckKind, CheckResult, EventKind, Outcome

CDD: Mapping[str, tuple[CheckKind, Mapping[str, CheckResult]]] = {
    "screening_progress": (CheckKind.AML, words.SCREENING),
    "risk_classification_status": (CheckKind.RISK, words.RISK),
    "customer_vetting_status": (CheckKind.AML, words.VETTING),
}
"""Section 6.3. By one of these members a person is known among the API's answers."""

_NAMES = ("first_name", "last_name")
"""Looked at for the test scenarios of section 9 alone."""
_FLAGGED = "flagged_by_compliance"
_DECIDING = ("id", *CDD, _FLAGGED)


def read_person(document: Mapping[str, object]) -> Reading:
    """A compliance signal about the person's id: checks, and never an outcome (section 6.3).

    Raises ``Unreadable`` without an id.
    """
    findings = new_findings()
    person = required_id(document, "id")
    for name, (kind, results) in CDD.items():
        findings.judge(kind, name, document.get(name), results)
    _read_flag(findings, document.get(_FLAGGED))
    checks, _, unmapped = findings.settle()
    return Reading(
        verification_id=person,
        kind=EventKind.AML,
        outcome=Outcome.UNKNOWN,
        final=False,
        vendor_event="person",
        content=content_of(document, _DECIDING),
        subject_ref=person,
        checks=checks,
        unmapped=unmapped,
        test=any(is_test_name(document.get(name)) for name in _NAMES),
    )


def _read_flag(findings: Findings, value: object) -> None:
    if isinstance(value, bool):
        result = CheckResult.REVIEW if value else CheckResult.PASS
        findings.check(CheckKind.AML, _FLAGGED, result, str(value).lower())
    elif value is not None:
        findings.unknown(_FLAGGED)
