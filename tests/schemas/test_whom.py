"""Whom an event waits for: what follows from its other words, and what it says itself, whichever schema wrote it."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import Any

import fastavro
import pytest

from schemas.codec import event_from_record, event_of_fields, event_to_message, event_to_record
from schemas.event import Check, CheckKind, CheckResult, EventKind, Outcome, VerificationEvent, WaitsFor
from schemas.message import Message
from schemas.registry import Version, newest, versions
from schemas.waiting import waits_for
from tests.examples import event, stored

EVENTS = "verification-events-value"
CUSTOMER, VENDOR, REVIEWER, OPERATOR = WaitsFor
BEFORE = [version for version in versions() if version.subject == EVENTS and "WaitsFor" not in version.text()]

LOOKED_AT = (Check(CheckKind.FACE, "autoFace", CheckResult.PASS, "FACE_MATCH"),)
NOT_DONE = (Check(CheckKind.FACE, "autoFace", CheckResult.NOT_DONE, None),)


def said(outcome: Outcome, **changes: Any) -> VerificationEvent:  # noqa: ANN401 - any field
    return event(**{"outcome": outcome, "final": False, "checks": ()} | changes)


RULE = [
    pytest.param(CUSTOMER, said(Outcome.PENDING), id="begun"),
    pytest.param(CUSTOMER, said(Outcome.PENDING, checks=NOT_DONE), id="nothing done yet"),
    pytest.param(VENDOR, said(Outcome.PENDING, checks=LOOKED_AT), id="something was looked at"),
    pytest.param(VENDOR, said(Outcome.VERIFIED), id="decided for now"),
    pytest.param(REVIEWER, said(Outcome.NEEDS_REVIEW), id="in review"),
    pytest.param(REVIEWER, said(Outcome.NEEDS_REVIEW, final=True), id="the vendor leaves it to us"),
    pytest.param(CUSTOMER, said(Outcome.CANCELLED), id="broken off, the link still works"),
    pytest.param(OPERATOR, said(Outcome.ERROR), id="stuck"),
    pytest.param(VENDOR, said(Outcome.UNKNOWN), id="nothing said yet"),
    pytest.param(OPERATOR, said(Outcome.UNKNOWN, final=True), id="a last word that nobody understood"),
    pytest.param(None, said(Outcome.VERIFIED, final=True), id="ended"),
    pytest.param(None, said(Outcome.ERROR, final=True), id="ended in an error"),
    pytest.param(None, said(Outcome.UNKNOWN, kind=EventKind.SIGNAL), id="a signal"),
    pytest.param(None, said(Outcome.UNKNOWN, kind=EventKind.ERASED), id="erased"),
    pytest.param(OPERATOR, said(Outcome.NEEDS_REVIEW, kind=EventKind.ACTION), id="an action was asked for"),
    pytest.param(VENDOR, said(Outcome.PENDING, kind=EventKind.ACTION), id="an action has begun"),
    pytest.param(None, said(Outcome.UNKNOWN, kind=EventKind.ACTION, final=True), id="an action has ended"),
]


@pytest.mark.parametrize(("expected", "one"), RULE)
def test_whom_one_waits_for_where_no_vendors_word_says_it(expected: WaitsFor | None, one: VerificationEvent) -> None:
    assert expected == waits_for(one.kind, one.outcome, one.checks, final=one.final)


@pytest.mark.parametrize("whom", [None, *WaitsFor])
def test_what_an_event_says_itself_comes_back(whom: WaitsFor | None) -> None:
    """Over Avro and as plain text, also where its other words would say otherwise: nobody is a word, too."""
    for one in (said(Outcome.PENDING, waits_for=whom), said(Outcome.REJECTED, final=True, waits_for=whom)):
        assert one == event_from_record(stored(event_to_message(one)))
        assert one == event_of_fields(event_to_record(one) | {"waits_for": None if whom is None else whom.value})


def test_there_are_schemas_without_the_field() -> None:
    assert [1, 3] == [version.id for version in BEFORE]


@pytest.mark.parametrize("version", BEFORE, ids=lambda version: version.path.name)
@pytest.mark.parametrize(("expected", "one"), RULE)
def test_an_event_of_before_waits_for_whom_its_words_say(
    expected: WaitsFor | None, one: VerificationEvent, version: Version
) -> None:
    """Written by a program that knew nothing of the field."""
    if version.id == 1 and one.kind is EventKind.ACTION:
        return  # a kind that there was not yet
    record = {name: value for name, value in event_to_record(one).items() if name != "waits_for"}
    read = event_from_record(written(version.schema(), version.id, record))
    assert (expected, one.event_id) == (read.waits_for, read.event_id)


def test_a_word_of_tomorrow_is_what_the_others_say() -> None:
    """An old reader takes the enum's default for it, inside the union too, and never takes it for nobody."""
    later = newest(EVENTS).schema()
    (field,) = (field for field in later["fields"] if field["name"] == "waits_for")
    field["type"][0]["symbols"] = [*field["type"][0]["symbols"], "GODOT"]
    writer, reader = fastavro.parse_schema(later), fastavro.parse_schema(newest(EVENTS).schema())
    value = BytesIO()
    fastavro.schemaless_writer(value, writer, event_to_record(said(Outcome.PENDING)) | {"waits_for": "GODOT"})
    value.seek(0)
    read = fastavro.schemaless_reader(value, writer, reader)
    assert isinstance(read, dict)
    assert ("UNKNOWN", CUSTOMER) == (read["waits_for"], event_of_fields(read).waits_for)


def written(schema: dict[str, Any], schema_id: int, record: dict[str, Any]) -> Any:  # noqa: ANN401 - as from a log
    value = BytesIO(struct.pack(">bI", 0, schema_id))
    value.seek(0, 2)
    fastavro.schemaless_writer(value, fastavro.parse_schema(schema), record)
    return stored(Message("k", "k", (), value.getvalue()))
