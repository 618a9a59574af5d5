"""The summary's arrays of results, and in which list of section 6 each one's numbers are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from normalizers.findings import Findings
from normalizers.vendors.credas.bodies import Members, guid, listed
from normalizers.vendors.credas.words import LISTS, UNLISTED, Words
from schemas.callback import Callback
from schemas.event import CheckKind, CheckResult

IDENTITY = "identityVerifications"
SUPPORTING = "supportingDocuments"

OPTIONS: Mapping[str, tuple[str, str]] = {
    IDENTITY: ("identity_verifications", "check"),
    SUPPORTING: ("supporting_documents", "verification"),
    "rightToRentChecks": ("right_to_rent_checks", "verification"),
    "rightToWorkChecks": ("right_to_work_checks", "verification"),
    "safeHarbourChecks": ("safe_harbour_checks", "verification"),
    "proofOfOwnershipChecks": ("proof_of_ownership_checks", "verification"),
    "bankAccountChecks": ("bank_account_checks", "bank"),
}
"""Section 6.3: by array the account's option that names its list, and the default. Right to work is on no page; its own
document and that of right to rent are alike (section 6.1).
"""

ARRAYS: Mapping[str, CheckKind] = {
    "addressMortalityChecks": CheckKind.ADDRESS,
    "bankAccountChecks": CheckKind.BANK,
    "proofOfOwnershipChecks": CheckKind.REGISTRY,
    "rightToRentChecks": CheckKind.ADDITIONAL_STEP,
    "rightToWorkChecks": CheckKind.ADDITIONAL_STEP,
    "safeHarbourChecks": CheckKind.ADDITIONAL_STEP,
    "internationalScreeningChecks": CheckKind.AML,
    "sanctionsAndPepsChecks": CheckKind.AML,
}
"""Section 5.1, beside the identity verifications; the last two are on no page. None of them decides a process."""


def words_of(callback: Callback, array: str) -> Words:
    option, default = OPTIONS[array]
    return LISTS.get(callback.option(option) or default, LISTS[default])


def entries_of(findings: Findings, holder: Members, name: str) -> Sequence[Members]:
    return [findings.members_of(name, entry) for entry in findings.entries_of(name, holder.get(name))]


def read_checks(findings: Findings, callback: Callback, document: Members, process: str) -> None:
    """A check for each result of the process, or of none in particular.

    One of an array whose list nobody knows is there, but its number is not read.
    """
    for array, kind in ARRAYS.items():
        for entry in entries_of(findings, document, array):
            if guid(entry.get("processId")) not in (None, process) or entry.get("overallResult") is None:
                continue
            if array not in OPTIONS:
                findings.check(kind, array, CheckResult.UNKNOWN)
                continue
            path = f"{array}.overallResult"
            word = listed(findings, path, entry["overallResult"], words_of(callback, array)) or UNLISTED
            findings.check(kind, array, word.result, word.name)
