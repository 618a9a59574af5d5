"""Actions of ours: what they say, and that nothing else is taken for one."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizers.actions import read_action
from normalizers.reading import Previous, Reading, Unreadable
from schemas import action as actions
from schemas.action import Action, ActionState, InvalidAction
from schemas.callback import CallbackKind
from schemas.deadletter import DeadLetterReason
from schemas.event import DecidedBy, EventKind, Outcome, SubjectKind
from tests.examples import callback

REGISTER = Action("a-1", "register", ActionState.DONE, "ann", "scan-1", creates=True, subject_ref="customer-1")
OVERRIDE = Action("a-2", "override-liveness", ActionState.BEGUN, "ann", "scan-1", "seen by me", decides=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)
MEMBERS: dict[str, object] = json.loads(actions.to_body(REGISTER))
ANY_VALUE: st.SearchStrategy[object] = (
    st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.none()) | st.just({})
)


def nothing_remembered(_subject: str, _kind: EventKind) -> Previous | None:
    return None


def read(body: bytes) -> Reading | Unreadable | None:
    """What the action says; gives what ``Unreadable`` says instead of raising it, and nothing else."""
    try:
        return read_action(callback(kind=CallbackKind.ACTION, body=body), nothing_remembered)
    except Unreadable as unreadable:
        return unreadable


def test_a_registered_verification_is_pending_by_an_operators_word() -> None:
    """It is open, so that reconciling misses it; nobody has said yet whether it is about a person."""
    reading = read(actions.to_body(REGISTER))

    assert isinstance(reading, Reading)
    assert ("scan-1", EventKind.VERIFICATION, Outcome.PENDING, False) == (
        reading.verification_id, reading.kind, reading.outcome, reading.final,
    )  # fmt: skip
    assert ("register", "REGISTERED", "customer-1", DecidedBy.OPERATOR, SubjectKind.UNKNOWN) == (
        reading.vendor_event, reading.vendor_status, reading.subject_ref, reading.decided_by, reading.subject_kind,
    )  # fmt: skip


def test_a_reference_that_names_somebody_is_hashed_as_the_vendors_is() -> None:
    """An e-mail address goes into no event, and the vendor's own callbacks will have the same reference."""
    reading = read(actions.to_body(replace(REGISTER, subject_ref="ann@example.com")))

    assert isinstance(reading, Reading)
    assert f"sha256:{sha256(b'ann@example.com').hexdigest()}" == reading.subject_ref
    assert "ann@" not in repr(reading)


@pytest.mark.parametrize("kind", [EventKind.VERIFICATION, EventKind.COMPANY, EventKind.SIGNAL])
def test_registering_what_is_known_already_is_an_action_and_no_more(kind: EventKind) -> None:
    """Whatever was told of it says at least that it was created; a decision is never followed by PENDING."""
    known = {("scan-1", kind): Previous(Outcome.VERIFIED, final=True)}
    action = callback(kind=CallbackKind.ACTION, body=actions.to_body(REGISTER))

    reading = read_action(action, lambda subject, of: known.get((subject, of)))

    assert isinstance(reading, Reading)
    assert (EventKind.ACTION, Outcome.UNKNOWN) == (reading.kind, reading.outcome)


def test_an_action_on_what_is_not_known_does_not_make_it_known() -> None:
    """Somebody tried something at an id; whether there is such a verification its vendor will say."""
    known = {("scan-1", EventKind.ACTION): Previous(Outcome.UNKNOWN, final=True)}
    action = callback(kind=CallbackKind.ACTION, body=actions.to_body(REGISTER))

    reading = read_action(action, lambda subject, of: known.get((subject, of)))

    assert isinstance(reading, Reading)
    assert EventKind.VERIFICATION is reading.kind


STEPS = {
    ActionState.ASKED: (Outcome.NEEDS_REVIEW, False, True),
    ActionState.BEGUN: (Outcome.PENDING, False, True),
    ActionState.DONE: (Outcome.UNKNOWN, True, False),
    ActionState.FAILED: (Outcome.UNKNOWN, True, False),
    ActionState.UNCONFIRMED: (Outcome.UNKNOWN, True, False),
}


@pytest.mark.parametrize("state", ActionState)
def test_each_step_of_an_action_is_an_event_of_its_own_kind(state: ActionState) -> None:
    """While one that may decide is under way it stands PENDING; what it decided is another event. The reason stays in
    the bytes: people write names into it.
    """
    reading = read(actions.to_body(replace(OVERRIDE, state=state, code="refused" if state == "FAILED" else None)))

    assert isinstance(reading, Reading)
    assert STEPS[state] == (reading.outcome, reading.final, reading.reopens)
    status = f"{state} refused" if state == "FAILED" else state
    assert (EventKind.ACTION, "override-liveness") == (reading.kind, reading.vendor_event)
    assert status == reading.vendor_status
    assert "seen by me" not in repr(reading)


def test_what_decides_nothing_is_not_pending_while_it_is_done() -> None:
    """A report that is being read must not make a decision an operator's."""
    reading = read(actions.to_body(replace(OVERRIDE, decides=False)))

    assert isinstance(reading, Reading)
    assert Outcome.UNKNOWN is reading.outcome


def test_an_action_without_a_verification_is_on_the_log_alone() -> None:
    """A token that was refused has no verification that its event could belong to."""
    assert None is read(actions.to_body(replace(OVERRIDE, verification_id=None)))


ACTIONS = st.builds(
    Action,
    TEXTS,
    TEXTS,
    st.sampled_from(ActionState),
    TEXTS,
    st.none() | TEXTS,
    st.just("") | TEXTS,
    arguments=st.dictionaries(TEXTS, st.none() | st.booleans() | TEXTS),
    requests=st.just(()) | st.just(({"method": "PUT"},)),
    milliseconds=st.none() | st.integers(0, 10**9),
    creates=st.booleans(),
    decides=st.booleans(),
    subject_ref=st.none() | TEXTS,
)


@given(ACTIONS)
def test_what_was_written_is_read(action: Action) -> None:
    """The writer and the reader are one module, and agree on every text."""
    assert action == actions.of_members(json.loads(actions.to_body(action)))


@pytest.mark.parametrize(
    "action",
    [
        replace(REGISTER, verification_id=""),
        replace(REGISTER, verification_id="x" * 201),
        replace(REGISTER, subject_ref=""),
        replace(REGISTER, operator=""),
    ],
    ids=str,
)
def test_what_could_not_be_read_is_not_written(action: Action) -> None:
    """Whoever asks hears it at once, and not from a dead letter."""
    with pytest.raises(InvalidAction):
        actions.to_body(action)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"state": "TELEPORTED"}, DeadLetterReason.UNSUPPORTED_FORM),
        ({"state": None}, DeadLetterReason.UNSUPPORTED_FORM),
        ({"action": ["register"]}, DeadLetterReason.WRONG_TYPE),
        ({"action": None}, DeadLetterReason.MISSING_FIELD),
        ({"force": True}, DeadLetterReason.UNSUPPORTED_FORM),
        ({"id": None}, DeadLetterReason.MISSING_FIELD),
        ({"verification_id": ""}, DeadLetterReason.WRONG_TYPE),
        ({"verification_id": 7}, DeadLetterReason.WRONG_TYPE),
        ({"verification_id": "x" * 201}, DeadLetterReason.WRONG_TYPE),
        ({"subject_ref": ""}, DeadLetterReason.WRONG_TYPE),
        ({"operator": None}, DeadLetterReason.MISSING_FIELD),
        ({"operator": {}}, DeadLetterReason.WRONG_TYPE),
        ({"arguments": []}, DeadLetterReason.WRONG_TYPE),
        ({"requests": {}}, DeadLetterReason.WRONG_TYPE),
        ({"requests": ["GET"]}, DeadLetterReason.WRONG_TYPE),
        ({"reason": 7}, DeadLetterReason.WRONG_TYPE),
    ],
    ids=str,
)
def test_an_action_that_is_not_exactly_one_is_a_dead_letter(
    change: dict[str, object], reason: DeadLetterReason
) -> None:
    """An unknown step, or one with a member more, comes from another version: it is not understood by half."""
    result = read(json.dumps(MEMBERS | change).encode())

    assert isinstance(result, Unreadable)
    assert reason is result.reason


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", DeadLetterReason.NOT_JSON),
        (b"[]", DeadLetterReason.WRONG_TYPE),
        (b"{}", DeadLetterReason.MISSING_FIELD),
        (b'{"action":"register","action":"register"}', DeadLetterReason.DUPLICATE_KEY),
    ],
)
def test_a_body_that_is_no_action_is_a_dead_letter(body: bytes, reason: DeadLetterReason) -> None:
    """Read as strictly as a vendor's."""
    result = read(body)

    assert isinstance(result, Unreadable)
    assert reason is result.reason


@given(
    st.binary()
    | st.dictionaries(st.sampled_from([*MEMBERS, "else"]), ANY_VALUE).map(lambda it: json.dumps(it).encode())
)
def test_nothing_but_unreadable_is_ever_raised(body: bytes) -> None:
    """Whatever stands on the topic under the kind of an action."""
    assert isinstance(read(body), Reading | Unreadable | None)


@given(
    st.sampled_from(sorted({*MEMBERS} - {"answer", "milliseconds", "creates", "decides"})),
    st.text("0123456789", min_size=8),
)
def test_no_value_out_of_an_action_is_told_in_an_error(member: str, value: str) -> None:
    """A dead letter's detail names the member; a reference may name a person."""
    result = read(json.dumps(MEMBERS | {member: [value]}).encode())

    assert isinstance(result, Unreadable)
    assert value not in str(result)
