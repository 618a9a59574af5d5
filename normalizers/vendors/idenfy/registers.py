"""Checks against registers and of addresses (the facts, sections 5.1, 5.5 and 5.6)."""

from __future__ import annotations

from collections.abc import Mapping

from normalizers.findings import Findings
from normalizers.vendors.idenfy import results
from schemas.event import Check, CheckKind, CheckResult

_RESOURCE_TYPES = frozenset({"HungaryRegistryCenterCheck", "LithuaniaRegistryCenterCheck", "Us15RegistryCenterCheck"})
_US15_TWINS = (
    "firstNameStatus",
    "lastNameStatus",
    "middleNameStatus",
    "dobStatus",
    "yobStatus",
    "address1Status",
    "address2Status",
    "cityStatus",
    "stateStatus",
    "zipStatus",
    "idNumStatus",
    "phoneStatus",
    "emailStatus",
)
_DRIVER_LICENSE_MATCHES = (
    "nameMatch",
    "surnameMatch",
    "dateOfBirthMatch",
    "dateOfIssueMatch",
    "dateOfExpiryMatch",
    "documentNumberMatch",
    "genderMatch",
)


def registry_center(findings: Findings, value: object) -> None:
    """The checks of a ``registryCenterCheck``.

    Us15 judges field by field. The Lithuanian and the Hungarian shape repeat what the register holds and judge nothing:
    their one check has the result UNKNOWN, and a mismatch shows in ``mismatchTags``.
    """
    if value is None:
        return
    path = "registryCenterCheck"
    check = findings.members_of(path, value)
    judged = [name for name in _US15_TWINS if check.get(name) is not None]
    for name in judged:
        findings.judge(CheckKind.REGISTRY, f"{path}.{name}", check[name], results.REGISTERED)
    resource = findings.word(f"{path}.resourceType", check.get("resourceType"), _RESOURCE_TYPES)
    if check and not judged:
        findings.checks.append(Check(CheckKind.REGISTRY, path, CheckResult.UNKNOWN, resource))


def driver_license(findings: Findings, value: object) -> None:
    if value is None:
        return
    path = "driverLicenseCheck"
    check = findings.members_of(path, value)
    for name in _DRIVER_LICENSE_MATCHES:
        findings.flag(CheckKind.REGISTRY, f"{path}.{name}", check.get(name))


def addresses(findings: Findings, members: Mapping[str, object]) -> None:
    """The checks of an address: by the vendor's service, and by its reviewer.

    Ordinary bodies carry ``manualAddressMatch`` false beside no ``manualAddress`` at all, so a mismatch counts only if
    the reviewer had typed in an address.
    """
    verification = members.get("addressVerification")
    if verification is not None:
        status = findings.members_of("addressVerification", verification).get("status")
        findings.judge(
            CheckKind.ADDRESS, "addressVerification", status, results.ADDRESS, path="addressVerification.status"
        )
    match = members.get("manualAddressMatch")
    if match is not False or members.get("manualAddress"):
        findings.flag(CheckKind.ADDRESS, "manualAddressMatch", match)
