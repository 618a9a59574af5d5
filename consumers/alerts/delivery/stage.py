"""The stages that bring alerts to channels.

Two hops, so that the work moves from where alerts lie (by what they are about) to where channels are: whatever the
number of processes, one of them at a time speaks to a channel, and one channel's outage delays no other's alerts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

from consumers.alerts.delivery import routing
from consumers.alerts.delivery.building import channels_of
from consumers.alerts.delivery.channel import Channel
from consumers.alerts.delivery.courier import TellsOfLetters
from consumers.alerts.delivery.outbox import Outbox
from consumers.alerts.delivery.quiet import Quiet
from consumers.alerts.delivery.requests import (
    NO_CHANNEL,
    STAGE,
    Delivery,
    channel_of,
    delivery_of,
    letter_of,
    no_such_channel,
)
from consumers.alerts.delivery.round import Round
from runtime import metrics
from runtime.errands.requests import settling
from runtime.eventlog import Batch, Emit, EventLog, Record
from runtime.settings import Settings
from runtime.stage import Handled, Owned, Stage
from schemas.alert import Alert
from schemas.callback import header
from schemas.codec import prepare_alerts
from schemas.deadletter import DeadLetterReason
from schemas.message import Undecodable
from schemas.registry import RegistryError
from schemas.topics import ALERT_DELIVERIES, DEAD_LETTERS

Taken = list[tuple[Record, Delivery | None]]
"""Deliveries that are due, and tombstones (without one), in order."""


class Delivering:
    """``handle`` may be repeated: what is due lives on the log and is only held here."""

    def __init__(self, log: EventLog, channels: Mapping[str, Channel], tells_of_letters: TellsOfLetters) -> None:
        self._log = log
        self._channels = channels
        self._tells_of_letters = tells_of_letters
        self._quiet = Quiet(log)
        self._rounds: dict[tuple[int, int], Round] = {}

    async def owning(self, owned: Owned) -> None:
        """Couriers are out for the owned partitions and for no other; raises what a courier ended with."""
        wanted = {(number, epoch) for (_, number), epoch in owned.items()}
        lost = [self._rounds.pop(place) for place in self._rounds.keys() - wanted]
        await asyncio.gather(*(each.close() for each in lost))
        for number, epoch in sorted(wanted - self._rounds.keys()):
            made = Round(self._channels, Outbox(self._log, number), self._quiet, self._tells_of_letters)
            self._rounds[number, epoch] = made
            await made.fill()
        for each in self._rounds.values():
            await each.look_after()

    async def handle(self, batch: Batch) -> Handled:
        """Nothing but dead letters of what can never be delivered: the rest is begun once the batch is finished."""
        await prepare_alerts(batch.records)
        known = self._rounds[batch.partition, batch.epoch].known if self._is_out(batch) else 0
        taken: Taken = []
        emits = [emit for record in batch.records for emit in self._look_at(record, known, taken)]
        return Handled(emits, partial(self._take, batch, taken, emits))

    def _is_out(self, batch: Batch) -> bool:
        return (batch.partition, batch.epoch) in self._rounds

    def _look_at(self, record: Record, known: int, taken: Taken) -> list[Emit]:
        """What is to be written about a delivery that is not begun; others are ``taken``."""
        if record.value is None:
            taken.append((record, None))
            return []
        try:
            delivery = delivery_of(record)
        except Undecodable as error:
            return _given_up(record, DeadLetterReason.UNDECODABLE_RECORD, str(error))
        if channel_of(record.key) not in self._channels:
            return [] if record.offset < known else _given_up(record, NO_CHANNEL, no_such_channel(record.key))
        taken.append((record, delivery))
        return []

    def _take(self, batch: Batch, taken: Taken, emits: Sequence[Emit]) -> None:
        for topic, message in emits:
            if topic == DEAD_LETTERS:
                metrics.DEAD_LETTERS.labels(STAGE, header(message.headers, "dead-letter-reason")).inc()
        if not self._is_out(batch):
            return
        own = self._rounds[batch.partition, batch.epoch]
        for record, delivery in taken:
            if delivery is None:
                own.settled(record.key, record.offset)
            elif record.offset >= own.known:
                own.add(delivery)


def _given_up(record: Record, reason: DeadLetterReason, detail: str) -> list[Emit]:
    return [letter_of(record, reason, detail), (ALERT_DELIVERIES, settling(record.key, record.partition))]


def stages(settings: Settings, log: EventLog) -> list[Stage]:
    """Both hops. Raises ``SettingsInvalid`` for a channel whose address or secrets are not to be had."""
    alert = settings.alert
    channels = channels_of(alert.channel, settings.console.url)
    about_letters = {rule.name for rule in alert.rule if rule.condition == "dead-letters"} | {"dead-letters"}

    def tells_of_letters(one: Alert) -> bool:
        return one.rule in about_letters

    delivering = Delivering(log, channels, tells_of_letters)
    return [
        routing.stage(log, channels, alert.channels_of),
        Stage(STAGE, (ALERT_DELIVERIES,), delivering.handle, owning=delivering.owning, retriable=(RegistryError,)),
    ]
