"""The log as a courier uses it: a delivery is settled after the channel took it, or after its dead letter was stored.

A crash between the two brings it once more, with the same id: at least once, never less.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field

from consumers.alerts.delivery.requests import Delivery, delivery_of, letter_of
from runtime.errands.requests import settling, unsettled
from runtime.eventlog import EventLog, Record
from schemas.codec import prepare_alerts
from schemas.deadletter import DeadLetterReason
from schemas.message import Undecodable
from schemas.topics import ALERT_DELIVERIES


@dataclass(slots=True)
class Outbox:
    """The deliveries of one partition, as its owner reads and writes them."""

    log: EventLog
    partition: int
    _ended: set[int] | None = field(default=None)
    """Offsets that were settled while the log is being read."""

    async def end(self) -> int:
        """The offset after the last record."""
        return (await self.log.ends(ALERT_DELIVERIES)).get(self.partition, 0)

    async def unsettled(self) -> AsyncIterator[Delivery]:
        """What nobody has settled by the time that it is given, in order."""
        ended = self._ended = set()
        try:
            async for record in unsettled(self.log, ALERT_DELIVERIES, self.partition):
                await prepare_alerts([record])
                if record.offset not in ended:
                    with suppress(Undecodable):  # made a dead letter when its turn comes
                        yield delivery_of(record)
        finally:
            self._ended = None

    async def settle(self, record: Record) -> None:
        await self.log.append(ALERT_DELIVERIES, settling(record.key, self.partition))
        if self._ended is not None:
            self._ended.add(record.offset)

    async def give_up(self, record: Record, reason: DeadLetterReason, detail: str) -> None:
        """The delivery is a dead letter."""
        topic, letter = letter_of(record, reason, detail)
        await self.log.append(topic, letter)
        await self.settle(record)
