"""Webhooks (the facts, section 2). All are hints; one tells something that nothing else does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

from normalizers.documents import canonical
from normalizers.reading import Reading, Recall, Unreadable
from normalizers.vendors.credas.bodies import Members, guid, parse_document, whole
from normalizers.vendors.credas.registration import read_registration, speaks
from normalizers.vendors.credas.words import BOUNCED, NOT_SENT
from schemas.callback import Callback
from schemas.event import Check, CheckKind, CheckResult, EventKind, Outcome, Reason, ReasonClass, WaitsFor

INVITE_UNDELIVERABLE = "invite_undeliverable"
UNREACHED: Final = WaitsFor.OPERATOR
"""Section 13.1: the customer knows of nothing, and Credas has nothing to do, until they are invited another way."""
RETRIES = timedelta(minutes=10)
"""Section 4: within that time an identical body is a repetition."""

_CHANNELS: Mapping[str, CheckKind] = {"smsStatus": CheckKind.PHONE, "emailStatus": CheckKind.EMAIL}


def read_webhook(callback: Callback, recall: Recall) -> Reading | None:
    """``None`` for a hint: of a process in any status, a step, a status update, a registration, or anything else.

    An invitation that came back on every channel it was sent by (section 6.5) is PENDING with its reason. It is no
    evidence, so it is told only while nothing but PENDING is known. What cannot be read names nothing to fetch either,
    and the fetching stage says so. Raises ``Unreadable`` for a registration alone, where the account believes those.
    """
    members = _members(callback.body)
    if "regCode" in members and speaks(callback):
        return replace(read_registration(callback, members), retry_horizon=RETRIES)
    process = guid(members.get("processId"))
    if "processActorId" not in members or process is None or not _is_undeliverable(members):
        return None
    known = recall(process, EventKind.VERIFICATION)
    if known is not None and known.outcome is not Outcome.PENDING:
        return None
    return Reading(
        verification_id=process,
        kind=EventKind.VERIFICATION,
        outcome=Outcome.PENDING,
        final=False,
        vendor_event="process-actor",
        content=canonical([process, INVITE_UNDELIVERABLE, {name: members.get(name) for name in _CHANNELS}]),
        vendor_status="Bounced",
        subject_ref=guid(members.get("entityId")),
        checks=tuple(
            Check(kind, name, CheckResult.FAIL, "Bounced")
            for name, kind in _CHANNELS.items()
            if members.get(name) == BOUNCED
        ),
        reasons=(Reason(ReasonClass.TECHNICAL, INVITE_UNDELIVERABLE),),
        waits_for=UNREACHED,
        retry_horizon=RETRIES,
    )


def _members(body: bytes) -> Members:
    try:
        document = parse_document(body)
    except Unreadable:
        return {}
    return document if isinstance(document, dict) else {}


def _is_undeliverable(members: Members) -> bool:
    used = [whole(members.get(name)) for name in _CHANNELS if members.get(name) not in (None, NOT_SENT)]
    return bool(used) and all(status == BOUNCED for status in used)
