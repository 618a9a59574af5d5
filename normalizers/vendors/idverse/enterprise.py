"""An event of Enterprise 3.5 (the facts, 2.2 and 6.4), the same through both of its channels."""

from __future__ import annotations

import re
from collections.abc import Mapping

from normalizers.documents import canonical
from normalizers.findings import Findings, is_word
from normalizers.reading import Reading, Unreadable
from normalizers.vendors.idverse import members, words
from normalizers.vendors.idverse.outcome import flagged_as
from schemas.callback import Callback
from schemas.deadletter import DeadLetterReason
from schemas.event import DecidedBy, EventKind, Outcome

_WORD = re.compile(r"[a-z]+(?:[A-Z][a-z]+)*")
_MAX_LENGTH = 128
_FLAGGED = "completedFlagged"


def read_event(callback: Callback, document: Mapping[str, object]) -> Reading:
    """What the event decides. Raises ``Unreadable`` without its two members, or where the id is no id.

    Section 3.1: partners choose it, with blanks in it too. The door takes what is printable; what it does not take
    lies in another partition than the rest of that transaction.
    """
    findings = Findings(_WORD)
    findings.unknown_members(document, members.ENTERPRISE)
    name = _text(document, "transactionId", DeadLetterReason.NO_VERIFICATION_ID)
    if not name.strip() or not name.isprintable():
        raise Unreadable(DeadLetterReason.NO_VERIFICATION_ID, "transactionId is blank, or holds what cannot be printed")
    event = _text(document, "event", DeadLetterReason.MISSING_FIELD)
    word = findings.word("event", event, words.EVENTS)
    end = words.EVENTS.get(word or "", words.PENDING)
    if word == _FLAGGED:
        end = flagged_as(callback.option("flagged"))
    return Reading(
        verification_id=name,
        kind=EventKind.VERIFICATION,
        outcome=end.outcome,
        final=end.final,
        vendor_event=event if is_word(event, _WORD) else EventKind.UNKNOWN.value,
        content=canonical([name, event]),
        decided_by=DecidedBy.UNKNOWN if end.outcome in (Outcome.PENDING, Outcome.CANCELLED) else DecidedBy.AUTOMATIC,
        unmapped=findings.settle()[2],
        waits_for=end.waits_for,
    )


def _text(document: Mapping[str, object], name: str, missing: DeadLetterReason) -> str:
    value = document.get(name)
    if value is None or value == "":
        raise Unreadable(missing, f"the body has no {name}")
    if isinstance(value, str) and len(value) <= _MAX_LENGTH:
        return value
    raise Unreadable(DeadLetterReason.WRONG_TYPE, f"{name} is not a text of 1 to {_MAX_LENGTH} characters")
