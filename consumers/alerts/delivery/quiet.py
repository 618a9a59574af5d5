"""What people have done about alerts, as far as it keeps channels from being told: acknowledged, silenced."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from time import monotonic

import structlog

from runtime.eventlog import EventLog, Record
from schemas import handling
from schemas.alert import Alert
from schemas.handling import Acknowledgement, Silence
from schemas.message import Undecodable
from schemas.topics import alert_handling

_log = structlog.get_logger(__name__)

MOST = 100_000
"""Acknowledgements held in memory, the newest ones: by then the others' alerts were delivered long ago."""
_ANEW = 3600.0
"""Seconds without a look after which all is read again: a tombstone may have come and gone meanwhile."""


class Because(StrEnum):
    """Why no channel is told of an alert."""

    ACKNOWLEDGED = "acknowledged"
    SILENCED = "silenced"


@dataclass(slots=True)
class Quiet:
    """What the log's handling topic says, followed by looking at its end."""

    log: EventLog
    clock: Callable[[], float] = monotonic
    _next: int = 0
    _looked_at: float | None = None
    _silences: dict[str, Silence] = field(default_factory=dict)
    _acknowledged: dict[str, None] = field(default_factory=dict)
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def look(self, within: float = 0.0) -> None:
        """``because`` knows what had been done so many seconds ago at the latest. Raises ``LogUnavailable``."""
        async with self._looking:
            now = self.clock()
            if self._looked_at is not None and now - self._looked_at < within:
                return
            if self._looked_at is None or now - self._looked_at > _ANEW:
                self._next, self._silences, self._acknowledged = 0, {}, {}
            async for record in self.log.scan(alert_handling(), partition=0, start={0: self._next}):
                self._next = record.offset + 1
                self._learn(record)
            self._looked_at = now

    def because(self, alert: Alert, now: datetime) -> Because | None:
        """Why channels are not told of the alert now; ``None`` when they are."""
        if alert.alert_id in self._acknowledged:
            return Because.ACKNOWLEDGED
        self._silences = {id_: silence for id_, silence in self._silences.items() if now < silence.until}
        silenced = any(silence.covers(alert, now) for silence in self._silences.values())
        return Because.SILENCED if silenced else None

    def _learn(self, record: Record) -> None:
        if record.value is None:
            self._silences.pop(handling.silence_ended_by(record.key) or "", None)
            return
        try:
            done = handling.from_record(record)
        except Undecodable as error:  # it silences nothing: somebody is told once too often, not once too seldom
            _log.warning("passed over", error=str(error))
            return
        if isinstance(done, Acknowledgement):
            self._acknowledged[done.alert_id] = None
            if len(self._acknowledged) > MOST:
                del self._acknowledged[next(iter(self._acknowledged))]
        else:
            self._silences[done.id] = done
