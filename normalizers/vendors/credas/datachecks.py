"""Data checks (the facts, 5, 6.1 and 6.6): address, bank account, screening … by the kind they were fetched as.

Of most only the result is published, so whatever else they hold is neither read nor noted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from normalizers.reading import Reading
from normalizers.vendors.credas.bodies import Members, listed, new_findings, whole
from normalizers.vendors.credas.components import component
from normalizers.vendors.credas.words import BANK_RESULT, MATCH, SCREENING, VERIFICATION_RESULT, Words
from schemas.callback import Callback
from schemas.event import CheckKind, CheckResult, EventKind, Reason, ReasonClass


@dataclass(frozen=True, slots=True)
class DataCheck:
    """The member that holds the result of a kind of data check, and the list that its number is in."""

    member: str
    words: Words
    check: CheckKind
    kind: EventKind = EventKind.ADDITIONAL_STEP
    reason: ReasonClass = ReasonClass.UNKNOWN


SANCTIONS = "sanctions-and-peps"
LAND_REGISTRY = "land-registry"

KINDS: Mapping[str, DataCheck] = {
    SANCTIONS: DataCheck("status", SCREENING, CheckKind.AML, EventKind.AML, ReasonClass.SCREENING),
    "bank-account": DataCheck("result", BANK_RESULT, CheckKind.BANK, reason=ReasonClass.MISMATCH),
    LAND_REGISTRY: DataCheck("status", VERIFICATION_RESULT, CheckKind.REGISTRY, reason=ReasonClass.MISMATCH),
    "right-to-rent": DataCheck("status", VERIFICATION_RESULT, CheckKind.ADDITIONAL_STEP),
    "right-to-work": DataCheck("status", VERIFICATION_RESULT, CheckKind.ADDITIONAL_STEP),
    "safe-harbour": DataCheck("status", VERIFICATION_RESULT, CheckKind.ADDITIONAL_STEP),
}
"""By the kind of the target (``checked_by``): without it nobody knows what a ``status`` of 2 is."""

_MATCH = "match"


def is_screening(document: Members) -> bool:
    return not {"isOnGoingMonitor", "resultsCount"}.isdisjoint(document)


def read_data_check(callback: Callback, kind: str, document: Members) -> Reading:
    """What the check found; UNKNOWN where its result is not there (section 2.3: do not fail)."""
    check = KINDS[kind]
    findings = new_findings()
    word = listed(findings, f"{kind}.{check.member}", document.get(check.member), check.words)
    if word is None:
        findings.unknown(f"{kind}.{check.member}")
    else:
        findings.check(check.check, kind, word.result, word.name)
        if word.result in (CheckResult.FAIL, CheckResult.REVIEW):
            findings.reasons[Reason(check.reason, kind)] = None
    matches = _matches(document) if kind == LAND_REGISTRY else {}
    for value in matches.values():
        match = listed(findings, f"{kind}.{_MATCH}", value, MATCH)
        if match is not None:
            findings.check(check.check, f"{kind}.{_MATCH}", match.result, match.name)
    said = [document.get(check.member), matches]
    return component(findings, callback, kind, word, said, name=_number(document), kind=check.kind)


def _matches(document: Members) -> Mapping[str, int]:
    """What the land registry compared. Its members are on no page; a name that ends so holds a number of that list."""
    found = {name: whole(value) for name, value in sorted(document.items()) if name.lower().endswith(_MATCH)}
    return {name: value for name, value in found.items() if value is not None}


def _number(document: Members) -> str | None:
    """Section 1: the id of a data check is an integer."""
    numbers = (whole(document.get(name)) for name in ("dataCheckId", "rtxCheckId", "id"))
    found = next((number for number in numbers if number is not None), None)
    return None if found is None else str(found)
