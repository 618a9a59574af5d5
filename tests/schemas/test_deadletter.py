from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from schemas import deadletter
from schemas.deadletter import DeadLetterReason
from schemas.message import Headers


@dataclass(frozen=True, slots=True)
class Stored:
    key: str
    headers: Headers
    value: bytes | None
    topic: str = "verification-events"
    partition: int = 2
    offset: int = 41


def letter_of(record: Stored) -> deadletter.DeadLetter:
    return deadletter.of_record(
        record, "p", stage="project", reason=DeadLetterReason.UNDECODABLE_RECORD, detail="torn", version="1"
    )


@given(key=st.text(max_size=20), header=st.binary(max_size=20), value=st.binary(max_size=50))
def test_a_dead_letter_holds_the_record_whole(key: str, header: bytes, value: bytes) -> None:
    """Key, headers, value and place, whatever they are, and it comes back as it was written."""
    letter = letter_of(Stored(key, (("h", header), ("h", b"again")), value))
    message = deadletter.to_message(letter)
    assert letter == deadletter.from_record(Stored(message.key, message.headers, message.value, "dead-letters", 0, 7))


def test_records_that_share_a_key_are_dead_letters_of_their_own() -> None:
    """Events of one verification do, and the topic is compacted on Kafka: one must not replace the other."""
    records = [Stored("idenfy:scan-1", (), b"torn", offset=offset) for offset in (1, 2)]
    assert 2 == len({deadletter.to_message(letter_of(record)).key for record in records})
