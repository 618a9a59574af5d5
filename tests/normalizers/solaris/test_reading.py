"""What holds for every body that Solaris, or anybody else with the secret, could send."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from normalizers.findings import MAX_ENTRIES
from normalizers.reading import Reading, Unreadable
from normalizers.vendors.solaris import MAPPING
from normalizers.vendors.solaris.webhooks import THIN, WEBHOOKS
from schemas.deadletter import DeadLetterReason
from schemas.event import EventKind, Outcome
from tests.normalizers.idenfy.test_reading import CANARY, _places, _with_canaries, json_values

Read = Callable[..., Reading | Unreadable | None]

BODIES = [path.read_bytes() for path in sorted((Path(__file__).parent / "cases").glob("*/body.json"))]
SPEAKING = sorted(WEBHOOKS)
ODD_HEADERS = ["", " ", "caf\u00e9", "\udcff", "a" * 300, "NEW_EVENT"]

events = st.one_of(st.none(), st.sampled_from(SPEAKING + sorted(THIN) + ODD_HEADERS))
ids = st.one_of(st.none(), st.sampled_from(["p1", *ODD_HEADERS]))


@st.composite
def mutated_bodies(draw: st.DrawFn) -> bytes:
    """A recorded body with up to three values replaced by anything; null is the same as absent."""
    document = [orjson.loads(draw(st.sampled_from(BODIES)))]
    for _ in range(draw(st.integers(1, 3))):
        holder, key = draw(st.sampled_from(list(_places(document))))
        holder[key] = draw(json_values)  # type: ignore[index]  # the key came from this very holder
    return json.dumps(document[0]).encode()


bodies = st.one_of(mutated_bodies(), st.binary(max_size=40), json_values.map(lambda value: json.dumps(value).encode()))


def _can_be_kept(result: Reading | Unreadable | None) -> bool:
    """Whether it can become an event; a dead letter and nothing at all always can."""
    if not isinstance(result, Reading):
        return True
    canonical = orjson.dumps(orjson.loads(result.content), option=orjson.OPT_SORT_KEYS)
    settled = result.outcome in (Outcome.VERIFIED, Outcome.REJECTED, Outcome.EXPIRED) or result.kind is EventKind.ERASED
    is_one_id = 0 < len(result.verification_id) <= 200
    return is_one_id and result.content == canonical and result.final == settled and not result.reopens


@given(body=bodies)
def test_any_document_is_read_or_refused_with_a_reason(body: bytes, read_document: Read) -> None:
    """``read`` raises ``Unreadable`` and nothing else, and whatever it reads can be kept as an event."""
    assert _can_be_kept(read_document(body))


@given(body=bodies, event=events, entity=ids, notification=ids)
def test_any_webhook_is_read_or_refused_with_a_reason(
    body: bytes, event: str | None, entity: str | None, notification: str | None, read_webhook: Read
) -> None:
    """The same, whatever the headers hold."""
    assert _can_be_kept(read_webhook(body, event, entity, notification))


def _shuffled(value: object, data: st.DataObject) -> object:
    if isinstance(value, dict):
        return {name: _shuffled(value[name], data) for name in data.draw(st.permutations(sorted(value)))}
    if isinstance(value, list):
        return [_shuffled(member, data) for member in value]
    return value


@given(data=st.data(), body=st.sampled_from(BODIES), event=st.one_of(st.none(), st.sampled_from(SPEAKING)))
def test_keys_in_any_order_and_any_whitespace_are_the_same_decision(
    data: st.DataObject, body: bytes, event: str | None, read_document: Read, read_webhook: Read
) -> None:
    """Neither is promised by anybody, so neither may make a second event, nor change what the first one says."""
    indent = data.draw(st.sampled_from([None, 0, 3]))
    other = json.dumps(_shuffled(orjson.loads(body), data), indent=indent).encode()

    assert repr(read_document(body)) == repr(read_document(other))
    assert repr(read_webhook(body, event, "p1")) == repr(read_webhook(other, event, "p1"))


@pytest.mark.parametrize("event", sorted(THIN))
@pytest.mark.parametrize("body", [b"", b"null", b"{}", b'{"id":"i1","status":"successful"}', b"<html>"])
def test_a_thin_webhook_says_nothing(event: str, body: bytes, read_webhook: Read) -> None:
    """Its resource is read and speaks; a body that cannot be read is the affair of whoever reads it then."""
    assert read_webhook(body, event, "p1") is None


@pytest.mark.parametrize("spelling", ["person_deleted", " PERSON_DELETED ", "Person_Deleted"])
def test_the_type_is_understood_in_any_case(spelling: str, read_webhook: Read) -> None:
    """Section 3: Solaris' pages write headers both ways."""
    reading = read_webhook(b"{}", spelling, "p1")

    assert isinstance(reading, Reading)
    assert (EventKind.ERASED, "p1", "PERSON_DELETED") == (reading.kind, reading.verification_id, reading.vendor_event)


def test_an_erasure_that_names_nobody_is_not_passed_over(read_webhook: Read) -> None:
    """Section 11: the duty to delete is immediate, so it becomes a dead letter that somebody sees."""
    result = read_webhook(b'{"id":"79f32bb0"}', "PERSON_DELETED")

    assert isinstance(result, Unreadable)
    assert DeadLetterReason.NO_VERIFICATION_ID is result.reason


VENDOR_MEMBERS = frozenset(
    {
        "id", "status", "result", "completed_at", "method", "person_id", "business_id", "entity_id",
        "identification_origination_id", "transactionnumber", "identificationtime", "document_type",
        "screening_progress", "risk_classification_status", "customer_vetting_status", "identification_methods",
    }
)  # fmt: skip


@pytest.mark.parametrize("event", [None, *SPEAKING, "NEW_EVENT"])
def test_no_personal_value_gets_into_what_is_published(
    event: str | None, read_document: Read, read_webhook: Read
) -> None:
    """Each recorded body, with a recognisable text in place of every value that is not one of the vendor's words."""
    readings = []
    for body in BODIES:
        document = orjson.dumps(_with_canaries(orjson.loads(body), VENDOR_MEMBERS))
        for result in (read_document(document), read_webhook(document, event, "p1")):
            if isinstance(result, Reading):
                published = {name: getattr(result, name) for name in Reading.__slots__ if name != "content"}
                assert CANARY not in repr(published)
                readings.append(result)
            assert not isinstance(result, Unreadable) or CANARY not in repr(result)
    assert readings


def test_a_person_in_one_word_is_not_shown(read_document: Read) -> None:
    """A name in one case looks like a word, so no member that describes the person is ever shown."""
    body = {
        "id": "p1", "screening_progress": "NOT_SCREENED", "first_name": "CANARY", "last_name": "CANARY",
        "birth_city": "CANARY", "nationality": "CANARY", "self_declared_as_pep": "CANARY", "email": "CANARY",
    }  # fmt: skip

    assert "CANARY" not in repr(read_document(orjson.dumps(body)))


def test_an_event_stays_small_however_much_a_document_holds(read_document: Read) -> None:
    """An event that outgrew the log could never be written, and would block its partition."""
    papers = [{"document_type": f"TYPE_{number}"} for number in range(5000)]
    attempts = [{"id": str(number), "result": f"RESULT_{number}", "reason": f"R_{number}"} for number in range(5000)]

    for body in ({"id": "i1", "status": "pending", "documents": papers}, attempts):
        reading = read_document(orjson.dumps(body))

        assert isinstance(reading, Reading)
        assert (MAX_ENTRIES, MAX_ENTRIES) == (len(reading.checks), len(reading.unmapped))


def test_the_latest_attempt_decides_by_its_time_and_else_by_its_place(read_document: Read) -> None:
    """Section 7 promises no order of the list."""

    def attempt(result: str, time: str | None) -> dict[str, object]:
        return {"id": result, "result": result, "payload": {"identificationprocess": {"identificationtime": time}}}

    early, late = "2022-07-14T18:00:00+02:00", "2022-07-14T17:00:00+00:00"
    by_time = read_document(orjson.dumps([attempt("SUCCESS", late), attempt("ABORTED", early)]))
    by_place = read_document(orjson.dumps([attempt("ABORTED", None), attempt("SUCCESS", None)]))

    assert isinstance(by_time, Reading)
    assert isinstance(by_place, Reading)
    assert ("SUCCESS", "SUCCESS") == (by_time.vendor_status, by_place.vendor_status)


def test_the_mapping_says_how_long_to_look_back() -> None:
    """Section 6.1: an abort may come back at once; section 5: a person is erased after 90 days at the earliest."""
    assert ("solaris", 0, 90) == (MAPPING.vendor, MAPPING.retry_horizon.total_seconds(), MAPPING.remember_for.days)
