"""From records of each topic to what they change in the read model: the one table of what the projector reads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.events import decode
from consumers.projections import alerting, letters, observing, writing
from runtime.eventlog import Emit, Record
from runtime.version import VERSION
from schemas import deadletter, handling, observation
from schemas.codec import alert_from_record, prepare_alerts
from schemas.deadletter import DeadLetterReason
from schemas.message import Undecodable
from schemas.topics import ALERTS, DEAD_LETTERS, OBSERVATIONS, VERIFICATION_EVENTS, alert_handling

NAME = "project"

Apply = Callable[[AsyncConnection], Awaitable[None]]
T = TypeVar("T")


async def _nothing(_connection: AsyncConnection) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Read:
    """``apply`` makes the read model level with the records, in the caller's transaction.

    ``bad``: how many are not what their topic promises; ``dead_letters`` carry them.
    """

    apply: Apply
    bad: int = 0
    dead_letters: Sequence[Emit] = ()


NOTHING = Read(_nothing)


async def _events(records: Sequence[Record]) -> Read:
    """A tombstone whose key is none of a verification's is no less a dead letter than what cannot be decoded."""
    decoded = await decode(records, NAME)
    tombstones = [record for record in records if record.value is None]
    erased = {record.key: _appended(record) for record in tombstones if all(record.key.partition(":"))}
    bad = [dead_letter(record, "a tombstone of no verification") for record in tombstones if record.key not in erased]
    apply = partial(writing.write, events=decoded.events, erased=erased)
    letters = (*decoded.dead_letters, *bad)
    return Read(apply, len(letters), letters)


async def _alerts(records: Sequence[Record]) -> Read:
    await prepare_alerts(records)
    return _read(records, alert_from_record, alerting.write)


async def _handling(records: Sequence[Record]) -> Read:
    return _read(records, handling.from_record, alerting.write_handling)


async def _letters(records: Sequence[Record]) -> Read:
    """A dead letter of a dead letter would be read here again: it is counted and told, and stays where it is."""
    read = _read(records, deadletter.from_record, letters.write)
    letters.tell_of(read.dead_letters)
    return Read(read.apply, read.bad)


async def _observations(records: Sequence[Record]) -> Read:
    return _read(records, observation.from_record, observing.write)


TOPICS: Mapping[str, Callable[[Sequence[Record]], Awaitable[Read]]] = {
    VERIFICATION_EVENTS: _events,
    ALERTS: _alerts,
    alert_handling(): _handling,
    DEAD_LETTERS: _letters,
    OBSERVATIONS: _observations,
}
"""Each raises ``RegistryUnavailable`` or ``RegistryRefused`` while only the registry can tell what wrote a record."""


def _read(
    records: Sequence[Record],
    from_record: Callable[[Record], T],
    write: Callable[[AsyncConnection, Sequence[tuple[Record, T | None]]], Awaitable[None]],
) -> Read:
    """``write`` is given each good record with what it says; a tombstone with ``None``."""
    good: list[tuple[Record, T | None]] = []
    bad: list[Emit] = []
    for record in records:
        try:
            good.append((record, None if record.value is None else from_record(record)))
        except Undecodable as error:
            bad.append(dead_letter(record, str(error)))

    async def apply(connection: AsyncConnection) -> None:
        await write(connection, good)

    return Read(apply, len(bad), bad)


def dead_letter(record: Record, detail: str) -> Emit:
    reason = DeadLetterReason.UNDECODABLE_RECORD
    letter = deadletter.of_record(record, record.key, stage=NAME, reason=reason, detail=detail, version=VERSION)
    return DEAD_LETTERS, deadletter.to_message(letter)


def _appended(record: Record) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=record.appended_at)
