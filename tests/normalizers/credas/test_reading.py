"""What holds for every body that Credas, or anybody else, could send."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizers.findings import MAX_ENTRIES
from normalizers.normalize import decision_of
from normalizers.reading import Previous, Reading, Unreadable
from normalizers.vendors.credas import members
from normalizers.vendors.credas.datachecks import KINDS
from schemas.callback import CallbackKind
from schemas.deadletter import DeadLetterReason
from schemas.event import EventKind, Outcome
from tests.normalizers.credas.conftest import PROCESS
from tests.normalizers.idenfy.test_reading import CANARY, _places, _with_canaries, json_values

Read = Callable[..., Reading | Unreadable | None]

CASES = Path(__file__).parent / "cases"
TRUNCATED = "truncated"
BODIES = [path.read_bytes() for path in sorted(CASES.glob("*/body.json")) if path.parent.name != TRUNCATED]
TARGETS = ["process", "process gone", "idv-entries", "registration", "something", *KINDS]
PENDING = {EventKind.VERIFICATION: Previous(Outcome.PENDING, final=False)}
OVERRULED = {EventKind.SIGNAL: Previous(Outcome.REJECTED, final=False)}
OPTIONS = (None, {"registrations": "results"}, {"identity_verifications": "bank", "time_zone": "Europe/London"})


def sample(name: str) -> Any:  # noqa: ANN401 - JSON
    return orjson.loads((CASES / name / "body.json").read_bytes())


def reading_of(result: Reading | Unreadable | None) -> Reading:
    assert isinstance(result, Reading)
    return result


def published(reading: Reading) -> dict[str, object]:
    return {name: getattr(reading, name) for name in Reading.__slots__ if name != "content"}


@st.composite
def mutated_bodies(draw: st.DrawFn) -> bytes:
    """A recorded body with up to three values replaced by anything, or taken away."""
    document = [orjson.loads(draw(st.sampled_from(BODIES)))]
    for _ in range(draw(st.integers(1, 3))):
        holder, key = draw(st.sampled_from(list(_places(document))))
        if isinstance(holder, dict) and draw(st.booleans()):
            del holder[str(key)]
        else:
            holder[key] = draw(json_values)  # type: ignore[index]  # the key came from this very holder
    return json.dumps(document[0]).encode()


bodies = st.one_of(mutated_bodies(), st.binary(max_size=40), json_values.map(lambda value: json.dumps(value).encode()))


@given(
    body=bodies,
    kind=st.sampled_from([CallbackKind.CALLBACK, CallbackKind.DOCUMENT]),
    target=st.sampled_from(TARGETS),
    name=st.sampled_from([PROCESS, PROCESS.upper(), "ABC-123"]),
    standing=st.sampled_from([None, PENDING, OVERRULED]),
    options=st.sampled_from(OPTIONS),
)
def test_anything_is_read_or_refused_with_a_reason(
    body: bytes,
    kind: CallbackKind,
    target: str,
    name: str,
    standing: Mapping[EventKind, Previous] | None,
    options: Mapping[str, str] | None,
    read_body: Read,
) -> None:
    """It raises ``Unreadable`` and nothing else; what it reads can be kept, and only a process is ever final."""
    result = read_body(body, kind, target=target, verification_id=name, standing=standing, options=options)
    if isinstance(result, Reading):
        assert 0 < len(result.verification_id) <= 200
        assert orjson.loads(result.content)
        assert not result.final or result.kind is EventKind.VERIFICATION
        assert not (result.final and result.outcome in (Outcome.PENDING, Outcome.NEEDS_REVIEW, Outcome.UNKNOWN))
        assert result.kind is EventKind.VERIFICATION or not result.reopens


@given(body=bodies)
def test_no_webhook_decides_anything(body: bytes, read_body: Read) -> None:
    """Section 1: none is evidence. What is told of one is PENDING, and not final."""
    result = read_body(body, CallbackKind.CALLBACK)
    assert result is None or (Outcome.PENDING, False) == (reading_of(result).outcome, reading_of(result).final)


def cased(value: object, change: Callable[[str], str]) -> object:
    if isinstance(value, dict):
        return {change(name): cased(member, change) for name, member in value.items()}
    return [cased(member, change) for member in value] if isinstance(value, list) else value


def pascal(name: str) -> str:
    return name[:1].upper() + name[1:]


@pytest.mark.parametrize("change", [pascal, str.lower, str.upper])
@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("passed-with-failed-liveness", "process"),
        ("supporting-documents", "process"),
        ("process-names-its-entity", "process"),
        ("entry-rejected-by-hand", "idv-entry"),
        ("bank-account-failed", "bank-account"),
        ("sample-international-screening-no-match", "process"),
        ("process-expired", "process"),
    ],
)
def test_the_case_of_members_says_nothing(
    name: str, target: str, change: Callable[[str], str], read_body: Read
) -> None:
    """Section 2: it differs from page to page."""
    usual = reading_of(read_body(orjson.dumps(sample(name)), target=target))
    other = reading_of(read_body(orjson.dumps(cased(sample(name), change)), target=target))
    assert usual == other


@pytest.mark.parametrize("change", [pascal, str.lower])
def test_the_case_of_members_says_nothing_in_webhooks(change: Callable[[str], str], read_body: Read) -> None:
    """Section 2.2, the actor webhook."""
    body = sample("invitation-bounced-everywhere")
    usual = reading_of(read_body(orjson.dumps(body), CallbackKind.CALLBACK))
    assert usual == reading_of(read_body(orjson.dumps(cased(body, change)), CallbackKind.CALLBACK))


def test_ids_are_compared_without_regard_to_case(read_body: Read) -> None:
    """Section 2.1."""
    usual = sample("passed")
    other = sample("passed")
    [result] = other["identityVerifications"]
    for holder, name in ((other, "id"), (result, "processId"), (result, "entryId"), (result, "documentId")):
        holder[name] = holder[name].upper()
    assert reading_of(read_body(orjson.dumps(usual))) == reading_of(read_body(orjson.dumps(other)))


@given(data=st.data())
def test_the_latest_result_of_the_process_counts_wherever_it_stands(data: st.DataObject, read_body: Read) -> None:
    """Section 5.1: nothing is promised of the order, and other processes' results are none of its own."""
    document = sample("passed")
    [result] = document["identityVerifications"]
    older = result | {"dateCompleted": "2024-03-18T05:57:49.93", "overallResult": 3}
    newer = result | {"dateCompleted": "2024-03-18T05:57:49.931Z", "overallResult": 2}
    foreign = result | {"dateCompleted": "2025-03-18T05:57:49Z", "processId": "2f255f96-056c-4bf4-9a26-bf3937fb2f66"}
    unfinished = result | {"dateCompleted": None, "overallResult": 0}
    results = data.draw(st.permutations([older, newer, foreign, unfinished]))
    reading = reading_of(read_body(orjson.dumps(document | {"identityVerifications": results})))
    assert (Outcome.NEEDS_REVIEW, "Refer") == (reading.outcome, reading.vendor_status)


@given(data=st.data())
def test_the_newest_submission_is_told_wherever_it_stands(data: st.DataObject, read_body: Read) -> None:
    """Section 5.1, ``idv-entries``."""
    [entry] = sample("entry-failed-liveness")
    others = [entry | {"dateCreated": f"2025-01-0{day}T00:00:00", "verificationResult": 1} for day in (1, 2)]
    reading = reading_of(read_body(orjson.dumps(data.draw(st.permutations([entry, *others]))), target="idv-entries"))
    assert Outcome.REJECTED is reading.outcome


PARTS = ("livenessResult", "documentResult", "faceMatchResult")


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, Outcome.VERIFIED), (1, Outcome.VERIFIED), (2, Outcome.VERIFIED), (3, Outcome.NEEDS_REVIEW),
     (4, Outcome.VERIFIED), (9, Outcome.NEEDS_REVIEW), ("3", Outcome.NEEDS_REVIEW), (None, Outcome.VERIFIED)],
)  # fmt: skip
def test_passed_is_held_against_what_failed(part: str, number: object, expected: Outcome, read_body: Read) -> None:
    """Section 6.3, the cross-check. What is in no list confirms nothing."""
    document = sample("passed")
    document["identityVerifications"][0][part] = number
    reading = reading_of(read_body(orjson.dumps(document)))
    assert (expected, expected is Outcome.VERIFIED) == (reading.outcome, reading.final)


@given(body=st.one_of(st.binary(max_size=40), st.sampled_from(BODIES)))
def test_a_process_that_is_gone_is_cancelled_whatever_came_with_the_404(body: bytes, read_body: Read) -> None:
    """Section 7; no page says what an error's body holds, so it may be anything."""
    reading = reading_of(read_body(body, target="process gone", standing=PENDING))
    assert (PROCESS, EventKind.VERIFICATION, Outcome.CANCELLED, True) == (
        reading.verification_id, reading.kind, reading.outcome, reading.final,
    )  # fmt: skip


@given(body=st.one_of(st.binary(max_size=40), st.sampled_from(BODIES)))
def test_a_process_that_nobody_knew_is_no_event(body: bytes, read_body: Read) -> None:
    """Else anybody's made-up id would become a cancelled verification."""
    result = read_body(body, target="process gone")
    assert isinstance(result, Unreadable)
    assert DeadLetterReason.NOT_THERE is result.reason


def test_gone_and_deleted_are_one_decision(read_body: Read) -> None:
    """Section 6.2 has Deleted as a status, section 5 a 404 after deletion; both may be read, in either order."""
    deleted = reading_of(read_body(orjson.dumps(sample("process-deleted")), standing=PENDING))
    gone = reading_of(read_body(b"", target="process gone", standing=PENDING))
    assert decision_of(deleted) == decision_of(gone)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("portal.credas.com/api/v2/ci", False),
        ("portal.credasdemo.com/api/v2/ci", True),
        ("portal.CredasDemo.com:443/api/v2/ci", True),
        ("credasdemo.com", True),
        ("notcredasdemo.com/api", False),
        ("credasdemo.com.example.org/api", False),
    ],
)
@pytest.mark.parametrize("name", ["passed", "process-complete"])
def test_what_the_demo_portal_says_is_a_test(host: str, expected: bool, name: str, read_body: Read) -> None:  # noqa: FBT001 - a column
    """Section 8: it verifies nobody."""
    assert expected == reading_of(read_body(orjson.dumps(sample(name)), host=host)).test


def test_where_a_document_came_from_does_not_change_what_it_says(read_body: Read) -> None:
    """What an override of ours has read afterwards and what a webhook leads to is one decision."""
    for name, target in (("passed", "process"), ("process-complete", "process"), ("entry-requested", "idv-entries")):
        body = sample(name)
        first = reading_of(read_body(orjson.dumps(body), target=target))
        second = reading_of(read_body(orjson.dumps(body, option=orjson.OPT_INDENT_2), target="process"))
        assert first == second


VENDOR_MEMBERS = frozenset(
    {"id", "processId", "entityId", "entryId", "documentId", "supportingDocumentId", "regCode", "dateCompleted"}
)


@pytest.mark.parametrize("target", TARGETS)
def test_no_personal_value_gets_into_what_is_published(target: str, read_body: Read) -> None:
    """Each recorded body, with a recognisable text in place of every value that is no id and no number."""
    readings = 0
    for body in BODIES:
        document = _with_canaries(orjson.loads(body), VENDOR_MEMBERS)
        for kind in (CallbackKind.CALLBACK, CallbackKind.DOCUMENT):
            result = read_body(orjson.dumps(document), kind, target=target, standing=PENDING)
            assert not isinstance(result, Unreadable) or CANARY not in repr(result)
            if isinstance(result, Reading):
                assert CANARY not in repr(published(result))
                readings += 1
    assert readings


def test_a_person_in_one_word_or_number_is_not_shown(read_body: Read) -> None:
    """A name in capitals looks like a word, and a document's number like one of Credas' own, only longer."""
    personal = dict.fromkeys(members.ENTITY - {"id", "status", "accountType"}, "CANARY")
    result = dict.fromkeys(members.VERIFICATION, "CANARY") | {
        "processId": PROCESS, "overallResult": 77001234, "supportingDocuments": [
            dict.fromkeys(members.SUPPORTING, "CANARY") | {"overallResult": 77001234}
        ],
    }  # fmt: skip
    summary = personal | {"id": PROCESS, "status": 77001234, "identityVerifications": [result]}
    entry = dict.fromkeys(members.ENTRY, "CANARY") | {
        "id": PROCESS, "verificationResult": 77001234, "verifiedBy": "CANARY",
        "idDocuments": [dict.fromkeys(("firstName", "verifiedBy", "verificationReason", "mrzLine1"), "CANARY")],
    }  # fmt: skip
    check = {"id": 1, "status": "CANARY", "result": 77001234, "comments": "CANARY", "surnameMatch": "CANARY"}
    process = {"id": PROCESS, "status": 8, "title": "CANARY", "processActors": [{"entityId": "CANARY"}]}
    documents = [(summary, "process"), (entry, "idv-entry"), (process, "process"), *((check, kind) for kind in KINDS)]
    for document, target in documents:
        shown = repr(published(reading_of(read_body(orjson.dumps(document), target=target))))
        assert "CANARY" not in shown
        assert "77001234" not in shown


def test_an_event_stays_small_however_much_a_document_holds(read_body: Read) -> None:
    """An event that outgrew the log could never be written, and would block its partition."""
    document = sample("passed")
    [result] = document["identityVerifications"]
    result["supportingDocuments"] = [{"overallResult": 2}] * 5000
    document |= {f"member{number}": 1 for number in range(5000)}
    reading = reading_of(read_body(orjson.dumps(document)))
    assert (MAX_ENTRIES, MAX_ENTRIES) == (len(reading.checks), len(reading.unmapped))


@pytest.mark.parametrize("value", ["hints", "", "RESULTS"])
def test_a_registration_that_is_sent_is_a_hint_unless_the_account_says_otherwise(value: str, read_body: Read) -> None:
    """Section 9: v1 has no webhook of its own; no call reads one again."""
    body = b'{"regCode":"ABC-123","status":2}'
    sent = (body, CallbackKind.CALLBACK)
    assert read_body(*sent, verification_id="ABC-123", options={"registrations": value}) is None
    believed = reading_of(read_body(*sent, verification_id="ABC-123", options={"registrations": "results"}))
    fetched = reading_of(read_body(body, target="registration", verification_id="ABC-123"))
    assert Outcome.VERIFIED is believed.outcome
    assert decision_of(fetched) == decision_of(believed)
