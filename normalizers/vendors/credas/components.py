"""An event about a part of a process: never the process' own outcome (the facts, section 6.4)."""

from __future__ import annotations

from normalizers.documents import canonical
from normalizers.findings import Findings
from normalizers.reading import Reading, Unreadable
from normalizers.vendors.credas.bodies import guid
from normalizers.vendors.credas.words import Word
from schemas.callback import Callback
from schemas.deadletter import DeadLetterReason
from schemas.event import DecidedBy, EventKind, Outcome


def component(
    findings: Findings,
    callback: Callback,
    vendor_event: str,
    word: Word | None,
    said: object,
    *,
    name: str | None,
    kind: EventKind = EventKind.ADDITIONAL_STEP,
    subject_ref: str | None = None,
) -> Reading:
    """The part as a subject of its own, ``<process>.<vendor_event>.<name>``: no part of a process hides another.

    It is never final: it may be reviewed at any time, and the last word on it counts. ``said`` makes the decision.
    Raises ``Unreadable`` where it was fetched for no process.
    """
    process = guid(callback.verification_id)
    if process is None:
        raise Unreadable(DeadLetterReason.NO_VERIFICATION_ID, "the document was fetched for no process")
    subject = ".".join((process, vendor_event) if name is None else (process, vendor_event, name))
    checks, reasons, unmapped = findings.settle()
    return Reading(
        verification_id=subject,
        kind=kind,
        outcome=Outcome.UNKNOWN if word is None else word.outcome,
        final=False,
        vendor_event=vendor_event,
        content=canonical([subject, vendor_event, said]),
        vendor_status=None if word is None else word.name,
        subject_ref=subject_ref,
        decided_by=DecidedBy.UNKNOWN if word is None else word.decided_by,
        checks=checks,
        reasons=reasons,
        unmapped=unmapped,
        waits_for=None if word is None else word.waits_for,
    )
