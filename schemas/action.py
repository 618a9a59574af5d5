"""Action: what an operator or a service of ours asked for, as the body of a record of kind ``action``.

``to_body`` is the one place where such a body is written, ``of_members`` the one where it is understood.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import orjson

from schemas.deadletter import DeadLetterReason

MAX_LENGTH = 200
"""Characters of an id, a reference or a name; vendors' own limits are lower."""

_REGISTER = "register"
_NAME = "action"


@dataclass(frozen=True, slots=True)
class Register:
    """A verification that was created elsewhere is to be known here, so that it is missed if its vendor stays silent.

    ``subject_ref`` is the customer's own reference where there is one; ``operator`` is who says so.
    """

    verification_id: str
    subject_ref: str | None
    operator: str


class InvalidAction(Exception):
    """The body is none of our actions. ``detail`` names the member and the fault, never a value."""

    def __init__(self, reason: DeadLetterReason, detail: str) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
        self.detail = detail


def to_body(action: Register) -> bytes:
    """Raises ``InvalidAction`` where ``of_members`` would: what comes to nothing is not asked for."""
    members = {_NAME: _REGISTER, **asdict(action)}
    of_members(members)
    return orjson.dumps(members)


def of_members(members: Mapping[str, object]) -> Register:
    """The action whose body has these members. Raises ``InvalidAction`` for anything that ``to_body`` does not write.

    An action with a member more comes from a newer version of the program, and is not understood by half.
    """
    if members.get(_NAME) != _REGISTER:
        raise InvalidAction(DeadLetterReason.UNSUPPORTED_FORM, f"{_NAME} is none that this version knows")
    if not members.keys() <= {_NAME, "verification_id", "subject_ref", "operator"}:
        raise InvalidAction(DeadLetterReason.UNSUPPORTED_FORM, "the action has a member too many")
    return Register(
        verification_id=_text(members, "verification_id", DeadLetterReason.NO_VERIFICATION_ID),
        subject_ref=None if members.get("subject_ref") is None else _text(members, "subject_ref"),
        operator=_text(members, "operator"),
    )


def _text(members: Mapping[str, object], name: str, missing: DeadLetterReason = DeadLetterReason.MISSING_FIELD) -> str:
    value = members.get(name)
    if value is None:
        raise InvalidAction(missing, f"the action has no {name}")
    if isinstance(value, str) and 0 < len(value) <= MAX_LENGTH:
        return value
    raise InvalidAction(DeadLetterReason.WRONG_TYPE, f"{name} is not a text of 1 to {MAX_LENGTH} characters")
