"""What iDenfy answers when it is asked because no webhook came: ``POST /api/v2/status`` (the facts, section 8)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from normalizers.documents import canonical
from normalizers.findings import Findings
from normalizers.reading import Previous, Reading, Recall, Unreadable
from normalizers.vendors.idenfy import checks, members
from normalizers.vendors.idenfy.decision import OVERALL, RESULT, decide, decided_by
from normalizers.vendors.idenfy.identity import subject_id, subject_ref
from schemas.deadletter import DeadLetterReason
from schemas.event import EventKind

RECONCILED = "RECONCILED"
"""Section 8, recovery: the answer counts as a webhook of this type."""

_STATUS = "status"


def read_answer(document: Mapping[str, object], recall: Recall) -> Reading | None:
    """What the answer says; ``None`` where it only confirms the last decision that is remembered.

    An answer lacks most of what a webhook says, so its content never equals one; the same outcome, as final as before,
    is the webhook's decision and not a second one. Raises ``Unreadable`` without a ``scanRef`` or a ``status``.
    """
    scan_ref = subject_id(document, ("scanRef",))
    if scan_ref is None:
        raise Unreadable(DeadLetterReason.NO_VERIFICATION_ID, "the answer has no scanRef")
    overall = _overall(document)
    previous = partial(recall, scan_ref, EventKind.VERIFICATION)
    decision = decide(RESULT, overall, final=None, previous=previous)
    if previous() == Previous(decision.outcome, decision.final):
        return None
    findings = Findings()
    vendor_status = findings.word(_STATUS, overall, OVERALL)
    findings.unknown_members(document, members.STATUS_ANSWER)
    checks.read_status(findings, {name: value for name, value in document.items() if name in members.STATUS})
    client = subject_ref(findings, document)
    gathered_checks, gathered_reasons, unmapped = findings.settle()
    return Reading(
        verification_id=scan_ref,
        kind=EventKind.VERIFICATION,
        outcome=decision.outcome,
        final=decision.final,
        vendor_event=RECONCILED,
        content=canonical({name: value for name, value in document.items() if name in members.STATUS_ANSWER}),
        vendor_status=vendor_status,
        subject_ref=client,
        decided_by=decided_by(RESULT, overall, decision, manual_values=checks.has_manual_values(document)),
        checks=gathered_checks,
        reasons=gathered_reasons,
        unmapped=unmapped,
        waits_for=decision.waits_for,
    )


def _overall(document: Mapping[str, object]) -> str:
    """Section 8: unlike a webhook's, this ``status`` is the text itself."""
    overall = document.get(_STATUS)
    if overall is None or overall == "":
        raise Unreadable(DeadLetterReason.MISSING_FIELD, "the answer has no status")
    if not isinstance(overall, str):
        raise Unreadable(DeadLetterReason.WRONG_TYPE, "status is not a text")
    return overall
