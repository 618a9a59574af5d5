"""Action: what an operator or a service of ours asked for, as the body of a record of kind ``action``.

``to_body`` is the one place where such a body is written, ``of_members`` the one where it is understood.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum

import orjson

from schemas.deadletter import DeadLetterReason

MAX_LENGTH = 200
"""Characters of an id, a reference or a name; vendors' own limits are lower."""

_NAME = "action"


class ActionState(StrEnum):
    """How far it has come.

    ``ASKED``: somebody else must confirm it. ``BEGUN``: it is about to be done, and what follows says whether it was.
    ``DONE``: it was. ``FAILED``: it was not, and nothing changed. ``UNCONFIRMED``: it may have been.
    """

    ASKED = "ASKED"
    BEGUN = "BEGUN"
    DONE = "DONE"
    FAILED = "FAILED"
    UNCONFIRMED = "UNCONFIRMED"


@dataclass(frozen=True, slots=True)
class Action:
    """One step of one action. All steps of it have the same ``id`` (UUIDv7).

    ``verification_id`` is the one that it is about, or that came of it, ``None`` while there is none. ``operator``
    asked for it, ``confirmed_by`` is the second person where there had to be one. ``arguments`` are as they were given,
    ``requests`` as they were sent, without secrets and with a digest in place of anything long. ``answer`` is what the
    vendor said (JSON, or text), ``milliseconds`` how long that took. ``code`` and ``message`` say what was wrong.
    ``creates``: it makes a verification known, of the customer's reference ``subject_ref``. ``decides``: a
    verification's outcome may change by it.
    """

    id: str
    name: str
    state: ActionState
    operator: str
    verification_id: str | None = None
    reason: str = ""
    confirmed_by: str | None = None
    arguments: Mapping[str, object] = field(default_factory=dict)
    requests: tuple[Mapping[str, object], ...] = ()
    answer: object = None
    milliseconds: int | None = None
    code: str | None = None
    message: str | None = None
    creates: bool = False
    decides: bool = False
    subject_ref: str | None = None


class InvalidAction(Exception):
    """The body is none of our actions. ``detail`` names the member and the fault, never a value."""

    def __init__(self, reason: DeadLetterReason, detail: str) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
        self.detail = detail


_MEMBERS = {each.name: ("action" if each.name == "name" else each.name) for each in fields(Action)}
"""By field, the member that holds it."""


def to_body(action: Action) -> bytes:
    """Raises ``InvalidAction`` where ``of_members`` would: what comes to nothing is not asked for."""
    members = {_MEMBERS[name]: value for name, value in asdict(action).items()}
    body = orjson.dumps(members)
    of_members(orjson.loads(body))
    return body


def of_members(members: Mapping[str, object]) -> Action:
    """The action whose body has these members. Raises ``InvalidAction`` for anything that ``to_body`` does not write.

    An action with a member more comes from a newer version of the program, and is not understood by half.
    """
    if not members.keys() <= set(_MEMBERS.values()):
        raise InvalidAction(DeadLetterReason.UNSUPPORTED_FORM, "the action has a member too many")
    requests = members.get("requests", [])
    if not isinstance(requests, list) or not all(isinstance(each, dict) for each in requests):
        raise InvalidAction(DeadLetterReason.WRONG_TYPE, "requests is not a list of objects")
    milliseconds = members.get("milliseconds")
    return Action(
        id=_text(members, "id"),
        name=_text(members, _NAME),
        state=_state(members),
        operator=_text(members, "operator"),
        verification_id=_maybe(members, "verification_id"),
        reason=_free(members, "reason") or "",
        confirmed_by=_maybe(members, "confirmed_by"),
        arguments=_object(members, "arguments"),
        requests=tuple(requests),
        answer=members.get("answer"),
        milliseconds=milliseconds if type(milliseconds) is int else None,
        code=_maybe(members, "code"),
        message=_free(members, "message"),
        creates=members.get("creates") is True,
        decides=members.get("decides") is True,
        subject_ref=_maybe(members, "subject_ref"),
    )


def _state(members: Mapping[str, object]) -> ActionState:
    try:
        return ActionState(str(members.get("state")))
    except ValueError:
        raise InvalidAction(DeadLetterReason.UNSUPPORTED_FORM, "state is none that this version knows") from None


def _object(members: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = members.get(name, {})
    if not isinstance(value, dict):
        raise InvalidAction(DeadLetterReason.WRONG_TYPE, f"{name} is not an object")
    return value


def _free(members: Mapping[str, object], name: str) -> str | None:
    """What people or vendors wrote, of any length."""
    value = members.get(name)
    if value is None or isinstance(value, str):
        return value
    raise InvalidAction(DeadLetterReason.WRONG_TYPE, f"{name} is not a text")


def _maybe(members: Mapping[str, object], name: str) -> str | None:
    return None if members.get(name) is None else _text(members, name)


def _text(members: Mapping[str, object], name: str) -> str:
    value = members.get(name)
    if value is None:
        raise InvalidAction(DeadLetterReason.MISSING_FIELD, f"the action has no {name}")
    if isinstance(value, str) and 0 < len(value) <= MAX_LENGTH:
        return value
    raise InvalidAction(DeadLetterReason.WRONG_TYPE, f"{name} is not a text of 1 to {MAX_LENGTH} characters")
