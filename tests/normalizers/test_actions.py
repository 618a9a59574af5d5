"""Actions of ours: what they say, and that nothing else is taken for one."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizers.actions import read_action
from normalizers.reading import Previous, Reading, Unreadable
from schemas import action as actions
from schemas.action import InvalidAction, Register
from schemas.callback import CallbackKind
from schemas.deadletter import DeadLetterReason
from schemas.event import DecidedBy, EventKind, Outcome, SubjectKind
from tests.examples import callback

REGISTER = Register("scan-1", "customer-1", "ann")
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
    assert ("REGISTERED", "customer-1", DecidedBy.OPERATOR, SubjectKind.UNKNOWN) == (
        reading.vendor_event, reading.subject_ref, reading.decided_by, reading.subject_kind,
    )  # fmt: skip


def test_a_reference_that_names_somebody_is_hashed_as_the_vendors_is() -> None:
    """An e-mail address goes into no event, and the vendor's own callbacks will have the same reference."""
    reading = read(actions.to_body(Register("scan-1", "ann@example.com", "ann")))

    assert isinstance(reading, Reading)
    assert f"sha256:{sha256(b'ann@example.com').hexdigest()}" == reading.subject_ref
    assert "ann@" not in repr(reading)


@pytest.mark.parametrize("kind", [EventKind.VERIFICATION, EventKind.COMPANY, EventKind.SIGNAL])
def test_registering_what_is_known_already_says_nothing(kind: EventKind) -> None:
    """Whatever was told of it says at least that it was created; a decision is never followed by PENDING."""
    known = {("scan-1", kind): Previous(Outcome.VERIFIED, final=True)}
    action = callback(kind=CallbackKind.ACTION, body=actions.to_body(REGISTER))

    assert None is read_action(action, lambda subject, of: known.get((subject, of)))


@given(TEXTS, st.none() | TEXTS, TEXTS)
def test_what_was_written_is_read(verification_id: str, subject_ref: str | None, operator: str) -> None:
    """The writer and the reader are one module, and agree on every text."""
    action = Register(verification_id, subject_ref, operator)

    assert action == actions.of_members(json.loads(actions.to_body(action)))


@pytest.mark.parametrize(
    "action", [Register("", None, "ann"), Register("x" * 201, None, "ann"), Register("scan-1", "", "ann")], ids=str
)
def test_what_could_not_be_read_is_not_written(action: Register) -> None:
    """Whoever asks hears it at once, and not from a dead letter."""
    with pytest.raises(InvalidAction):
        actions.to_body(action)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"action": "unregister"}, DeadLetterReason.UNSUPPORTED_FORM),
        ({"action": None}, DeadLetterReason.UNSUPPORTED_FORM),
        ({"action": ["register"]}, DeadLetterReason.UNSUPPORTED_FORM),
        ({"force": True}, DeadLetterReason.UNSUPPORTED_FORM),
        ({"verification_id": None}, DeadLetterReason.NO_VERIFICATION_ID),
        ({"verification_id": ""}, DeadLetterReason.WRONG_TYPE),
        ({"verification_id": 7}, DeadLetterReason.WRONG_TYPE),
        ({"verification_id": "x" * 201}, DeadLetterReason.WRONG_TYPE),
        ({"subject_ref": ""}, DeadLetterReason.WRONG_TYPE),
        ({"subject_ref": False}, DeadLetterReason.WRONG_TYPE),
        ({"operator": None}, DeadLetterReason.MISSING_FIELD),
        ({"operator": {}}, DeadLetterReason.WRONG_TYPE),
    ],
    ids=str,
)
def test_an_action_that_is_not_exactly_one_is_a_dead_letter(
    change: dict[str, object], reason: DeadLetterReason
) -> None:
    """An unknown action, or one with a member more, comes from another version: it is not understood by half."""
    result = read(json.dumps(MEMBERS | change).encode())

    assert isinstance(result, Unreadable)
    assert reason is result.reason


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", DeadLetterReason.NOT_JSON),
        (b"[]", DeadLetterReason.WRONG_TYPE),
        (b"{}", DeadLetterReason.UNSUPPORTED_FORM),
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
    assert isinstance(read(body), Reading | Unreadable)


@given(st.sampled_from(sorted(MEMBERS)), st.text("0123456789", min_size=8))
def test_no_value_out_of_an_action_is_told_in_an_error(member: str, value: str) -> None:
    """A dead letter's detail names the member; a reference may name a person."""
    result = read(json.dumps(MEMBERS | {member: [value]}).encode())

    assert isinstance(result, Unreadable)
    assert value not in str(result)
