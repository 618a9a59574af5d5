"""The checks and reasons of a result body (the facts, sections 5.1 to 5.6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from normalizers.findings import Findings
from normalizers.vendors.idenfy import reasons, registers, results, screening
from normalizers.vendors.idenfy.members import ADDRESS_MEMBERS
from normalizers.vendors.idenfy.steps import additional_steps
from schemas.event import Check, CheckKind, CheckResult, ReasonClass

Members = Mapping[str, object]


def read_status(findings: Findings, status: Members) -> None:
    """The checks and reasons of ``status`` (section 5.2).

    Face and document each give the automatic and the manual check; the reason is the manual value's where there is one,
    for it is the final one.
    """
    findings.judge(CheckKind.FACE, "autoFace", status.get("autoFace"), results.FACE, "status.autoFace")
    findings.judge(CheckKind.FACE, "manualFace", status.get("manualFace"), results.FACE, "status.manualFace")
    findings.judge(
        CheckKind.DOCUMENT, "autoDocument", status.get("autoDocument"), results.DOCUMENT, "status.autoDocument"
    )
    findings.judge(
        CheckKind.DOCUMENT, "manualDocument", status.get("manualDocument"), results.DOCUMENT, "status.manualDocument"
    )
    steps = status.get("additionalSteps")
    findings.judge(
        CheckKind.ADDITIONAL_STEP, "additionalSteps", steps, results.ADDITIONAL_STEPS, "status.additionalSteps"
    )
    screening.flags(findings, status, prefix="status.")
    _reason_of(findings, status, "Face", reasons.FACE)
    _reason_of(findings, status, "Document", reasons.DOCUMENT)
    for name in ("fraudTags", "suspicionReasons", "mismatchTags"):
        for tag in findings.entries_of(f"status.{name}", status.get(name)):
            findings.reason(f"status.{name}", tag, reasons.TAGS)
    for text in findings.entries_of("status.denyReasons", status.get("denyReasons")):
        findings.free_reason("status.denyReasons", text, reasons.TAGS)


def _reason_of(findings: Findings, status: Members, subject: str, classes: Mapping[str, ReasonClass | None]) -> None:
    for name in (f"manual{subject}", f"auto{subject}"):
        value = status.get(name)
        if isinstance(value, str) and value:
            findings.reason(f"status.{name}", value, classes)
            return


def has_manual_values(status: Members) -> bool:
    """Section 5.2: filled ``manual*`` values are a human's."""
    return any(isinstance(status.get(name), str) and status.get(name) for name in ("manualFace", "manualDocument"))


def read_data(findings: Findings, data: Members) -> None:
    """The checks that stand inside ``data`` (section 5.3); nothing that describes the person goes further."""
    findings.word("data.docType", data.get("docType"), results.DOCUMENT_TYPES)
    findings.word("data.ageEstimate", data.get("ageEstimate"), results.AGE_ESTIMATES)
    proxy = data.get("clientIpProxyRiskLevel")
    findings.judge(CheckKind.RISK, "clientIpProxyRiskLevel", proxy, results.RISK, "data.clientIpProxyRiskLevel")
    for name in ("duplicateFaces", "duplicateDocFaces"):
        if findings.entries_of(f"data.{name}", data.get(name)):
            findings.checks.append(Check(CheckKind.DUPLICATE, name, CheckResult.REVIEW))


def read_checks(findings: Findings, document: Members, data: Members) -> None:
    """The checks that stand beside ``status`` (sections 5.1 and 5.5), whichever generation the body is of."""
    for name, read in _READERS.items():
        value = document.get(name)
        if value is not None:
            read(findings, value)
    placed = {name: _either_place(document, data, name) for name in ADDRESS_MEMBERS}
    registers.registry_center(findings, placed["registryCenterCheck"])
    registers.addresses(findings, placed)
    additional_steps(findings, document.get("additionalSteps"), placed["additionalData"])


def _either_place(document: Members, data: Members, name: str) -> object:
    """Section 5.6: these members stand at the top level or inside ``data``; the top level wins."""
    value = document.get(name)
    return data.get(name) if value is None else value


def _gdc(findings: Findings, value: object) -> None:
    findings.flag(CheckKind.REGISTRY, "gdcMatch", value)


def _questionnaire(findings: Findings, value: object) -> None:
    """Only that there are answers: they hold anything, passwords included, and nobody judges them."""
    if findings.members_of("questionnaireAnswers", value):
        findings.checks.append(Check(CheckKind.QUESTIONNAIRE, "questionnaireAnswers", CheckResult.UNKNOWN))


def _utility(findings: Findings, _value: object, *, name: str) -> None:
    """Section 5.6: the older form of a proof of address; its members are not published, so it is only named."""
    findings.checks.append(Check(CheckKind.ADDRESS, name, CheckResult.UNKNOWN))


def _risk(findings: Findings, value: object) -> None:
    level = findings.members_of("riskAssessment", value).get("riskLevel")
    findings.judge(CheckKind.RISK, "riskAssessment", level, results.RISK, "riskAssessment.riskLevel")


def _bank(findings: Findings, value: object) -> None:
    """The check of a bank verification, which is there but unjudged if it has no risk level."""
    name = "bankVerification"
    members = findings.members_of(name, value)
    level = members.get("riskLevel")
    findings.judge(CheckKind.BANK, name, level, results.RISK, f"{name}.riskLevel")
    if members and level is None:
        findings.checks.append(Check(CheckKind.BANK, name, CheckResult.UNKNOWN))


def _bank_card(findings: Findings, value: object) -> None:
    name = "bankCardVerification"
    members = findings.members_of(name, value)
    findings.judge(CheckKind.BANK, name, members.get("status"), results.BANK_CARD, f"{name}.status")
    for match in ("nameMatch", "lastFourMatch"):
        findings.flag(CheckKind.BANK, f"{name}.{match}", members.get(match))


def _email(findings: Findings, value: object) -> None:
    verified = findings.members_of("emailVerification", value).get("emailVerified")
    findings.flag(CheckKind.EMAIL, "emailVerification.emailVerified", verified)


def _phone(findings: Findings, value: object) -> None:
    verified = findings.members_of("phoneVerification", value).get("phoneVerified")
    findings.flag(CheckKind.PHONE, "phoneVerification.phoneVerified", verified)


def _services(kind: CheckKind, name: str) -> Callable[[Findings, object], None]:
    return lambda findings, value: screening.services(findings, kind, name, value)


def _aml_check(findings: Findings, value: object) -> None:
    screening.aml_check(findings, "amlCheck", value)


_READERS: Mapping[str, Callable[[Findings, object], None]] = {
    "AML": _services(CheckKind.AML, "AML"),
    "aml": _services(CheckKind.AML, "aml"),
    "amlCheck": _aml_check,
    "LID": _services(CheckKind.LOST_DOCUMENT, "LID"),
    "lid": _services(CheckKind.LOST_DOCUMENT, "lid"),
    "CRIMINAL_CHECK": _services(CheckKind.CRIMINAL, "CRIMINAL_CHECK"),
    "gdcMatch": _gdc,
    "driverLicenseCheck": registers.driver_license,
    "utilityData": partial(_utility, name="utilityData"),
    "utility_data": partial(_utility, name="utility_data"),
    "questionnaireAnswers": _questionnaire,
    "riskAssessment": _risk,
    "bankVerification": _bank,
    "bankCardVerification": _bank_card,
    "emailVerification": _email,
    "phoneVerification": _phone,
}
