from __future__ import annotations

from consumers.events import decode
from runtime.eventlog import Record
from schemas import deadletter
from schemas.codec import event_to_message
from schemas.deadletter import DeadLetterReason
from schemas.event import Outcome, VerificationEvent
from schemas.message import Message
from schemas.topics import DEAD_LETTERS, VERIFICATION_EVENTS
from tests.consumers.making import TORN, told

FIRST = told(1, Outcome.PENDING)
LATER = told(2, Outcome.VERIFIED)
OTHER = told(3, Outcome.VERIFIED, verification_id="scan-2")
TOMBSTONE = Message(FIRST.key, FIRST.key, (), None)


def records(*told_events: VerificationEvent | Message) -> list[Record]:
    messages = [event_to_message(one) if isinstance(one, VerificationEvent) else one for one in told_events]
    return [
        Record(VERIFICATION_EVENTS, 3, offset, message.key, message.headers, message.value, 0)
        for offset, message in enumerate(messages)
    ]


async def test_events_come_in_the_records_order() -> None:
    """Without anything erased, and without dead letters."""
    decoded = await decode(records(FIRST, OTHER, LATER), "a-stage")
    assert ((FIRST, OTHER, LATER), frozenset(), ()) == (decoded.events, decoded.erased, decoded.dead_letters)


async def test_a_tombstone_takes_back_the_earlier_events_of_its_key_alone() -> None:
    """A log that has not compacted yet still shows them."""
    decoded = await decode(records(FIRST, OTHER, TOMBSTONE, LATER), "a-stage")
    assert ((OTHER, LATER), frozenset({FIRST.key}), ()) == (decoded.events, decoded.erased, decoded.dead_letters)


async def test_a_record_that_is_no_event_becomes_a_dead_letter_with_its_place() -> None:
    """Its partition key is the record's key, as it is for events."""
    ((topic, message),) = (await decode(records(FIRST, TORN), "a-stage")).dead_letters
    (record,) = [Record(topic, 0, 0, message.key, message.headers, message.value, 0)]
    letter = deadletter.from_record(record)
    assert (DEAD_LETTERS, "a-stage", DeadLetterReason.UNDECODABLE_RECORD) == (topic, letter.stage, letter.reason)
    assert (VERIFICATION_EVENTS, 3, 1) == (letter.topic, letter.partition, letter.offset)
    assert (TORN.key, TORN.key, TORN.value) == (letter.key, letter.partition_key, letter.value)
