"""A process as the API answers it (the facts, sections 5 and 6.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from normalizers.documents import canonical
from normalizers.findings import Findings
from normalizers.reading import Reading, Recall, Unreadable
from normalizers.vendors.credas.bodies import Members, guid, new_findings, whole
from schemas.callback import Callback
from schemas.deadletter import DeadLetterReason
from schemas.event import EventKind, Outcome, WaitsFor


@dataclass(frozen=True, slots=True)
class Status:
    """What a status amounts to. One that does not ``decide`` is kept as a signal, for the results beside it."""

    name: str | None
    outcome: Outcome
    decides: bool = True
    final: bool = False
    reopens: bool = False
    waits_for: WaitsFor | None = None


UNLISTED = Status(None, Outcome.NEEDS_REVIEW, decides=False)

ARCHIVED = "Archived"
DELETED = 3

STATUSES: Mapping[int, Status] = {
    0: Status("NotStarted", Outcome.PENDING, reopens=True, waits_for=WaitsFor.CUSTOMER),
    1: Status("InProgress", Outcome.PENDING, reopens=True, waits_for=WaitsFor.CUSTOMER),
    2: Status("Complete", Outcome.UNKNOWN, decides=False),
    DELETED: Status("Deleted", Outcome.CANCELLED, final=True),
    4: Status("PendingApproval", Outcome.NEEDS_REVIEW, decides=False),
    5: Status("Rejected", Outcome.REJECTED, decides=False),
    6: Status("Expired", Outcome.EXPIRED, final=True),
    # Not final, so that it undoes nothing that was decided longer ago than anybody remembers.
    7: Status(ARCHIVED, Outcome.CANCELLED),
}
"""Section 6.2. A process that is under way after its end was begun anew (section 4, a re-invitation)."""

_DECIDED = (Outcome.VERIFIED, Outcome.REJECTED, Outcome.NEEDS_REVIEW, Outcome.EXPIRED, Outcome.CANCELLED)


def read_process(callback: Callback, document: Members, recall: Recall) -> Reading | None:
    """What the process' status says; ``None`` for an archived one whose outcome is known.

    Raises ``Unreadable`` where id or status are missing or wrong.
    """
    name = guid(callback.verification_id)
    if name is None or guid(document.get("id")) != name:
        raise Unreadable(DeadLetterReason.NO_VERIFICATION_ID, "id is not the process that was asked for")
    findings = new_findings()
    status = _status(findings, document)
    if status.name == ARCHIVED and _is_decided(name, recall):
        return None
    people = _people(document)
    if len(people) > 1 and status.outcome is Outcome.UNKNOWN:
        status = UNLISTED
        findings.unknown("processActors")
    return Reading(
        verification_id=name,
        kind=EventKind.VERIFICATION if status.decides else EventKind.SIGNAL,
        outcome=status.outcome,
        final=status.final,
        reopens=status.reopens,
        vendor_event="process",
        content=content_of(name, document.get("status")),
        vendor_status=status.name,
        subject_ref=people[0] if len(people) == 1 else None,
        unmapped=findings.settle()[2],
        waits_for=status.waits_for,
    )


def content_of(name: str, status: object) -> bytes:
    return canonical([name, status])


def _status(findings: Findings, document: Members) -> Status:
    value = document.get("status")
    if value is None:
        raise Unreadable(DeadLetterReason.MISSING_FIELD, "the process has no status")
    number = whole(value)
    if number is None:
        raise Unreadable(DeadLetterReason.WRONG_TYPE, "status is not an integer")
    if number not in STATUSES:
        findings.unknown("status", str(number))
    return STATUSES.get(number, UNLISTED)


def _is_decided(name: str, recall: Recall) -> bool:
    known = recall(name, EventKind.VERIFICATION)
    return known is not None and known.outcome in _DECIDED


def _people(document: Members) -> list[str]:
    """Section 1: a process is about one entity. Of several none decides for the others, so a person has to look."""
    actors = document.get("processActors")
    entries = actors if isinstance(actors, list) else []
    named = (guid(actor.get("entityId")) for actor in entries if isinstance(actor, dict))
    return list(dict.fromkeys(name for name in named if name is not None))


def overruling(name: str, recall: Recall) -> Outcome | None:
    """What the process' own status puts in place of its results; ``None`` where they decide (section 6.2)."""
    known = recall(name, EventKind.SIGNAL)
    return known.outcome if known is not None and known.outcome is not Outcome.UNKNOWN else None
