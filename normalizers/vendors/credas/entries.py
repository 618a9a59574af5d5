"""Submissions of identity evidence (the facts, 5.1): one by itself, or an entity's list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo

from normalizers.findings import Findings
from normalizers.reading import Reading, Unreadable
from normalizers.vendors.credas import members
from normalizers.vendors.credas.arrays import entries_of
from normalizers.vendors.credas.bodies import Members, guid, listed, moment, new_findings
from normalizers.vendors.credas.components import component
from normalizers.vendors.credas.words import VERIFICATION_RESULT
from normalizers.vendors.credas.zones import zone_of
from schemas.callback import Callback
from schemas.deadletter import DeadLetterReason
from schemas.event import CheckKind, CheckResult, Reason, ReasonClass

OVERALL = "verificationResult"
DOCUMENTS = "idDocuments"

PARTS: Mapping[str, tuple[CheckKind, ReasonClass]] = {
    "livenessVerificationResult": (CheckKind.LIVENESS, ReasonClass.UNKNOWN),
    "facialMatchVerificationResult": (CheckKind.FACE, ReasonClass.MISMATCH),
    "nameCheckVerificationResult": (CheckKind.DOCUMENT, ReasonClass.MISMATCH),
}
DOCUMENT_PARTS: Mapping[str, tuple[CheckKind, ReasonClass]] = {
    OVERALL: (CheckKind.DOCUMENT, ReasonClass.UNKNOWN),
    "facialMatchVerificationResult": (CheckKind.FACE, ReasonClass.MISMATCH),
    "nameCheckVerificationResult": (CheckKind.DOCUMENT, ReasonClass.MISMATCH),
    "visualAnalysisVerificationResult": (CheckKind.DOCUMENT, ReasonClass.UNKNOWN),
    "nfcCheckVerificationResult": (CheckKind.DOCUMENT, ReasonClass.UNKNOWN),
}
"""Section 6.1: all members ending in ``VerificationResult``, and ``verificationResult`` itself."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_entry(document: object) -> bool:
    return isinstance(document, dict) and not {"idvId", DOCUMENTS, "livenessVerificationResult"}.isdisjoint(document)


def read_entries(callback: Callback, entries: Sequence[Members]) -> Reading:
    """The newest of an entity's submissions, at least one; of which process each is, they do not say."""
    zone = zone_of(callback)
    return read_entry(callback, max(entries, key=lambda entry: _created(entry, zone)))


def _created(entry: Members, zone: tzinfo) -> tuple[datetime, str]:
    return moment(entry.get("dateCreated"), zone) or _EPOCH, str(entry.get("id"))


def read_entry(callback: Callback, entry: Members) -> Reading:
    """Raises ``Unreadable`` without an id."""
    name = guid(entry.get("id"))
    if name is None:
        raise Unreadable(DeadLetterReason.NO_VERIFICATION_ID, "the submission has no id")
    findings = new_findings()
    findings.unknown_members(entry, members.ENTRY)
    word = listed(findings, OVERALL, entry.get(OVERALL), VERIFICATION_RESULT)
    _read_parts(findings, "", entry, PARTS)
    findings.free_reason("verificationReason", entry.get("verificationReason"), {})
    documents = entries_of(findings, entry, DOCUMENTS)
    for document in documents:
        _read_parts(findings, f"{DOCUMENTS}.", document, DOCUMENT_PARTS)
        findings.free_reason(f"{DOCUMENTS}.verificationReason", document.get("verificationReason"), {})
    said = _said(entry, (OVERALL, *PARTS))
    listed_documents = {str(guid(each.get("id"))): _said(each, tuple(DOCUMENT_PARTS)) for each in documents}
    owner = guid(entry.get("entityId"))
    return component(findings, callback, "idv-entry", word, [said, listed_documents], name=name, subject_ref=owner)


def _read_parts(
    findings: Findings, prefix: str, holder: Members, parts: Mapping[str, tuple[CheckKind, ReasonClass]]
) -> None:
    for name, (kind, reason_class) in parts.items():
        word = listed(findings, prefix + name, holder.get(name), VERIFICATION_RESULT)
        if word is not None:
            findings.check(kind, prefix + name, word.result, word.name)
            if word.result in (CheckResult.FAIL, CheckResult.REVIEW):
                findings.reasons[Reason(reason_class, prefix + name)] = None


def _said(holder: Members, names: Sequence[str]) -> Mapping[str, object]:
    return {name: holder[name] for name in names if holder.get(name) is not None}
