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
from schemas.event import Outcome
from tests.normalizers.idenfy.test_reading import CANARY, _places, _with_canaries, json_values

Read = Callable[..., Reading | Unreadable | None]

CASES = Path(__file__).parent / "cases"
BODIES = [path.read_bytes() for path in sorted(CASES.glob("*/body.json"))]
FLAGGED: dict[str, Any] = orjson.loads((CASES / "sample-transaction-complete-flagged" / "body.json").read_bytes())
FLAGGED["transaction_id"] = "t1"
ENTERPRISE = {"product": "enterprise"}


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
    known = Previous(Outcome.VERIFIED, final=True)
    assert read_body(orjson.dumps(rest | {marker: "2025-06-01T00:00:00.000Z"}), previous=known) is None
    assert isinstance(read_body(orjson.dumps(rest | {marker: ""}), previous=known), Reading)


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
        "documents": [dict.fromkeys(members.DOCUMENT - {"asf_breakdown"}, "CANARY")],
    }  # fmt: skip
    assert "CANARY" not in repr(read_body(orjson.dumps(body)))


def test_an_event_stays_small_however_much_a_document_holds(read_body: Read) -> None:
    """An event that outgrew the log could never be written, and would block its partition."""
    document = {"asf_breakdown": {"photo_check": "FLAGGED"}, "brand_new": 1}
    reading = read_body(orjson.dumps({"transaction_id": "t1", "status": "COMPLETE", "documents": [document] * 5000}))
    assert isinstance(reading, Reading)
    assert (MAX_ENTRIES, MAX_ENTRIES) == (len(reading.checks), len(reading.unmapped))
