"""IDnow's attempts at one identification (section 7), and one result of IDnow's by itself (section 10).

They are events of their own kind: what became of the identification is Solaris' word alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from normalizers.documents import canonical, instant_of_text
from normalizers.findings import MAX_ENTRIES, Findings
from normalizers.reading import Reading
from normalizers.vendors.solaris import reasons, statuses
from normalizers.vendors.solaris.codes import TEST_CALL, read_code
from normalizers.vendors.solaris.findings import is_filled, new_findings
from normalizers.vendors.solaris.identity import is_test_name, required_id
from normalizers.vendors.solaris.verdict import Verdict, judge
from normalizers.vendors.solaris.words import CHANGED_FIELDS
from schemas.event import CheckKind, CheckResult, DecidedBy, EventKind, Outcome

Members = Mapping[str, object]

PROCESS = "identificationprocess"
_DATA_CHANGED = ("SUCCESS_DATA_CHANGED", "SUCCESS_DATA_CHANGE")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RESULTS = {
    Outcome.VERIFIED: CheckResult.PASS,
    Outcome.REJECTED: CheckResult.FAIL,
    Outcome.NEEDS_REVIEW: CheckResult.REVIEW,
    Outcome.PENDING: CheckResult.NOT_DONE,
    Outcome.CANCELLED: CheckResult.NOT_DONE,
}
_UNDER_WAY = Verdict(None, Outcome.PENDING, final=False)


@dataclass(frozen=True, slots=True)
class _Attempt:
    result: object
    reason: object
    identity: Sequence[object]
    payload: Members
    ended_at: datetime | None


def read_attempts(identification: str, entries: Sequence[Members]) -> Reading:
    """The attempts that were read for that identification; the latest decides. There is at least one."""
    return _read(identification, "idnow_attempts", [_of_entry(entry) for entry in entries])


def read_result(document: Members) -> Reading:
    """IDnow's own body: section 10, its ``transactionnumber`` is Solaris' id of the identification.

    Raises ``Unreadable`` without that number.
    """
    process = _object(document.get(PROCESS))
    identification = required_id(process, "transactionnumber")
    identity = [process.get("id"), process.get("result"), process.get("reason")]
    attempt = _Attempt(process.get("result"), process.get("reason"), identity, document, _ended_at(process))
    return _read(identification, "idnow", [attempt])


def _of_entry(entry: Members) -> _Attempt:
    payload = _object(entry.get("payload"))
    identity = [entry.get("id"), entry.get("result"), entry.get("reason")]
    ended_at = _ended_at(_object(payload.get(PROCESS)))
    return _Attempt(entry.get("result"), entry.get("reason"), identity, payload, ended_at)


def _read(identification: str, vendor_event: str, attempts: Sequence[_Attempt]) -> Reading:
    findings = new_findings()
    # A later place in the list counts as later where the times do not tell.
    latest = max(enumerate(attempts), key=lambda item: (item[1].ended_at or _EPOCH, item[0]))[1]
    code = findings.reason("reason", latest.reason, reasons.IDNOW_CLASSES)
    verdict = _UNDER_WAY
    if isinstance(latest.result, str) and is_filled(latest.result):
        verdict = judge(findings, "result", latest.result, statuses.IDNOW_RESULT, code)
    for attempt in attempts[:MAX_ENTRIES]:
        _read_attempt(findings, attempt)
    checks, gathered, unmapped = findings.settle()
    return Reading(
        verification_id=identification,
        kind=EventKind.VIDEO_CALL,
        outcome=verdict.outcome,
        final=verdict.final,
        vendor_event=vendor_event,
        # No page promises an order of the list, so it says nothing.
        content=canonical(sorted(canonical(attempt.identity).decode() for attempt in attempts)),
        vendor_status=verdict.word,
        decided_by=DecidedBy.HUMAN if verdict.final else DecidedBy.UNKNOWN,
        occurred_at=latest.ended_at,
        checks=checks,
        reasons=gathered,
        unmapped=unmapped,
        test=code == TEST_CALL or any(_is_test(attempt.payload) for attempt in attempts),
        waits_for=verdict.waits_for,
    )


def _read_attempt(findings: Findings, attempt: _Attempt) -> None:
    """The attempt as a check, and why it ended so."""
    word = findings.word("result", attempt.result, statuses.IDNOW_RESULT)
    status = statuses.IDNOW_RESULT.get(word or "")
    result = _RESULTS[status.outcome] if status else CheckResult.UNKNOWN
    findings.check(CheckKind.UNKNOWN, "idnow_attempt", result, word)
    read_code(findings, "reason", attempt.reason, reasons.IDNOW_CLASSES)
    if word in reasons.SUSPICIONS:
        findings.reason("result", word, reasons.SUSPICIONS)
    if word in _DATA_CHANGED or CHANGED_FIELDS & set(_field_statuses(attempt.payload)):
        findings.check(CheckKind.UNKNOWN, statuses.DATA_CHANGED, CheckResult.REVIEW, word)


def _field_statuses(payload: Members) -> Iterator[str]:
    """The status of every field; section 10: a field may be changed although the result says nothing of it."""
    for section in ("userdata", "identificationdocument"):
        for field in _object(payload.get(section)).values():
            parts = _object(field)
            nested = [part for part in parts.values() if isinstance(part, dict)]
            for part in (parts, *nested):
                status = part.get("status")
                if isinstance(status, str):
                    yield status


def _is_test(payload: Members) -> bool:
    """By the names that were given or that the agent made of them."""
    userdata = _object(payload.get("userdata"))
    names = [_object(userdata.get(name)) for name in ("firstname", "lastname")]
    return any(is_test_name(name.get(form)) for name in names for form in ("value", "original"))


def _ended_at(process: Members) -> datetime | None:
    time = process.get("identificationtime")
    return instant_of_text(time) if isinstance(time, str) else None


def _object(value: object) -> Members:
    return value if isinstance(value, dict) else {}
