"""The result of a verification: what the bodies of all ``IDENTIFICATION*`` webhooks say."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from normalizers.documents import canonical
from normalizers.findings import Findings
from normalizers.reading import Reading, Recall, Unreadable
from normalizers.vendors.idenfy import checks, members
from normalizers.vendors.idenfy.decision import ENDS_WITHOUT_RESULT, OVERALL, RESUBMITTED, decide, decided_by
from normalizers.vendors.idenfy.identity import subject_id, subject_ref, time_of_seconds
from normalizers.vendors.idenfy.results import PLATFORMS
from schemas.deadletter import DeadLetterReason
from schemas.event import EventKind

Members = Mapping[str, object]


def read_verification(event: str, word: str, document: Members, recall: Recall) -> Reading:
    """What a result body says; ``event`` is its type and ``word`` the vendor's spelling of it.

    Raises ``Unreadable`` where the facts require a member (section 5) and it is not there or of another type.
    """
    if document.get("status") is None and not members.FLAT_FORM.isdisjoint(document):
        raise Unreadable(DeadLetterReason.UNSUPPORTED_FORM, "the body is of the very old flat form")
    findings = Findings()
    data = findings.members_of("data", document.get("data"))
    scan_ref = _scan_ref(document, data)
    status = _status(event, document)
    overall = _overall(event, status)
    previous = partial(recall, scan_ref, EventKind.VERIFICATION)
    decision = decide(event, overall, final=_final(document), previous=previous)
    vendor_status = findings.word("status.overall", overall, OVERALL)
    _gather(findings, document, status, data)
    client = subject_ref(findings, document, data)
    finished = time_of_seconds(findings, "finishTime", document.get("finishTime"))
    gathered_checks, gathered_reasons, unmapped = findings.settle()
    return Reading(
        verification_id=scan_ref,
        kind=EventKind.VERIFICATION,
        outcome=decision.outcome,
        final=decision.final,
        vendor_event=word,
        content=canonical({name: value for name, value in document.items() if name in members.DECIDING}),
        vendor_status=vendor_status,
        subject_ref=client,
        reopens=event == RESUBMITTED and not decision.final,
        decided_by=decided_by(event, overall, decision, manual_values=checks.has_manual_values(status)),
        occurred_at=finished,
        checks=gathered_checks,
        reasons=gathered_reasons,
        unmapped=unmapped,
        waits_for=decision.waits_for,
    )


def _scan_ref(document: Members, data: Members) -> str:
    """Section 5.6: one account repeats its ids inside ``data``; the top level wins."""
    scan_ref = subject_id(document, ("scanRef",)) or subject_id(data, ("scanRef",))
    if scan_ref is None:
        raise Unreadable(DeadLetterReason.NO_VERIFICATION_ID, "the body has no scanRef")
    return scan_ref


def _status(event: str, document: Members) -> Members:
    status = document.get("status")
    if isinstance(status, dict):
        return status
    if status is not None:
        raise Unreadable(DeadLetterReason.WRONG_TYPE, "status is not an object")
    if event in ENDS_WITHOUT_RESULT:
        return {}
    raise Unreadable(DeadLetterReason.MISSING_FIELD, "the body has no status")


def _overall(event: str, status: Members) -> str | None:
    overall = status.get("overall")
    if isinstance(overall, str) and overall:
        return overall
    if overall is not None and overall != "":
        raise Unreadable(DeadLetterReason.WRONG_TYPE, "status.overall is not a text")
    if event in ENDS_WITHOUT_RESULT:
        return None
    raise Unreadable(DeadLetterReason.MISSING_FIELD, "the body has no status.overall")


def _final(document: Members) -> bool | None:
    """Section 2: the EXPIRED and CANCELLED bodies promise no value here but give "-"."""
    final = document.get("final")
    if isinstance(final, bool):
        return final
    if final is None or final == "-":
        return None
    raise Unreadable(DeadLetterReason.WRONG_TYPE, "final is not a boolean")


def _gather(findings: Findings, document: Members, status: Members, data: Members) -> None:
    findings.unknown_members(document, members.RESULT)
    findings.unknown_members(status, members.STATUS, "status.")
    findings.unknown_members(data, members.DATA, "data.")
    findings.word("platform", document.get("platform"), PLATFORMS)
    checks.read_status(findings, status)
    checks.read_data(findings, data)
    checks.read_checks(findings, document, data)
