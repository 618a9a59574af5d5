"""DeadLetter: whatever could not be processed, whole: the same key, headers and bytes, and why and where it stopped."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from schemas.message import Headers, Message, Stored, Undecodable

_PREFIX = "dead-letter-"


class DeadLetterReason(StrEnum):
    """Typed reasons. Vendors' documents go wrong in the first eight ways, reading at a vendor in the next four (a
    channel of alerts refuses, too), bringing an alert to a channel in the next two, our own program in the last two.
    """

    NOT_JSON = "NOT_JSON"
    TOO_DEEP = "TOO_DEEP"
    DUPLICATE_KEY = "DUPLICATE_KEY"
    NUMBER_OUT_OF_RANGE = "NUMBER_OUT_OF_RANGE"
    WRONG_TYPE = "WRONG_TYPE"
    MISSING_FIELD = "MISSING_FIELD"
    NO_VERIFICATION_ID = "NO_VERIFICATION_ID"
    UNSUPPORTED_FORM = "UNSUPPORTED_FORM"
    NOT_FETCHABLE = "NOT_FETCHABLE"
    NOT_FETCHED = "NOT_FETCHED"
    NOT_THERE = "NOT_THERE"
    REFUSED = "REFUSED"
    NO_CHANNEL = "NO_CHANNEL"
    NOT_DELIVERED = "NOT_DELIVERED"
    UNDECODABLE_RECORD = "UNDECODABLE_RECORD"
    PROGRAM_ERROR = "PROGRAM_ERROR"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """``key``, ``partition_key``, ``headers`` and ``value`` are the original record's own, ``topic`` its topic.

    ``detail`` says in words what was wrong and where in the document; it never holds a value out of the document.
    """

    stage: str
    reason: DeadLetterReason
    detail: str
    topic: str
    partition: int
    offset: int
    version: str
    key: str
    partition_key: str
    headers: Headers
    value: bytes


def of_record(
    record: Stored, partition_key: str, *, stage: str, reason: DeadLetterReason, detail: str, version: str
) -> DeadLetter:
    """The dead letter that a record becomes at this stage of this version of the program."""
    return DeadLetter(
        stage=stage,
        reason=reason,
        detail=detail,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        version=version,
        key=record.key,
        partition_key=partition_key,
        headers=record.headers,
        value=record.value or b"",
    )


def _key_of(letter: DeadLetter) -> str:
    """Its own, on a topic that keeps only the newest record of a key; it begins with the original record's."""
    return f"{letter.key}@{letter.topic}/{letter.partition}/{letter.offset}"


def to_message(letter: DeadLetter) -> Message:
    about = {
        "stage": letter.stage,
        "reason": letter.reason.value,
        "detail": letter.detail,
        "topic": letter.topic,
        "partition": str(letter.partition),
        "offset": str(letter.offset),
        "version": letter.version,
        "partition-key": letter.partition_key,
        "key": letter.key,
    }
    headers = tuple((_PREFIX + name, text.encode()) for name, text in about.items())
    return Message(_key_of(letter), letter.partition_key, letter.headers + headers, letter.value)


def from_record(record: Stored) -> DeadLetter:
    """The dead letter that ``to_message`` wrote. Raises ``Undecodable`` for anything else."""
    about = {name.removeprefix(_PREFIX): value.decode() for name, value in record.headers if name.startswith(_PREFIX)}
    try:
        return DeadLetter(
            stage=about["stage"],
            reason=DeadLetterReason(about["reason"]),
            detail=about["detail"],
            topic=about["topic"],
            partition=int(about["partition"]),
            offset=int(about["offset"]),
            version=about["version"],
            key=about["key"],
            partition_key=about["partition-key"],
            headers=tuple(pair for pair in record.headers if not pair[0].startswith(_PREFIX)),
            value=record.value or b"",
        )
    except (KeyError, ValueError) as error:
        where = f"{record.topic}/{record.partition}/{record.offset}"
        raise Undecodable(f"{where}: not a dead letter ({error!r})") from error
