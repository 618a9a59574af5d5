"""What passes between the stage and a vendor's mapping: readings out, and what is remembered in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.callback import Callback
from schemas.deadletter import DeadLetterReason
from schemas.event import Check, DecidedBy, EventKind, Outcome, Reason, SubjectKind, WaitsFor


@dataclass(frozen=True, slots=True)
class Reading:
    """What one vendor document says, before memory decides whether it says anything new.

    ``content`` is the document in canonical form without whatever changes between two deliveries of one decision
    (presigned links): two readings with the same meaning and the same content are the same decision.
    ``retry_horizon`` overrides the vendor's own for this document, where its documents come in more than one way;
    ``test`` says that the document itself is about a test. ``waits_for`` is whom the vendor's word says that one waits
    for; where it is ``None``, that follows from kind, outcome and checks. It is no part of the decision.
    """

    verification_id: str
    kind: EventKind
    outcome: Outcome
    final: bool
    vendor_event: str
    content: bytes
    vendor_status: str | None = None
    subject_ref: str | None = None
    subject_kind: SubjectKind = SubjectKind.PERSON
    reopens: bool = False
    decided_by: DecidedBy = DecidedBy.UNKNOWN
    occurred_at: datetime | None = None
    checks: tuple[Check, ...] = ()
    reasons: tuple[Reason, ...] = ()
    unmapped: tuple[str, ...] = ()
    test: bool = False
    retry_horizon: timedelta | None = None
    waits_for: WaitsFor | None = None


@dataclass(frozen=True, slots=True)
class Previous:
    """Where a verification stands, for the few vendor words that only mean something beside it: its last final
    decision that was not reopened, else its last one.
    """

    outcome: Outcome
    final: bool


class Unreadable(Exception):
    """The document is not what it claims to be: a dead letter with this typed reason.

    ``detail`` names the place in the document and the fault, never a value out of it.
    """

    def __init__(self, reason: DeadLetterReason, detail: str) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
        self.detail = detail


Recall = Callable[[str, EventKind], Previous | None]
"""Where a verification id stands for a kind of event, as far as that is remembered."""


@dataclass(frozen=True, slots=True)
class VendorMapping:
    """One vendor's way of meaning things.

    ``read`` is pure and raises nothing but ``Unreadable``; it gives ``None`` for what says nothing by itself: a thin
    webhook, whose document is fetched and speaks when it comes. A decision equal to an older one is taken for a late
    retry when it arrives within ``retry_horizon`` of it; ``remember_for`` is how long memory must reach back.
    """

    vendor: str
    version: int
    retry_horizon: timedelta
    remember_for: timedelta
    read: Callable[[Callback, Recall], Reading | None]
