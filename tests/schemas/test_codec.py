from __future__ import annotations

import dataclasses
import json
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import callback as callbacks
from schemas import deadletter
from schemas.codec import event_from_record, event_to_message, event_to_record
from schemas.deadletter import DeadLetter, DeadLetterReason
from schemas.event import Outcome
from schemas.message import Message, Undecodable
from schemas.registry import CURRENT, newest
from tests.examples import NOON, callback, event, stored


def test_an_event_comes_back_from_its_record_as_it_was() -> None:
    """Every field survives the way through Avro and back."""
    assert event() == event_from_record(stored(event_to_message(event())))


def test_an_event_with_nothing_optional_comes_back_as_it_was() -> None:
    """Nulls and empty lists survive too."""
    bare = event(subject_ref=None, vendor_status=None, occurred_at=None, checks=(), reasons=(), unmapped=())
    assert bare == event_from_record(stored(event_to_message(bare)))


def test_an_event_is_in_the_confluent_wire_format() -> None:
    """A zero byte, then the id of the newest schema in four bytes, big-endian."""
    message = event_to_message(event())
    assert message.value is not None
    assert (0, newest("verification-events-value").id) == struct.unpack(">bI", message.value[:5])


def test_an_event_carries_cloudevents_headers() -> None:
    """The names are those of the CloudEvents Kafka binding in binary mode."""
    headers = {name: value.decode() for name, value in event_to_message(event()).headers}
    assert headers == {
        "ce_specversion": "1.0",
        "ce_id": event().event_id,
        "ce_source": "/idenfy/idenfy-eu",
        "ce_type": "hookline.VerificationEvent",
        "ce_subject": "scan-1",
        "ce_time": NOON.isoformat(),
        "content-type": "application/avro",
    }


def test_the_record_has_the_fields_of_the_schema_in_its_order() -> None:
    """The dictionary that is encoded and printed is the schema's, name by name."""
    schema = json.loads(CURRENT["verification-events-value"].read_text())
    assert [field["name"] for field in schema["fields"]] == list(event_to_record(event()))


def test_every_enum_of_the_program_is_the_schemas_enum() -> None:
    """A word added on one side only would be lost or refused on the other."""
    found: dict[str, list[str]] = {}

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if node.get("type") == "enum":
                found[node["name"]] = node["symbols"]
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(json.loads(CURRENT["verification-events-value"].read_text()))
    import schemas.event as words

    in_no_event = {"WaitsFor": ["UNKNOWN"]}  # what it is read as depends on the event: see test_whom.py
    known = {name: [word.value for word in getattr(words, name)] for name in found}
    assert found == {name: in_no_event.get(name, []) + known[name] for name in found}


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("nothing", None),
        ("four bytes", b"\0\0\0\0"),
        ("another magic byte", b"\1\0\0\0\1rest"),
        ("an id that nobody knows", b"\0\0\0\xff\xffrest"),
        ("another subject's id", b"\0" + struct.pack(">I", 2) + b"rest"),
        ("a torn record", b"\0" + struct.pack(">I", 1) + b"\x10abc"),
    ],
)
def test_what_is_no_event_is_undecodable(what: str, value: bytes | None) -> None:
    """Whatever the bytes, the error is the one that leads to the dead letters."""
    with pytest.raises(Undecodable):
        event_from_record(stored(Message(what, what, (), value)))


@given(st.binary(max_size=200))
def test_random_bytes_never_raise_anything_else(tail: bytes) -> None:
    """Behind a right prefix, too, random bytes are an event or undecodable."""
    record = stored(Message("k", "k", (), b"\0" + struct.pack(">I", 1) + tail))
    try:
        event_from_record(record)
    except Undecodable:
        return


def test_an_old_reader_survives_a_new_word(tmp_path: Path) -> None:
    """An enum's default stands in for a symbol that the reader's schema does not have."""
    import fastavro

    schema = json.loads(CURRENT["verification-events-value"].read_text())
    newer = json.loads(json.dumps(schema))
    outcome = next(field for field in newer["fields"] if field["name"] == "outcome")
    outcome["type"]["symbols"].append("PARDONED")
    path = tmp_path / "record"
    with path.open("wb") as file:
        record = event_to_record(event()) | {"outcome": "PARDONED"}
        fastavro.schemaless_writer(file, fastavro.parse_schema(newer), record)
    with path.open("rb") as file:
        read = fastavro.schemaless_reader(file, fastavro.parse_schema(newer), fastavro.parse_schema(schema))
    assert isinstance(read, dict)
    assert read["outcome"] == Outcome.UNKNOWN


def test_a_callback_comes_back_from_its_record_as_it_was() -> None:
    """Bytes, ordered headers with repeats, query, cause: all as they came."""
    fetched = callback(body=b"\x00\xff not json", cause="an-id", attempt=3, test=True, verification_id="a/b")
    assert fetched == callbacks.from_record(stored(callbacks.to_message(fetched)))


def test_a_callbacks_key_is_unique_and_its_partition_is_the_verifications() -> None:
    """One record can be deleted by its key, and one verification's records stay in order."""
    message = callbacks.to_message(callback())
    assert (f"scan-1/{callback().id}", "scan-1") == (message.key, message.partition_key)


def test_a_callback_without_its_headers_is_undecodable() -> None:
    """A foreign record on a callbacks topic is no callback."""
    with pytest.raises(Undecodable):
        callbacks.from_record(stored(Message("k/id", "k", (("id", b"x"),), b"{}")))


def test_a_dead_letter_comes_back_whole() -> None:
    """The original's key, headers and bytes are unchanged beside the reason."""
    original = callbacks.to_message(callback())
    letter = DeadLetter(
        stage="normalize.idenfy",
        reason=DeadLetterReason.NOT_JSON,
        detail="byte 3",
        topic="callbacks.idenfy",
        partition=0,
        offset=7,
        version="1",
        key=original.key,
        partition_key=str(original.partition_key),
        headers=original.headers,
        value=original.value or b"",
    )
    back = deadletter.from_record(stored(deadletter.to_message(letter)))
    assert letter == back
    original_again = dataclasses.replace(original)
    assert (original_again.key, original_again.headers, original_again.value) == (back.key, back.headers, back.value)
