"""A fetched transaction of IDKit's (the facts, section 5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from normalizers.documents import canonical, instant_of_text
from normalizers.findings import Findings
from normalizers.reading import Reading, Recall, Unreadable
from normalizers.references import safe_reference
from normalizers.vendors.idverse import members, words
from normalizers.vendors.idverse.checks import read_checks
from normalizers.vendors.idverse.outcome import decide, flagged_as, said, waited_at
from normalizers.vendors.idverse.words import End
from schemas.callback import Callback
from schemas.deadletter import DeadLetterReason
from schemas.event import DecidedBy, EventKind, Outcome

_MAX_REFERENCE = 200
_DECIDED_BY = {
    Outcome.VERIFIED: DecidedBy.AUTOMATIC,
    Outcome.REJECTED: DecidedBy.AUTOMATIC,
    Outcome.NEEDS_REVIEW: DecidedBy.AUTOMATIC,
    Outcome.EXPIRED: DecidedBy.AUTOMATIC,
}
"""Section 6.1: whether the user or an administrator cancelled is not said."""


def read_transaction(callback: Callback, document: Mapping[str, object], recall: Recall) -> Reading | None:
    """What the transaction says; ``None`` where its outcome was given before and is to be kept (section 4): it is
    redacted, or its results are gone.

    Raises ``Unreadable`` where id or status are missing or wrong.
    """
    name = _id(callback, document)
    redacted = any(document.get(member) not in (None, "") for member in members.REDACTIONS)
    results = said(document.get("results"))
    emptied = document.get("status") == words.COMPLETE and not results
    known = recall(name, EventKind.VERIFICATION) if redacted or emptied else None
    if known is not None and known.final:
        return None
    findings = Findings()
    findings.unknown_members(document, members.TRANSACTION)
    status = _status(findings, document)
    closed_at = _time(findings, "closed_at", document.get("closed_at"))
    created_at = _time(findings, "created_at", document.get("created_at"))
    found = findings.members_of("results", document.get("results"))
    findings.unknown_members(found, frozenset({"overall", *words.PARTS}), "results.")
    end = decide(
        findings,
        status,
        results,
        flagged=flagged_as(callback.option("flagged")),
        waited=None if redacted else waited_at(callback.received_at, closed_at, created_at),
    )
    _note_words(findings, document)
    read_checks(findings, document)
    return _reading(findings, document, name, end, status, closed_at)


def _reading(
    findings: Findings,
    document: Mapping[str, object],
    name: str,
    end: End,
    status: str | None,
    closed_at: datetime | None,
) -> Reading:
    checks, reasons, unmapped = findings.settle()
    return Reading(
        verification_id=name,
        kind=EventKind.VERIFICATION,
        outcome=end.outcome,
        final=end.final,
        vendor_event="transaction",
        content=canonical([name, document.get("status"), _deciding(document)]),
        vendor_status=status,
        subject_ref=_reference(findings, document),
        decided_by=_DECIDED_BY.get(end.outcome, DecidedBy.UNKNOWN),
        occurred_at=closed_at if end.final else None,
        checks=checks,
        reasons=reasons,
        unmapped=unmapped,
        waits_for=end.waits_for,
    )


def _id(callback: Callback, document: Mapping[str, object]) -> str:
    """The transaction's own, which must be the one that was asked for."""
    name = document.get("transaction_id")
    if not isinstance(name, str) or not name:
        raise Unreadable(DeadLetterReason.NO_VERIFICATION_ID, "the body has no transaction_id")
    if name != callback.verification_id:
        raise Unreadable(DeadLetterReason.NO_VERIFICATION_ID, "transaction_id is not what the body was fetched for")
    return name


def _status(findings: Findings, document: Mapping[str, object]) -> str | None:
    value = document.get("status")
    if value is None or value == "":
        raise Unreadable(DeadLetterReason.MISSING_FIELD, "the body has no status")
    if not isinstance(value, str):
        raise Unreadable(DeadLetterReason.WRONG_TYPE, "status is not a text")
    return findings.word("status", value, words.STATUSES)


def _deciding(document: Mapping[str, object]) -> object:
    """The results' words beside COMPLETE, null and absent being the same; nothing that a redaction takes away."""
    if document.get("status") != words.COMPLETE:
        return None
    results = said(document.get("results"))
    return {part: results[part] for part in ("overall", *words.PARTS) if part in results} or None


def _reference(findings: Findings, document: Mapping[str, object]) -> str | None:
    """The customer's own reference: that of the person before that of the transaction (section 5).

    One that is all digits may come as a number, as other numbers do (section 5.1), and is kept as text.
    """
    for member in ("customer_identifier", "reference"):
        value = document.get(member)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if isinstance(value, str) and 0 < len(value) <= _MAX_REFERENCE:
            return safe_reference(value)
        if value is not None and value != "":
            findings.unknown(member)
    return None


def _time(findings: Findings, path: str, value: object) -> datetime | None:
    if value is None or value == "":
        return None
    instant = instant_of_text(value) if isinstance(value, str) else None
    if instant is None:
        findings.unknown(path)
    return instant


def _note_words(findings: Findings, document: Mapping[str, object]) -> None:
    """Open lists that mean nothing for the outcome: what is new in them is worth knowing all the same."""
    findings.word("created_by", document.get("created_by"), words.CREATED_BY)
    findings.word("flow_type", document.get("flow_type"), words.FLOWS)
    if not isinstance(document.get("doc_only", False), bool | None):
        findings.unknown("doc_only")
