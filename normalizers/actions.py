"""What an action of ours says. It means the same whichever vendor it is about, so no vendor's mapping reads it."""

from __future__ import annotations

from normalizers.documents import canonical, parse
from normalizers.reading import Reading, Recall, Unreadable
from normalizers.references import safe_reference
from schemas import action as actions
from schemas.action import InvalidAction, Register
from schemas.callback import Callback
from schemas.event import DecidedBy, EventKind, Outcome, SubjectKind

REGISTERED = "REGISTERED"
"""The event of a verification that was created elsewhere: ours, as no vendor has a word for it."""


def read_action(callback: Callback, recall: Recall) -> Reading | None:
    """What the action says; ``None`` for one that says nothing new. Raises ``Unreadable`` and nothing else."""
    members = parse(callback.body)
    try:
        register = actions.of_members(members)
    except InvalidAction as invalid:
        raise Unreadable(invalid.reason, invalid.detail) from None
    return None if _is_known(register, recall) else _registered(register)


def _is_known(register: Register, recall: Recall) -> bool:
    """Whatever was told of it already says more than that it was created."""
    return any(recall(register.verification_id, kind) is not None for kind in EventKind)


def _registered(register: Register) -> Reading:
    """Nobody says whether it is about a person or a business; its vendor's first word will."""
    return Reading(
        verification_id=register.verification_id,
        kind=EventKind.VERIFICATION,
        outcome=Outcome.PENDING,
        final=False,
        vendor_event=REGISTERED,
        content=canonical([REGISTERED, register.verification_id]),
        subject_ref=register.subject_ref and safe_reference(register.subject_ref),
        subject_kind=SubjectKind.UNKNOWN,
        decided_by=DecidedBy.OPERATOR,
    )
