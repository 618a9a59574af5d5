"""Dead letters in the read model: where each lies on its topic, and what it says. Never a body."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.projections.bulk import Values, deleting, replacing
from consumers.projections.tables import DEAD_LETTERS
from runtime.eventlog import Emit, Record
from schemas.deadletter import DeadLetter

_log = structlog.get_logger(__name__)

_PUT = replacing(DEAD_LETTERS)
_END = deleting(DEAD_LETTERS, ("letter_key",))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def write(connection: AsyncConnection, read: Sequence[tuple[Record, DeadLetter | None]]) -> None:
    """The newest record of each key holds; a tombstone is a letter's end."""
    newest = {record.key: (record, letter) for record, letter in read}
    await _END.run(connection, [{"letter_key": key} for key, (_, letter) in newest.items() if letter is None])
    await _PUT.run(connection, [_row(record, letter) for record, letter in newest.values() if letter is not None])


def _row(record: Record, letter: DeadLetter) -> Values:
    provider, source, callback_id = _about(letter)
    return {
        "letter_key": record.key,
        "partition": record.partition,
        "offset": record.offset,
        "at": _EPOCH + timedelta(microseconds=record.appended_at),
        "stage": letter.stage,
        "reason": letter.reason,
        "detail": letter.detail,
        "provider": provider,
        "source": source,
        "callback_id": callback_id,
        "of_topic": letter.topic,
        "of_partition": letter.partition,
        "of_offset": letter.offset,
        "bytes": len(letter.value),
    }


def _about(letter: DeadLetter) -> tuple[str, str, str]:
    """Provider, account and callback, as far as the original's headers name them: a callback's, or a CloudEvent's."""
    headers = {name: value.decode(errors="replace") for name, value in letter.headers}
    _, _, path = headers.get("ce_source", "").partition("/")
    provider, _, source = path.partition("/")
    return headers.get("vendor", provider), headers.get("source", source), headers.get("id", "")


def tell_of(unreadable: Sequence[Emit]) -> None:
    """The log says where they are."""
    for _, message in unreadable:
        _log.error("a dead letter that nobody can read stays where it is", record=message.key)
