"""The log as a courier uses it: a delivery is settled after the channel took it, or after its dead letter was stored.

A crash between the two brings it once more, with the same id: at least once, never less.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field

from consumers.alerts.delivery.requests import Delivery, delivery_of, letter_of
from runtime.errands.requests import Requests
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
    _requests: Requests = field(init=False)

    def __post_init__(self) -> None:
        self._requests = Requests(self.log, ALERT_DELIVERIES, self.partition)

    async def end(self) -> int:
        """The offset after the last record."""
        return (await self.log.ends(ALERT_DELIVERIES)).get(self.partition, 0)

    async def unsettled(self) -> AsyncIterator[Delivery]:
        """What nobody has settled by the time that it is given, in order."""
        async for record in self._requests.unsettled():
            await prepare_alerts([record])
            if self._requests.is_due(record):
                with suppress(Undecodable):  # made a dead letter when its turn comes
                    yield delivery_of(record)

    async def settle(self, record: Record) -> None:
        await self._requests.settle(record.key)

    async def give_up(self, record: Record, reason: DeadLetterReason, detail: str) -> None:
        """The delivery is a dead letter."""
        topic, letter = letter_of(record, reason, detail)
        await self.log.append(topic, letter)
        await self.settle(record)
