"""A registration of the legacy API v1 (the facts, section 9), where an account still has one."""

from __future__ import annotations

from normalizers.documents import canonical
from normalizers.reading import Reading, Unreadable
from normalizers.vendors.credas.bodies import Members, listed, new_findings
from normalizers.vendors.credas.words import REGISTRATION, UNLISTED
from schemas.callback import Callback
from schemas.deadletter import DeadLetterReason
from schemas.event import EventKind

_MAX_LENGTH = 100

OPTION = "registrations"

SPEAKING = ("hints", "results")
"""What the option may say of registrations that are sent to us, the default first: no call reads them again."""


def speaks(callback: Callback) -> bool:
    return callback.option(OPTION) == SPEAKING[1]


def read_registration(callback: Callback, document: Members) -> Reading:
    """What its status says. Raises ``Unreadable`` where ``regCode`` or ``status`` are missing or wrong."""
    code = document.get("regCode")
    if not isinstance(code, str) or not 0 < len(code) <= _MAX_LENGTH or code != callback.verification_id:
        raise Unreadable(DeadLetterReason.NO_VERIFICATION_ID, "regCode is not the registration that was asked for")
    if document.get("status") is None:
        raise Unreadable(DeadLetterReason.MISSING_FIELD, "the registration has no status")
    findings = new_findings()
    word = listed(findings, "status", document["status"], REGISTRATION) or UNLISTED
    return Reading(
        verification_id=code,
        kind=EventKind.VERIFICATION,
        outcome=word.outcome,
        final=word.is_final,
        reopens=True,
        vendor_event="registration",
        content=canonical([code, document["status"]]),
        vendor_status=word.name,
        decided_by=word.decided_by,
        unmapped=findings.settle()[2],
        waits_for=word.waits_for,
    )
