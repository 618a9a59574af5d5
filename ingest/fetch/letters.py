"""Dead letters of the fetching stage."""

from __future__ import annotations

from runtime.eventlog import Emit, Record
from runtime.version import VERSION
from schemas import deadletter, topics
from schemas.deadletter import DeadLetterReason

STAGE = "fetch"


def letter_of(record: Record, partition_key: str, reason: DeadLetterReason, detail: str) -> Emit:
    """The record, whole: appended to its topic again it is worked off like any other."""
    letter = deadletter.of_record(record, partition_key, stage=STAGE, reason=reason, detail=detail, version=VERSION)
    return topics.DEAD_LETTERS, deadletter.to_message(letter)
