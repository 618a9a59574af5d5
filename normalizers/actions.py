"""What an action of ours says. It means the same whichever vendor it is about, so no vendor's mapping reads it.

Each step of it is an event of kind ACTION. While one that may decide is under way (``BEGUN``, and not ended), its
verification's standing for that kind is PENDING: what is read of the verification meanwhile was decided by an operator.
One that creates makes the verification known.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from normalizers.documents import canonical, parse
from normalizers.reading import Reading, Recall, Unreadable
from normalizers.references import safe_reference
from schemas import action as actions
from schemas.action import Action, ActionState, InvalidAction
from schemas.callback import Callback
from schemas.event import DecidedBy, EventKind, Outcome, SubjectKind

REGISTERED = "REGISTERED"
"""The status of a verification that nothing is known of but that it was created: ours, as no vendor has a word."""

LASTS_AT_MOST = timedelta(minutes=15)
"""An action that has not ended by then never will: whoever did it is gone."""

_WITHIN = timedelta(0)

_OUTCOMES: Mapping[ActionState, Outcome] = {
    ActionState.ASKED: Outcome.NEEDS_REVIEW,
    ActionState.BEGUN: Outcome.PENDING,
    ActionState.DONE: Outcome.UNKNOWN,
    ActionState.FAILED: Outcome.UNKNOWN,
    ActionState.UNCONFIRMED: Outcome.UNKNOWN,
}
"""Where the action stands. What it decided is an event of its own."""

_ENDED = frozenset({ActionState.DONE, ActionState.FAILED, ActionState.UNCONFIRMED})


def read_action(callback: Callback, recall: Recall) -> Reading | None:
    """What the action says; ``None`` for one that says nothing new. Raises ``Unreadable`` and nothing else."""
    members = parse(callback.body)
    try:
        action = actions.of_members(members)
    except InvalidAction as invalid:
        raise Unreadable(invalid.reason, invalid.detail) from None
    if action.verification_id is None:  # on the log alone: there is nothing yet that it could be a part of
        return None
    if action.creates and action.state is ActionState.DONE and not _is_known(action.verification_id, recall):
        return _registered(action, action.verification_id)
    return _step(action, action.verification_id)


def _step(action: Action, verification_id: str) -> Reading:
    begun = action.state not in _ENDED
    outcome = _OUTCOMES[action.state]
    return Reading(
        verification_id=verification_id,
        kind=EventKind.ACTION,
        outcome=outcome if action.decides or action.state is not ActionState.BEGUN else Outcome.UNKNOWN,
        final=not begun,
        reopens=begun,
        vendor_event=action.name,
        vendor_status=action.state if action.code is None else f"{action.state} {action.code}",
        content=canonical([action.id, action.state]),
        subject_ref=action.subject_ref and safe_reference(action.subject_ref),
        subject_kind=SubjectKind.UNKNOWN,
        decided_by=DecidedBy.OPERATOR,
        retry_horizon=_WITHIN,
    )


def _is_known(verification_id: str, recall: Recall) -> bool:
    """Whatever its vendor told of it already says more than that it was created."""
    return any(recall(verification_id, kind) is not None for kind in EventKind if kind is not EventKind.ACTION)


def _registered(action: Action, verification_id: str) -> Reading:
    """Nobody says whether it is about a person or a business; its vendor's first word will."""
    return Reading(
        verification_id=verification_id,
        kind=EventKind.VERIFICATION,
        outcome=Outcome.PENDING,
        final=False,
        vendor_event=action.name,
        vendor_status=REGISTERED,
        content=canonical([REGISTERED, verification_id]),
        subject_ref=action.subject_ref and safe_reference(action.subject_ref),
        subject_kind=SubjectKind.UNKNOWN,
        decided_by=DecidedBy.OPERATOR,
    )
