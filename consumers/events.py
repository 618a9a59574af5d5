"""From records of the verification events to what a consumer works on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from runtime.eventlog import Emit, Record
from runtime.version import VERSION
from schemas import deadletter
from schemas.codec import event_from_record, prepare_events
from schemas.deadletter import DeadLetterReason
from schemas.event import VerificationEvent
from schemas.message import Undecodable
from schemas.topics import DEAD_LETTERS


@dataclass(frozen=True, slots=True)
class Decoded:
    """What some records come to.

    ``events`` are in the records' order, without those that a later tombstone takes back; ``erased`` are the
    tombstones' keys; ``dead_letters`` carry the records that are no events.
    """

    events: tuple[VerificationEvent, ...]
    erased: frozenset[str]
    dead_letters: tuple[Emit, ...]


async def decode(records: Sequence[Record], stage: str) -> Decoded:
    """The same on every repeat. ``stage`` is named in the dead letters.

    Raises ``RegistryUnavailable`` or ``RegistryRefused`` while only the registry can tell what wrote a record.
    """
    await prepare_events(records)
    events: list[VerificationEvent] = []
    erased: set[str] = set()
    dead_letters: list[Emit] = []
    for record in records:
        if record.value is None:
            erased.add(record.key)
            events = [event for event in events if event.key != record.key]
            continue
        try:
            events.append(event_from_record(record))
        except Undecodable as error:
            letter = deadletter.of_record(
                record,
                record.key,
                stage=stage,
                reason=DeadLetterReason.UNDECODABLE_RECORD,
                detail=str(error),
                version=VERSION,
            )
            dead_letters.append((DEAD_LETTERS, deadletter.to_message(letter)))
    return Decoded(tuple(events), frozenset(erased), tuple(dead_letters))
