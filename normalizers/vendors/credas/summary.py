"""An entity's summary, the main call (the facts, 5.1 and 6.3): what became of the process that it was fetched for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from normalizers.documents import canonical
from normalizers.findings import Findings
from normalizers.reading import Reading, Recall, Unreadable
from normalizers.vendors.credas import members
from normalizers.vendors.credas.arrays import ARRAYS, IDENTITY, entries_of, read_checks, words_of
from normalizers.vendors.credas.bodies import Members, guid, new_findings, whole
from normalizers.vendors.credas.newest import newest
from normalizers.vendors.credas.process import overruling
from normalizers.vendors.credas.verification import STILL_ANALYSING, Verdict, deciding, judge, read_parts
from normalizers.vendors.credas.words import DELETED_ENTITY, EXPIRED_ENTITY, Words
from normalizers.vendors.credas.zones import zone_of
from schemas.callback import Callback
from schemas.deadletter import DeadLetterReason
from schemas.event import EventKind, Outcome, Reason, ReasonClass

PROCESS_STATUS = "process_status"
"""Our code for a decision that the process' own status makes, whatever the results are."""

_ENDED = {DELETED_ENTITY: Outcome.CANCELLED, EXPIRED_ENTITY: Outcome.EXPIRED}
"""Section 6.6, the entity's ``status``; in any other the process' own says more."""


@dataclass(frozen=True, slots=True)
class _Summary:
    """The summary as it concerns one process: its results there, and in which list the results of each array are."""

    process: str
    entity: str
    status: int | None
    results: Sequence[Members]
    words: Words


def read_summary(callback: Callback, document: Members, recall: Recall) -> Reading | None:
    """What the results of the process decide; PENDING while there are none: Credas is still analysing (section 5.1).

    ``None`` where there are none any more. Raises ``Unreadable`` where the entity has no id.
    """
    findings = new_findings()
    summary = _summary(findings, callback, document)
    overruled = overruling(summary.process, recall)
    chosen = newest(findings, summary.results, summary.words, zone_of(callback))
    if overruled is not None:
        verdict = _overruled(findings, overruled)
    elif chosen is not None:
        verdict = judge(findings, chosen, summary.words)
    else:
        return _read_none(findings, summary, recall)
    if chosen is not None:
        read_parts(findings, callback, chosen, summary.words)
    read_checks(findings, callback, document, summary.process)
    findings.unknown_members(document, members.ENTITY | {IDENTITY, *ARRAYS})
    return _reading(findings, summary, verdict, None if overruled is not None else chosen)


def _overruled(findings: Findings, outcome: Outcome) -> Verdict:
    findings.reasons[Reason(ReasonClass.UNKNOWN, PROCESS_STATUS)] = None
    return Verdict(None, outcome, final=outcome is Outcome.REJECTED)


def _summary(findings: Findings, callback: Callback, document: Members) -> _Summary:
    process, entity = guid(callback.verification_id), guid(document.get("id"))
    if process is None or entity is None:
        raise Unreadable(DeadLetterReason.NO_VERIFICATION_ID, "the summary has no id, or was fetched for no process")
    found = entries_of(findings, document, IDENTITY)
    own = [entry for entry in found if guid(entry.get("processId")) == process]
    if any(guid(entry.get("processId")) is None for entry in found):
        findings.unknown(f"{IDENTITY}.processId")
    return _Summary(process, entity, whole(document.get("status")), own, words_of(callback, IDENTITY))


def _read_none(findings: Findings, summary: _Summary, recall: Recall) -> Reading | None:
    """No result: what the entity's status ended, else that it goes on. An outcome that was given outlives both."""
    known = recall(summary.process, EventKind.VERIFICATION)
    ended = _ENDED.get(-1 if summary.status is None else summary.status)
    if known is not None and (known.final if ended is not None else known.outcome is not Outcome.PENDING):
        return None
    return Reading(
        verification_id=summary.process,
        kind=EventKind.VERIFICATION,
        outcome=ended or Outcome.PENDING,
        final=ended is not None,
        vendor_event="summary" if ended is None else "entity",
        content=canonical([summary.process, "entity", summary.status if ended is not None else None]),
        subject_ref=summary.entity,
        unmapped=findings.settle()[2],
        waits_for=STILL_ANALYSING if ended is None else None,
    )


def _reading(findings: Findings, summary: _Summary, verdict: Verdict, chosen: Members | None) -> Reading:
    checks, reasons, unmapped = findings.settle()
    return Reading(
        verification_id=summary.process,
        kind=EventKind.VERIFICATION,
        outcome=verdict.outcome,
        final=verdict.final,
        reopens=True,
        vendor_event="summary",
        # Where the process' status overrules the results, none of them is part of the decision.
        content=canonical([summary.process, deciding(chosen)]),
        vendor_status=verdict.word,
        subject_ref=summary.entity,
        decided_by=verdict.decided_by,
        checks=checks,
        reasons=reasons,
        unmapped=unmapped,
        waits_for=verdict.waits_for,
    )
