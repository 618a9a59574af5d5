"""What holds for every body that IDVerse, or anybody else, could send."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizers.findings import MAX_ENTRIES
from normalizers.normalize import decision_of
from normalizers.reading import Previous, Reading, Unreadable
from normalizers.vendors.idverse import members
from schemas.callback import CallbackKind
from schemas.deadletter import DeadLetterReason
from schemas.event import Outcome
from tests.normalizers.idenfy.test_reading import CANARY, _places, _with_canaries, json_values

Read = Callable[..., Reading | Unreadable | None]

CASES = Path(__file__).parent / "cases"
BODIES = [path.read_bytes() for path in sorted(CASES.glob("*/body.json"))]
FLAGGED: dict[str, Any] = orjson.loads((CASES / "sample-transaction-complete-flagged" / "body.json").read_bytes())
FLAGGED["transaction_id"] = "t1"
ENTERPRISE = {"product": "enterprise"}
VERIFIED = Previous(Outcome.VERIFIED, final=True)


@st.composite
def mutated_bodies(draw: st.DrawFn) -> bytes:
    """A transaction with up to three values replaced by anything."""
    document = [orjson.loads(orjson.dumps(FLAGGED))]
    for _ in range(draw(st.integers(1, 3))):
        holder, key = draw(st.sampled_from(list(_places(document))))
        holder[key] = draw(json_values)  # type: ignore[index]  # the key came from this very holder
    return json.dumps(document[0]).encode()


bodies = st.one_of(mutated_bodies(), st.binary(max_size=40), json_values.map(lambda value: json.dumps(value).encode()))


@given(body=bodies, options=st.sampled_from([None, ENTERPRISE]), kind=st.sampled_from(CallbackKind))
def test_anything_is_read_or_refused_with_a_reason(
    body: bytes, options: dict[str, str] | None, kind: CallbackKind, read_body: Read
) -> None:
    """It raises ``Unreadable`` and nothing else; what it reads can be kept, and what is open is not final."""
    result = read_body(body, kind, options=options)
    if isinstance(result, Reading):
        assert 0 < len(result.verification_id) <= 200
        assert result.final == (result.outcome not in (Outcome.PENDING, Outcome.ERROR))
        assert orjson.loads(result.content)


@pytest.mark.parametrize("body", [b"", b"status=COMPLETED&transaction_id=t1", b'{"transactionId":"t1","event":"x"}'])
def test_a_notification_of_idkit_says_nothing_whatever_it_claims(body: bytes, read_body: Read) -> None:
    """Section 2.1: it is a hint; anybody may send it where the source is unsigned."""
    assert read_body(body, CallbackKind.CALLBACK) is None


@given(
    gone=st.sets(st.sampled_from(sorted(members.TRANSACTION - {"transaction_id", "status", "results"}))),
    nulled=st.sets(st.sampled_from(sorted(members.TRANSACTION - {"transaction_id", "status", "results"}))),
)
def test_whatever_a_redaction_takes_away_it_is_the_same_decision(
    gone: set[str], nulled: set[str], read_body: Read
) -> None:
    """Section 4: members vanish or become null; the outcome is not derived anew."""
    whole = read_body(orjson.dumps(FLAGGED))
    rest = {name: None if name in nulled else value for name, value in FLAGGED.items() if name not in gone}
    redacted = read_body(orjson.dumps(rest))
    assert isinstance(whole, Reading)
    assert isinstance(redacted, Reading)
    assert decision_of(whole) == decision_of(redacted)


@pytest.mark.parametrize("marker", members.REDACTIONS)
def test_a_redacted_transaction_keeps_the_outcome_that_was_given(marker: str, read_body: Read) -> None:
    """It says nothing, even where its results are gone; an empty text is no redaction."""
    rest = {"transaction_id": "t1", "status": "COMPLETE"}
    whole = rest | {"results": {"overall": "FLAGGED"}}
    assert read_body(orjson.dumps(rest | {marker: "2025-06-01T00:00:00.000Z"}), previous=VERIFIED) is None
    assert read_body(orjson.dumps(whole | {marker: "2025-06-01T00:00:00.000Z"}), previous=VERIFIED) is None
    assert isinstance(read_body(orjson.dumps(whole | {marker: ""}), previous=VERIFIED), Reading)


@pytest.mark.parametrize("results", [{}, {"results": None}, {"results": {"overall": None, "documents": ""}}])
def test_results_that_are_gone_take_no_outcome_back(results: dict[str, Any], read_body: Read) -> None:
    """Section 4: a redaction comes without notice, so nothing need mark it; long after the ten minutes too."""
    body = {"transaction_id": "t1", "status": "COMPLETE", "closed_at": "2025-06-01T00:00:00.000Z"}
    assert read_body(orjson.dumps(body | results), previous=VERIFIED) is None


@given(
    gone=st.sets(st.sampled_from(sorted(members.TRANSACTION - {"transaction_id", "status"}))),
    nulled=st.sets(st.sampled_from(sorted(members.TRANSACTION - {"transaction_id", "status"}))),
)
def test_a_redaction_of_anything_leaves_a_given_outcome_alone(
    gone: set[str], nulled: set[str], read_body: Read
) -> None:
    """Section 4: with the results among what is gone, it is the same decision again or no word at all."""
    whole = read_body(orjson.dumps(FLAGGED))
    assert isinstance(whole, Reading)
    rest = {name: None if name in nulled else value for name, value in FLAGGED.items() if name not in gone}
    redacted = read_body(orjson.dumps(rest), previous=Previous(whole.outcome, final=whole.final))
    assert redacted is None or (isinstance(redacted, Reading) and decision_of(whole) == decision_of(redacted))


NOTHING_SAID = [{"results": None}, {"results": {}}, {"results": {"overall": None}}, {"results": {"documents": ""}}]


@pytest.mark.parametrize("results", NOTHING_SAID)
def test_results_that_say_nothing_are_as_good_as_absent(results: dict[str, Any], read_body: Read) -> None:
    """Section 5: null and "" are no word, so they are one decision with no results at all, and none of review."""
    body = {"transaction_id": "t1", "status": "COMPLETE", "closed_at": "2025-06-14T23:59:00.000Z"}
    absent, empty = read_body(orjson.dumps(body)), read_body(orjson.dumps(body | results))
    assert isinstance(absent, Reading)
    assert isinstance(empty, Reading)
    assert (Outcome.ERROR, decision_of(absent)) == (empty.outcome, decision_of(empty))


@pytest.mark.parametrize(
    ("created_at", "outcome"),
    [("2025-06-07T23:49:00Z", Outcome.NEEDS_REVIEW), ("2025-06-07T23:51:00Z", Outcome.ERROR), ("", Outcome.ERROR)],
)
def test_without_a_time_of_closing_the_ten_minutes_begin_when_the_link_has_died(
    created_at: str, outcome: Outcome, read_body: Read
) -> None:
    """Sections 5 and 7: closed_at may be missing beside COMPLETE, and then it would be an error for ever."""
    reading = read_body(orjson.dumps({"transaction_id": "t1", "status": "COMPLETE", "created_at": created_at}))
    assert isinstance(reading, Reading)
    assert outcome is reading.outcome


def test_a_flagged_part_that_nobody_knows_yet_contradicts_passed(read_body: Read) -> None:
    """Section 6.2, its second row: lists are open, and nobody is verified over a flag that we cannot name."""
    results = {"overall": "PASSED", "documents": "PASSED", "address": "FLAGGED"}
    reading = read_body(orjson.dumps({"transaction_id": "t1", "status": "COMPLETE", "results": results}))
    assert isinstance(reading, Reading)
    assert (Outcome.NEEDS_REVIEW, ("results.address",)) == (reading.outcome, reading.unmapped)


@pytest.mark.parametrize(
    ("given_one", "expected"),
    [(12345, "12345"), ("c-1", "c-1"), ("", "Demo"), (None, "Demo"), (True, "Demo"), ("j@x.org", "sha256:")],
)
def test_the_reference_is_that_of_the_person_before_that_of_the_transaction(
    given_one: object, expected: str, read_body: Read
) -> None:
    """Section 5; a number is kept as text (5.1), and an e-mail address is not shown."""
    body = {"transaction_id": "t1", "status": "PENDING", "customer_identifier": given_one, "reference": "Demo"}
    reading = read_body(orjson.dumps(body))
    assert isinstance(reading, Reading)
    assert reading.subject_ref is not None
    assert expected == reading.subject_ref[: len(expected)]


@pytest.mark.parametrize("name", ["   ", "a\nb", ""])
def test_an_enterprise_id_that_the_door_does_not_take_is_refused(name: str, read_body: Read) -> None:
    """Section 3.1; else its event would lie in another partition than the rest of that transaction."""
    body = orjson.dumps({"transactionId": name, "event": "completedPass"})
    result = read_body(body, CallbackKind.CALLBACK, options=ENTERPRISE)
    assert isinstance(result, Unreadable)
    assert DeadLetterReason.NO_VERIFICATION_ID is result.reason


INNER = (
    ("documents[0].extracted.brand_new", "documents", [{"extracted": {"brand_new": 1}}]),
    ("documents[0].face_photo.brand_new", "documents", [{"face_photo": {"brand_new": 1}}]),
    ("liveness_attempts.video.brand_new", "liveness_attempts", [{"video": {"brand_new": 1}}]),
    ("facematch_best_frame.brand_new", "facematch_best_frame", {"brand_new": 1}),
    ("ID_MATRIX.brand_new", "data_provider", {"ID_MATRIX": {"brand_new": 1}}),
    ("ID_MATRIX.data.summary.brand_new", "data_provider", {"ID_MATRIX": {"data": {"summary": [{"brand_new": 1}]}}}),
)


@pytest.mark.parametrize(("path", "member", "value"), INNER)
def test_a_new_member_is_noted_however_deep_it_lies(path: str, member: str, value: object, read_body: Read) -> None:
    """Section 5.1."""
    reading = read_body(orjson.dumps({"transaction_id": "t1", "status": "PENDING", member: value}))
    assert isinstance(reading, Reading)
    assert (path,) == reading.unmapped


def test_both_channels_of_enterprise_tell_one_decision(read_body: Read) -> None:
    """Section 2.2: the same end state may come twice, whatever its spaces and order."""
    first = read_body(b'{"transactionId":"t1","event":"expired"}', CallbackKind.CALLBACK, options=ENTERPRISE)
    second = read_body(b'{ "event" : "expired", "transactionId" : "t1" }', CallbackKind.CALLBACK, options=ENTERPRISE)
    assert isinstance(first, Reading)
    assert isinstance(second, Reading)
    assert decision_of(first) == decision_of(second)


VENDOR_MEMBERS = frozenset({"transaction_id", "status", "overall", "customer_identifier", "reference", "closed_at"})


def test_no_personal_value_gets_into_what_is_published(read_body: Read) -> None:
    """Each recorded transaction, with a recognisable text in place of every value that is not the vendor's word."""
    readings = 0
    for body in BODIES:
        document = orjson.loads(body) if body.startswith(b"{") and body.rstrip().endswith(b"}") else {}
        canaries: Any = _with_canaries(document, VENDOR_MEMBERS)
        result = read_body(orjson.dumps({**canaries, "transaction_id": "t1"}))
        assert not isinstance(result, Unreadable) or CANARY not in repr(result)
        if isinstance(result, Reading):
            published = {name: getattr(result, name) for name in Reading.__slots__ if name != "content"}
            assert CANARY not in repr(published)
            readings += 1
    assert readings


def test_a_person_in_one_word_is_not_shown(read_body: Read) -> None:
    """A name in capitals looks like a word, so no member that describes the person is ever shown."""
    personal = dict.fromkeys(members.USER_DETAILS - {"address"}, "CANARY")
    body = {
        "transaction_id": "t1", "status": "COMPLETE", "name": "CANARY", "invitation_phone_number": "CANARY",
        "user_details": personal | {"address": dict.fromkeys(members.ADDRESS, "CANARY")},
        "device_info": dict.fromkeys(members.DEVICE, "CANARY"),
        "documents": [
            dict.fromkeys(members.DOCUMENT - {"asf_breakdown"}, "CANARY"),
            {"extracted": dict.fromkeys(members.EXTRACTED, "CANARY")},
            {asset: dict.fromkeys(members.ASSET, "CANARY") for asset in members.ASSETS},
        ],
        "liveness_attempts": [dict.fromkeys(members.ATTEMPT - {"result"}, "CANARY")],
        "data_provider": {"ID_MATRIX": {
            "message": "CANARY", "encrypted_xml": "CANARY",
            "data": {
                "summary": [{"name": "CANARY", "value": "CANARY"}],
                "fraudAssessment": {"dataSource": [{"name": "CANARY", "result": "PASS"}]},
            },
        }},
    }  # fmt: skip
    assert "CANARY" not in repr(read_body(orjson.dumps(body)))


def test_an_event_stays_small_however_much_a_document_holds(read_body: Read) -> None:
    """An event that outgrew the log could never be written, and would block its partition."""
    document = {"asf_breakdown": {"photo_check": "FLAGGED"}, "brand_new": 1}
    reading = read_body(orjson.dumps({"transaction_id": "t1", "status": "COMPLETE", "documents": [document] * 5000}))
    assert isinstance(reading, Reading)
    assert (MAX_ENTRIES, MAX_ENTRIES) == (len(reading.checks), len(reading.unmapped))
