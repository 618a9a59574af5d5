"""What people do about alerts, written to the log: whoever delivers and whoever shows alerts reads it there."""

from __future__ import annotations

from datetime import UTC, datetime

from uuid_utils import uuid7

from runtime.errors import HooklineError
from runtime.eventlog import EventLog
from schemas import handling
from schemas.handling import Acknowledgement, Handling, Silence
from schemas.message import Undecodable
from schemas.topics import alert_handling

MOST_NOTE = 1000
"""Characters of a note."""


class InvalidHandling(HooklineError):
    """Ask for something else: the message says what is wrong with it. Nothing was written."""


async def acknowledge(log: EventLog, alert_id: str, who: str, note: str = "") -> Acknowledgement:
    """Somebody looks after the alert: no channel is told of it any more. The newest acknowledgement counts.

    Raises ``InvalidHandling``; ``LogUnavailable``: whether it was written is unknown, and doing it again is safe.
    """
    _check_note(note)
    done = Acknowledgement(alert_id, who, datetime.now(UTC), note)
    await log.append(alert_handling(), handling.to_message(done))
    return done


def new_silence(
    who: str,
    *,
    until: datetime,
    rule: str = "",
    provider: str = "",
    source: str = "",
    verification_id: str = "",
    note: str = "",
) -> Silence:
    """One from now on, for ``begin_silence``.

    Raises ``InvalidHandling`` where its end is past, or where it would silence everything.
    """
    _check_note(note)
    now = datetime.now(UTC)
    if until <= now:
        raise InvalidHandling("a silence must end in the future")
    if not (rule or provider or source or verification_id):
        raise InvalidHandling("a silence must name a rule, a provider, a source or a verification: it is not for all")
    return Silence(str(uuid7()), who, now, until, rule, provider, source, verification_id, note)


async def begin_silence(log: EventLog, silence: Silence) -> None:
    """Until its end no channel is told of alerts that fit it; they are raised and listed all the same.

    Raises ``LogUnavailable``.
    """
    await log.append(alert_handling(), handling.to_message(silence))


async def end_silence(log: EventLog, silence_id: str) -> None:
    """The silence is over, if there was one. Raises ``LogUnavailable``."""
    await log.append(alert_handling(), handling.end_of_silence(silence_id))


async def handled(log: EventLog) -> list[Handling]:
    """What counts now, in the order in which it was done: the newest of each key, without ended silences.

    Silences whose time is over are among it. Records that are nothing of this kind are passed over.
    """
    found: dict[str, Handling] = {}
    async for record in log.scan(alert_handling()):
        found.pop(record.key, None)
        if record.value is not None:
            try:
                found[record.key] = handling.from_record(record)
            except Undecodable:
                continue
    return list(found.values())


def _check_note(note: str) -> None:
    if len(note) > MOST_NOTE:
        raise InvalidHandling(f"a note has {MOST_NOTE} characters at most, and this one {len(note)}")
