"""A process that is not there any more (the facts, section 7): as good as one whose status says that it was deleted."""

from __future__ import annotations

from normalizers.reading import Reading, Recall, Unreadable
from normalizers.vendors.credas.bodies import guid
from normalizers.vendors.credas.process import DELETED, STATUSES, content_of
from schemas.callback import Callback
from schemas.deadletter import DeadLetterReason
from schemas.event import EventKind

_GONE = " process gone"
"""How ``checked_by`` ends where the answer was 404 and stayed so. The body is whatever came with it."""


def is_gone(callback: Callback) -> bool:
    return callback.checked_by.endswith(_GONE)


def read_gone(callback: Callback, recall: Recall) -> Reading:
    """CANCELLED, the same decision as that of the status Deleted: both are told where first the one is read, then the
    other.

    Raises ``Unreadable`` where nothing is known of such a process: then it never was one of this account's.
    """
    name = guid(callback.verification_id)
    if name is None or all(recall(name, kind) is None for kind in EventKind):
        raise Unreadable(DeadLetterReason.NOT_THERE, "no such process, and none is known by that id")
    status = STATUSES[DELETED]
    return Reading(
        verification_id=name,
        kind=EventKind.VERIFICATION,
        outcome=status.outcome,
        final=status.final,
        reopens=status.reopens,
        vendor_event="process gone",
        content=content_of(name, DELETED),
    )
