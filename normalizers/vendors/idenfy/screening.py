"""Checks against lists: AML, lost and stolen documents, criminal records (the facts, section 5.5)."""

from __future__ import annotations

from collections.abc import Mapping

from normalizers.findings import Findings, label
from normalizers.vendors.idenfy import results
from schemas.event import Check, CheckKind, CheckResult

_FLAGGED = frozenset({"FLAGS_FOUND", "TRUE_POSITIVE"})


def services(findings: Findings, kind: CheckKind, name: str, value: object) -> None:
    """One check for each service that was asked, called ``<name>.<service>``.

    ``value`` is a list of services, or one service alone (section 5.6, the oldest generation).
    """
    if value is None:
        return
    for entry in [value] if isinstance(value, dict) else findings.entries_of(name, value):
        if isinstance(entry, dict):
            _service(findings, kind, name, entry)
        else:
            findings.unknown(name)


def _service(findings: Findings, kind: CheckKind, name: str, entry: Mapping[str, object]) -> None:
    status = findings.members_of(f"{name}.status", entry.get("status"))
    word = findings.word(f"{name}.status.overallStatus", status.get("overallStatus"), results.SERVICE)
    service = label(entry.get("serviceName"), "")
    result = _service_result(status)
    findings.checks.append(Check(kind, f"{name}.{service}" if service else name, result, word))
    if result is CheckResult.REVIEW:
        _suspicions(findings, name, entry.get("data"))


def _service_result(status: Mapping[str, object]) -> CheckResult:
    """A hit counts even if the check broke off later; without one, a check that did not succeed is not clean."""
    if status.get("overallStatus") == "SUSPECTED" or status.get("serviceSuspected") is True:
        return CheckResult.REVIEW
    if status.get("checkSuccessful") is False or status.get("serviceUsed") is False:
        return CheckResult.NOT_DONE
    word = status.get("overallStatus")
    return results.SERVICE.get(word, CheckResult.UNKNOWN) if isinstance(word, str) else CheckResult.UNKNOWN


def _suspicions(findings: Findings, name: str, rows: object) -> None:
    """One check for each kind of hit that the rows name; a row that the account cleared (``whitelisted``) is no hit."""
    words: dict[str, None] = {}
    for row in findings.entries_of(f"{name}.data", rows):
        if isinstance(row, dict) and row.get("whitelisted") is not True:
            word = findings.word(f"{name}.data.suspicion", row.get("suspicion"), results.SUSPICIONS)
            words |= {} if word is None else {word: None}
    for word in words:
        kind = results.SUSPICIONS.get(word, CheckKind.UNKNOWN)
        findings.checks.append(Check(kind, f"{name}.data.suspicion", CheckResult.REVIEW, word))


def aml_check(findings: Findings, name: str, value: object) -> str | None:
    """The checks of an ``amlCheck`` (AML v3), and its ``overallStatus`` if that may be shown."""
    if value is None:
        return None
    check = findings.members_of(name, value)
    word = check.get("overallStatus")
    findings.judge(CheckKind.AML, name, word, results.SCREENED, path=f"{name}.overallStatus")
    if isinstance(word, str) and word in _FLAGGED:
        _datasets(findings, name, check.get("amlCheck"), results.SCREENED[word])
    return word if isinstance(word, str) and word in results.SCREENED else None


def _datasets(findings: Findings, name: str, hits: object, result: CheckResult) -> None:
    words: dict[str, None] = {}
    for hit in findings.entries_of(f"{name}.amlCheck", hits):
        datasets = hit.get("datasets") if isinstance(hit, dict) else None
        for value in findings.entries_of(f"{name}.amlCheck.datasets", datasets):
            word = findings.word(f"{name}.amlCheck.datasets", value, results.DATASETS)
            words |= {} if word is None else {word: None}
    for word in words:
        kind = results.DATASETS.get(word, CheckKind.UNKNOWN)
        findings.checks.append(Check(kind, f"{name}.amlCheck.datasets", result, word))


_FLAG_MEMBERS: tuple[tuple[CheckKind, str], ...] = (
    (CheckKind.PEP, "pepsStatus"),
    (CheckKind.SANCTIONS, "sanctionsStatus"),
    (CheckKind.ADVERSE_MEDIA, "adverseMediaStatus"),
    (CheckKind.AML, "amlResultClass"),
)


def flags(findings: Findings, members: Mapping[str, object], prefix: str = "") -> None:
    """The checks of ``pepsStatus`` and its sisters (section 5.2), where they are filled."""
    for kind, name in _FLAG_MEMBERS:
        findings.judge(kind, name, members.get(name), results.SCREENED, path=prefix + name)


def is_flagged(value: object) -> bool:
    """Whether a status of AML v3 says that something was found."""
    return isinstance(value, str) and value in _FLAGGED
